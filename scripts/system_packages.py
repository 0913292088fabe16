"""What must be on the machine beside Python: found, installed where we may, or named."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

from scripts.errors import MissingError


@dataclass(frozen=True)
class Packages:
    """What holds something, by package manager.

    Attributes
    ----------
    apt
        Of Debian and Ubuntu. ``a | b``: `a`, or `b` where the release has no `a`.
    dnf, brew
        Of Fedora and its kin, and of Homebrew.
    other
        What to do where a manager has no package of it.
    """

    apt: tuple[str, ...] = ()
    dnf: tuple[str, ...] = ()
    brew: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """As a reader gets them: ``apt: a b``, ``dnf: c``, ``brew: d``, ``else e``."""
        named = {"apt": [offered(name) for name in self.apt], "dnf": self.dnf, "brew": self.brew}
        lines = [f"{manager}: {' '.join(names)}" for manager, names in named.items() if names]
        return lines + [f"else {each}" for each in self.other]

    def __str__(self) -> str:
        return " · ".join(self.lines())


def together(packages: Iterable[Packages]) -> Packages:
    """All of them, each package once."""
    several = list(packages)
    return Packages(
        *(
            tuple(dict.fromkeys(name for each in several for name in getattr(each, field.name)))
            for field in fields(Packages)
        )
    )


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
        What holds it.
    unfit
        What is there of the kind and does not fit, as it is shown.
    """

    name: str
    find: Callable[[], str | None]
    packages: Packages
    unfit: Callable[[], Sequence[str]] = tuple

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
        return MissingError(self.said(), f"Install it: {self.packages}")

    def said(self) -> str:
        """That it is missing, and what there is instead."""
        unfit = ", ".join(self.unfit())
        return f"{self.name} is missing" + (f" (of no use: {unfit})." if unfit else ".")


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
    # Told before anything is refused: who must ask somebody else for packages asks once.
    wishes = _wish(wished, say)
    return require(requirements) + wishes


def require(requirements: Sequence[Requirement]) -> list[str]:
    """Find everything, and install nothing; as `prepare` otherwise."""
    if lack := lacking(requirements):
        raise lack
    return [each.require() for each in requirements]


def lacking(requirements: Sequence[Requirement]) -> MissingError | None:
    """What is said of all that is missing; None where nothing is."""
    missing = [each for each in requirements if each.find() is None]
    if len(missing) < 2:
        return missing[0].missing() if missing else None
    lines = together(each.packages for each in missing).lines()
    return MissingError(" ".join(each.said() for each in missing), "\n  ".join(["Install:", *lines]))


def _install(missing: Sequence[Requirement], say: Callable[[str], None]) -> None:
    packages = together(each.packages for each in missing).apt
    say(f"Installing {', '.join(map(offered, packages))} (once; no service is started)")
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
            say(f"{each.said()} Not everything needs it. {each.packages}")
    return [there for there in found.values() if there is not None]


def offered(name: str) -> str:
    """The first of ``a | b`` that the system's archive has; ``a or b`` where it is not known."""
    names = name.split(" | ")
    if len(names) == 1:
        return name
    with suppress(OSError):
        policy = subprocess.run(
            ["apt-cache", "policy", *names],
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
        for each in names:
            if re.search(rf"^{re.escape(each)}:\n.*\n  Candidate: \d", policy.stdout, flags=re.MULTILINE):
                return each
    return " or ".join(names)


def can_install() -> bool:
    """Whether `install` can work: we are root on a system with apt and dpkg."""
    return os.geteuid() == 0 and bool(shutil.which("apt-get")) and bool(shutil.which("dpkg"))


def install(packages: Iterable[str]) -> None:
    """Install Debian packages through apt; starts no service, makes no database cluster.

    Parameters
    ----------
    packages
        Names as in `Packages.apt`.

    Raises
    ------
    MissingError
        apt failed; its last lines are in the message.
    """
    waiting = ("-o", "DPkg::Lock::Timeout=120")
    # Not fatal: what was fetched before may do. (Without the option, apt counts it as done.)
    stale = _apt("update", *waiting, "-o", "APT::Update::Error-Mode=any")
    with NoServices() as folder:
        options = ["--yes", "--no-remove", "--no-install-recommends", *waiting]
        # PATH of the maintainer scripts: postgresql's one finds our pg_createcluster, which makes none.
        options += ["-o", f"DPkg::Path={folder}:/usr/sbin:/usr/bin:/sbin:/bin"]
        failed = _apt("install", *options, *map(offered, packages))
    if failed is not None:
        before = f"apt-get update failed:\n{stale}\n" if stale else ""
        raise MissingError(
            f"{before}apt-get install failed:\n{failed}", "Repair apt, or install the packages yourself."
        )


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


def _apt(*arguments: str) -> str | None:
    """Run apt-get; the end of what it said where it failed, else None."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    done = subprocess.run(
        ["apt-get", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=900
    )
    if done.returncode == 0:
        return None
    return "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
