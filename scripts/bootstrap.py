#!/usr/bin/env python3
"""Make `.venv` from `requirements.lock`: what `make` runs before anything of ours can be imported.

Only the standard library, and syntax that an old Python can still read far enough to say that it is too old.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MISSING = 3

LOCK = os.path.join(ROOT, "requirements.lock")
CHECKOV_LOCK = os.path.join(ROOT, "requirements-checkov.lock")
UV = os.path.join(ROOT, ".local", "uv")


class SetupError(Exception):
    """What is missing, and how to get it."""


def main() -> int:
    """Make the environments that are asked for; exit 3 when something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--checkov", action="store_true", help="also the environment of `make lint`'s checkov"
    )
    parser.add_argument("--lock", action="store_true", help="write the lock files anew instead")
    chosen = parser.parse_args()
    if sys.version_info < (3, 11):
        found = ".".join(str(number) for number in sys.version_info[:3])
        say("Python %s is too old; 3.11 or newer is needed. Install it, or: make PYTHON=python3.12" % found)
        return MISSING
    try:
        with alone():
            if chosen.lock:
                lock()
            else:
                sync(os.path.join(ROOT, ".venv"), LOCK, editable=True)
                if chosen.checkov:
                    sync(os.path.join(ROOT, ".local", "checkov"), CHECKOV_LOCK, editable=False)
    except SetupError as error:
        say(str(error))
        return MISSING
    return 0


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One at a time: two that build the same environment would each remove the other's."""
    os.makedirs(os.path.dirname(UV), exist_ok=True)
    with open(os.path.join(ROOT, ".local", "setup.lock"), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sync(environment: str, lock_file: str, editable: bool) -> None:
    """Bring an environment to exactly what the lock file says; nothing to do when it is."""
    stamp = os.path.join(environment, "source-systems-lab.stamp")
    wanted = digest(lock_file, os.path.join(ROOT, "pyproject.toml"), environment)
    if os.path.exists(stamp):
        with open(stamp) as file:
            if file.read() == wanted:
                return
    say("Setting up %s (once; one to three minutes)" % os.path.relpath(environment, ROOT))
    python = os.path.join(environment, "bin", "python")
    if not same_python(python):
        uv("venv", "--quiet", "--clear", "--python", sys.executable, environment)
    uv("pip", "sync", "--quiet", "--python", python, "--require-hashes", lock_file)
    if editable:
        # The build back-end comes from the lock too, so that nothing unpinned is fetched to build ourselves.
        uv("pip", "install", "--quiet", "--python", python, "--no-deps", "--no-build-isolation", "-e", ROOT)
    with open(stamp, "w") as file:
        file.write(wanted)


def same_python(python: str) -> bool:
    """Whether an environment of this Python is there already; then it is brought up to date in place."""
    ask = [python, "-c", "import sys; print(sys.version)"]
    return os.path.exists(python) and subprocess.run(ask, capture_output=True, text=True).stdout == (
        sys.version + "\n"
    )


def lock() -> None:
    """Resolve pyproject.toml anew and write both lock files: exact versions, hashes, no index addresses."""
    options = ["--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade"]
    options += ["--no-emit-index-url", "--no-annotate", "--no-header"]
    project = os.path.join(ROOT, "pyproject.toml")
    uv("pip", "compile", *options, "--group", "dev", "-o", LOCK, project)
    uv("pip", "compile", *options, "--group", project + ":checkov", "-o", CHECKOV_LOCK)


def uv(*arguments: str) -> None:
    """Run uv, which is fetched first where it is not there: it makes in seconds what pip makes in minutes."""
    program = os.path.join(UV, "bin", "uv")
    if not os.path.exists(program):
        fetch_uv(program)
    environment = dict(os.environ)
    # Whoever set a mirror, or the certificate of a proxy, for pip means it for uv too.
    settings = pip_settings()
    for setting, ours in (("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE")):
        if settings.get(setting):
            environment.setdefault(ours, settings[setting])
    environment.pop("VIRTUAL_ENV", None)
    answer = subprocess.run([program, *arguments], env=environment, cwd=ROOT)
    if answer.returncode != 0:
        raise SetupError(
            "uv %s failed; its message is above. Is the package index reachable?" % " ".join(arguments[:2])
        )


def pip_settings() -> dict[str, str]:
    """What `pip install` goes by: its environment variables and every file of its configuration.

    (`pip config get` would read the user's file alone.)
    """
    pip = [os.path.join(UV, "bin", "python"), "-m", "pip", "--disable-pip-version-check", "config", "list"]
    listed = subprocess.run(pip, capture_output=True, text=True).stdout
    settings = {}
    # In pip's own order: what comes later overrides.
    for section in ("global", "install", ":env:"):
        for name, value in re.findall(r"^%s\.([\w-]+)=(.*)$" % section, listed, flags=re.MULTILINE):
            settings[name] = str(ast.literal_eval(value))
    return settings


def fetch_uv(program: str) -> None:
    """Install the uv that the lock names into an environment of its own."""
    with open(LOCK) as file:
        pins = re.findall(r"^uv==.*?(?=^\S|\Z)", file.read(), flags=re.MULTILINE | re.DOTALL)
    if not pins:
        raise SetupError("requirements.lock names no uv; restore the file from git.")
    shutil.rmtree(UV, ignore_errors=True)
    os.makedirs(os.path.dirname(UV), exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write(pins[0])
        wanted.flush()
        make_environment()
        pip = [os.path.join(UV, "bin", "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
        answer = subprocess.run([*pip, "--disable-pip-version-check", "-r", wanted.name])
    if answer.returncode != 0 or not os.path.exists(program):
        shutil.rmtree(UV, ignore_errors=True)
        raise SetupError("pip could not install uv; its message is above. Is the package index reachable?")


def make_environment() -> None:
    """An environment with pip; Debian and Ubuntu keep what that needs in a package of its own."""
    if subprocess.run([sys.executable, "-m", "venv", UV], capture_output=True).returncode == 0:
        return
    package = "python%d.%d-venv" % sys.version_info[:2]
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        say("Installing %s" % package)
        quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        subprocess.run([apt, "update", "-qq"], env=quiet, stdout=subprocess.DEVNULL)
        install = [apt, "install", "-y", "-qq", "--no-install-recommends", package]
        subprocess.run(install, env=quiet, stdout=subprocess.DEVNULL)
    shutil.rmtree(UV, ignore_errors=True)
    answer = subprocess.run([sys.executable, "-m", "venv", UV], capture_output=True, text=True)
    if answer.returncode != 0:
        shutil.rmtree(UV, ignore_errors=True)
        # The first sentence: Debian's goes on with advice of its own.
        reason = " ".join((answer.stdout + answer.stderr).split()).partition(". ")[0][:300]
        raise SetupError(
            "%s cannot make a virtual environment: %s.\nOn Debian or Ubuntu: sudo apt-get install %s"
            % (sys.executable, reason.rstrip("."), package)
        )


def digest(*parts: str) -> str:
    """One value that changes when a file's content, a path or the Python changes."""
    sum_ = hashlib.sha256(sys.version.encode())
    for part in parts:
        sum_.update(part.encode())
        if os.path.isfile(part):
            with open(part, "rb") as file:
                sum_.update(file.read())
    return sum_.hexdigest()


def say(text: str) -> None:
    """Progress and errors go to standard error."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
