"""What must be on the machine beside Python: found, installed where we may, or named."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.errors import MissingError


@dataclass(frozen=True)
class Requirement:
    """Something of the system's that a part of the lab needs.

    Attributes
    ----------
    name
        As a sentence names it: ``A MySQL or MariaDB server``.
    find
        What is there, as it is shown: ``MariaDB 10.11.14 (/usr/sbin/mariadbd)``; None where it is missing.
    packages
        Of Debian and Ubuntu.
    hint
        How to install it by hand, for apt, dnf and brew.
    """

    name: str
    find: Callable[[], str | None]
    packages: tuple[str, ...]
    hint: str

    def require(self) -> str:
        """As ``find``.

        Raises
        ------
        MissingError
            It is missing; the hint names the packages.
        """
        found = self.find()
        if found is None:
            raise self.missing()
        return found

    def missing(self) -> MissingError:
        """What is said of it where it is not there."""
        return MissingError(f"{self.name} is missing.", f"Install it: {self.hint}")


def prepare(
    requirements: Sequence[Requirement], say: Callable[[str], None], *, wished: Sequence[Requirement] = ()
) -> list[str]:
    """Find everything, and install what is missing where we are root on Debian or Ubuntu.

    ``wished`` is what the lab goes without, but for a part of it: installed too where that can be done,
    else only told. Returns what is there, in the same order.

    Raises
    ------
    MissingError
        Something is missing and cannot be installed from here, or apt failed; names the packages.
    """
    missing = [each for each in requirements if each.find() is None]
    if missing and can_install():
        _install(missing, say)
    return require(requirements) + _wish(wished, say)


def require(requirements: Sequence[Requirement]) -> list[str]:
    """Find everything, and install nothing; as `prepare` otherwise."""
    missing = [each for each in requirements if each.find() is None]
    if len(missing) > 1:
        raise MissingError(
            " ".join(f"{each.name} is missing." for each in missing),
            "Install: " + " · ".join(dict.fromkeys(each.hint for each in missing)),
        )
    return [each.require() for each in requirements]


def _install(missing: Sequence[Requirement], say: Callable[[str], None]) -> None:
    packages = list(dict.fromkeys(name for each in missing for name in each.packages))
    say(f"Installing {', '.join(packages)} (once; no service is started)")
    install(packages)


def _wish(wished: Sequence[Requirement], say: Callable[[str], None]) -> list[str]:
    missing = [each for each in wished if each.find() is None]
    if missing and can_install():
        try:
            _install(missing, say)
        except MissingError as error:
            say(str(error))
    found = {each.name: each.find() for each in wished}
    for each in wished:
        if found[each.name] is None:
            say(f"{each.name} is missing; not everything needs it. {each.hint}")
    return [there for there in found.values() if there is not None]


def can_install() -> bool:
    """Whether `install` can work: we are root on a system with apt and dpkg."""
    return os.geteuid() == 0 and bool(shutil.which("apt-get")) and bool(shutil.which("dpkg"))


def install(packages: Iterable[str]) -> None:
    """Install Debian packages through apt; starts no service, makes no database cluster.

    Raises
    ------
    MissingError
        apt failed; its last lines are in the message.
    """
    with NoServices() as folder:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        options = ["--yes", "--no-remove", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"]
        # PATH of the maintainer scripts: postgresql's one finds our pg_createcluster, which makes none.
        options += ["-o", f"DPkg::Path={folder}:/usr/sbin:/usr/bin:/sbin:/bin"]
        _apt(["update", "-o", "DPkg::Lock::Timeout=120"], environment, fatal=False)
        _apt(["install", *options, *packages], environment, fatal=True)


class NoServices:
    """While open, a package's maintainer scripts start nothing and make no database cluster.

    ``policy-rc.d`` is Debian's own way to forbid starts; one of somebody else is left as it is. The cluster
    is prevented by a ``pg_createcluster`` earlier on the scripts' PATH, so that no configuration of the
    machine changes.

    Parameters
    ----------
    policy
        Debian's file.
    """

    _content = "#!/bin/sh\n# source-systems-lab: removed when its packages are installed\nexit 101\n"

    def __init__(self, policy: Path = Path("/usr/sbin/policy-rc.d")) -> None:
        self._policy = policy

    def __enter__(self) -> Path:
        """The folder that belongs at the head of the scripts' PATH."""
        if not self._policy.exists():
            _program(self._policy, self._content)
        self._folder = Path(tempfile.mkdtemp(prefix="sourcelab-apt-"))
        self._folder.chmod(0o755)
        _program(self._folder / "pg_createcluster", "#!/bin/sh\nexit 0\n")
        return self._folder

    def __exit__(self, *_: object) -> None:
        """Allow starts again; also where an earlier run of ours was killed in between."""
        if self._policy.read_text() == self._content:
            self._policy.unlink()
        shutil.rmtree(self._folder, ignore_errors=True)


def _program(path: Path, content: str) -> None:
    """A script that is there whole or not at all."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(content)
    beside.chmod(0o755)
    beside.replace(path)


def _apt(arguments: list[str], environment: dict[str, str], *, fatal: bool) -> None:
    done = subprocess.run(
        ["apt-get", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=900
    )
    if done.returncode != 0 and fatal:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        raise MissingError(
            f"apt-get {arguments[0]} failed:\n{tail}", "Repair apt, or install the packages yourself."
        )
