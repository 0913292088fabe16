"""Where the environment's secrets must not be: state, output, logs, process lists, files open to others."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import psutil

from scripts.local_cloud.lifecycle import LocalCloud
from tests.e2e.conftest import Environment


@dataclass(frozen=True)
class Secret:
    """Something that nobody else may learn; shown by its name alone."""

    name: str
    value: str

    def __repr__(self) -> str:
        return self.name

    @property
    def forms(self) -> set[bytes]:
        """As it is, and as it would stand in a URL or in JSON."""
        texts = {self.value, quote(self.value), quote_plus(self.value), json.dumps(self.value)[1:-1]}
        return {text.encode() for text in texts}


def secrets_of(environment: Environment) -> list[Secret]:
    """Passwords in Secrets Manager, our own users' in the journal, LocalStack's token, private keys."""
    local = environment.settings.local_dir
    manager = environment.session.client("secretsmanager")
    found = []
    for each in manager.list_secrets()["SecretList"]:
        content = json.loads(manager.get_secret_value(SecretId=each["ARN"])["SecretString"])
        found.append(Secret(f"password of {each['Name']}", content["password"]))
    for journal in sorted((local / "databases" / "journal").glob("*.json")):
        found.append(
            Secret(f"our own user's of {journal.stem}", json.loads(journal.read_text())["admin_password"])
        )
    found.append(Secret("LocalStack's token", (local / "localstack" / "token").read_text()))
    for key in private_keys(environment):
        # One line of the key: nothing repeats it by chance.
        found.append(Secret(str(key), key.read_text().splitlines()[1]))
    return found


def private_keys(environment: Environment) -> list[Path]:
    """Key files of the authority and of every server."""
    servers = LocalCloud(environment.settings).servers()
    keys = [server.data_dir.parent / "conf" / "server.key" for server in servers]
    return [environment.settings.local_dir / "authority" / "ca.key", *keys]


def in_text(secrets: list[Secret], where: str, text: bytes) -> Iterator[str]:
    """What of them a text holds."""
    for secret in secrets:
        if any(form in text for form in secret.forms):
            yield f"{secret.name} in {where}"


def in_files(secrets: list[Secret], folder: Path, pattern: str) -> Iterator[str]:
    """What of them the files hold."""
    for path in folder.rglob(pattern):
        if path.is_file() and not path.is_symlink():
            yield from in_text(secrets, str(path), path.read_bytes())


def in_processes(secrets: list[Secret]) -> Iterator[str]:
    """What of them command lines hold, which everybody can read, and environments, which tools print."""
    for process in psutil.process_iter():
        try:
            line, shown = "\0".join(process.cmdline()), str(process.environ())
        except psutil.Error:
            continue
        who = f"{process.pid} ({process.name()})"
        yield from in_text(secrets, f"the command line of {who}", line.encode())
        # What LocalStack answers its own user by is given to it there; only that user and root can read it.
        others = [each for each in secrets if "token" not in each.name]
        yield from in_text(others, f"the environment of {who}", shown.encode())


def open_to_others(environment: Environment) -> Iterator[str]:
    """Files with secrets, and folders of data, that another user of the machine could read."""
    local = environment.settings.local_dir
    closed = [
        *(local / name for name in ("databases", "firehose", "localstack", "log", "terraform")),
        local / "localstack" / "token",
        *(local / "databases" / "journal").glob("*.json"),
        *private_keys(environment),
    ]
    servers = LocalCloud(environment.settings).servers()
    for server in servers:
        closed += [server.data_dir, server.data_dir.parent / "conf" / "my.cnf"]
    for path in closed:
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield f"{path} has mode {stat.S_IMODE(path.stat().st_mode):o}"
    for server in servers:
        owner = server.data_dir.stat().st_uid
        if owner == 0 or os.geteuid() not in (0, owner):
            yield f"{server.data_dir} belongs to user {owner}"
