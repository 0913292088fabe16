"""The databases' own command-line clients: they alone know DELIMITER, COPY data and all that a dump may hold.

Passwords reach them through a private file, never through the command line, which every user can read.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scripts.connections import Access
from scripts.errors import LabError, MissingError, RemoteError

#: Where clients lie besides PATH, newest versions last.
_FOLDERS = (
    "/usr/bin",
    "/usr/local/bin",
    "/usr/local/mysql/bin",
    "/opt/homebrew/opt/*/bin",
    "/usr/local/opt/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/lib/postgresql/*/bin",
)

#: First release of each major version whose psql has the restricted mode.
_RESTRICT_SINCE = {13: 22, 14: 19, 15: 14, 16: 10, 17: 6}

_STDERR_BYTES = 16_384

_MYSQL_ERROR = re.compile(
    r"^ERROR (?P<code>\d+) \((?P<state>\w+)\) at line (?P<line>\d+)(?:.*?): (?P<text>.*)$", re.M
)
_PSQL_ERROR = re.compile(
    r"^psql:<stdin>:(?P<line>\d+): (?:ERROR|FATAL): +(?P<text>.*(?:\n(?!psql:).*)*)", re.M
)

_HINTS = {
    1227: "The dump asks for what only a superuser may. Dump again without it (--set-gtid-purged=OFF).",
    1273: "The server does not know that collation: load the dump into a newer one.",
    1418: "Declare the function DETERMINISTIC, or set log_bin_trust_function_creators for the instance.",
    1419: "Set log_bin_trust_function_creators to 1 in the parameter group of the DB instance.",
}


@dataclass(frozen=True)
class Client:
    """A client program.

    Attributes
    ----------
    program
        Its path.
    is_mariadb
        Whether it is MariaDB's, whose options for TLS differ from MySQL's.
    restricted
        Whether it is a psql with the restricted mode.
    """

    program: Path
    is_mariadb: bool = False
    restricted: bool = False


def find_mysql() -> Client:
    """The client of MySQL or MariaDB.

    Raises
    ------
    MissingError
        There is none; names the packages.
    """
    program = _find("mysql", "mariadb")
    if program is None:
        raise MissingError(
            "Neither the mysql nor the mariadb client is installed; a dump needs one.",
            "apt install mariadb-client-core, dnf install mariadb, or brew install mysql-client.",
        )
    return Client(program, is_mariadb="MariaDB" in _version(program))


def find_psql() -> Client:
    """Psql.

    Raises
    ------
    MissingError
        There is none; names the packages.
    """
    program = _find("psql")
    if program is None:
        raise MissingError(
            "psql is not installed; a dump needs it.",
            "apt install postgresql-client, dnf install postgresql, or brew install libpq.",
        )
    found = re.search(r"(\d+)\.(\d+)", _version(program))
    major, minor = (int(found[1]), int(found[2])) if found else (0, 0)
    return Client(program, restricted=major > 17 or minor >= _RESTRICT_SINCE.get(major, 1000))


def _find(*names: str) -> Path | None:
    for name in names:
        if on_path := shutil.which(name):
            return Path(on_path)
    for folder in reversed(_FOLDERS):
        for name in names:
            found = sorted(Path("/").glob(f"{folder[1:]}/{name}"), key=_by_version)
            if found:
                return found[-1]
    return None


def _by_version(path: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(path)))


def _version(program: Path) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout


def run_mysql(client: Client, to: Access, database: str | None, lines: Iterable[bytes], source: Path) -> None:
    """Feed a dump to the server through the client.

    Raises
    ------
    RemoteError
        In the server's words, with file and line.
    """
    host, port = to.endpoint.address()
    with _private_file("client.cnf", _option_file(to)) as options:
        tls = ["--ssl-verify-server-cert"] if client.is_mariadb else ["--ssl-mode=VERIFY_IDENTITY"]
        # --binary-mode: no command of the client but DELIMITER, so a dump cannot run programs here.
        command = [
            *(str(client.program), f"--defaults-file={options}", f"--host={host}", f"--port={port}"),
            *("--protocol=tcp", f"--ssl-ca={to.authority}", *tls, "--batch", "--binary-mode"),
            *("--local-infile=0", "--default-character-set=utf8mb4", "--max-allowed-packet=1G"),
            *([f"--database={database}"] if database else []),
        ]
        _feed(command, {}, lines, lambda text, code: _mysql_error(text, code, source))


def run_psql(
    client: Client,
    to: Access,
    database: str,
    lines: Callable[[str | None], Iterable[bytes]],
    source: Path,
    *,
    atomic: bool,
) -> None:
    """Feed a dump to the server through psql.

    Parameters
    ----------
    client, to, database
        Through what, and where.
    lines
        The dump's lines, given the token of psql's restricted mode or None.
    source
        For errors.
    atomic
        All in one transaction.

    Raises
    ------
    RemoteError
        In the server's words, with file and line.
    """
    host, port = to.endpoint.address()
    entry = ":".join(
        re.sub(r"([\\:])", r"\\\1", part) for part in ("*", "*", "*", to.user.username, to.user.password)
    )
    token = secrets.token_hex(16) if client.restricted else None
    with _private_file("pgpass", entry + "\n") as passwords:
        environment = {
            "PGHOST": host,
            "PGPORT": str(port),
            "PGUSER": to.user.username,
            "PGDATABASE": database,
            "PGPASSFILE": str(passwords),
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(to.authority),
            "PGCLIENTENCODING": "UTF8",
            "PGCONNECT_TIMEOUT": "10",
            "PGOPTIONS": "-c client_min_messages=warning",
        }
        command = [str(client.program), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]
        if atomic:
            command.append("--single-transaction")
        numbering = _Numbering(before=1 if token else 0)
        _feed(
            command,
            environment,
            numbering.through(lines(token)),
            lambda text, code: _psql_error(text, code, source, numbering),
        )


class _Numbering:
    """Which line of a dump psql speaks of, where a line of it became several.

    Parameters
    ----------
    before
        Lines that psql gets before the dump's first.
    """

    def __init__(self, before: int) -> None:
        self._before = before
        self._longer: list[tuple[int, int]] = []

    def through(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """What psql gets, unchanged."""
        number = 1
        for line in lines:
            yield line
            if more := max(line.count(b"\n") - 1, 0):
                self._longer.append((number, more))
            number += 1 + more

    def source(self, number: int) -> int:
        """The dump's line of psql's line `number`; both from 1."""
        return number - self._before - sum(more for at, more in self._longer if at < number)


def _option_file(to: Access) -> str:
    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    return f"[client]\nuser={quoted(to.user.username)}\npassword={quoted(to.user.password)}\n"


@contextmanager
def _private_file(name: str, content: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lab-") as folder:  # readable by its owner alone
        path = Path(folder) / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
            file.write(content)
        yield path


def _feed(
    command: list[str],
    environment: Mapping[str, str],
    lines: Iterable[bytes],
    error: Callable[[str, int], LabError],
) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "MYSQL"))}
    said = bytearray()

    def listen() -> None:
        assert process.stderr is not None  # noqa: S101 - it is a pipe
        while text := process.stderr.read1(4096):  # type: ignore[attr-defined]
            said.extend(text[: max(0, _STDERR_BYTES - len(said))])

    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**clean, **environment, "LC_ALL": "C.UTF-8"},
    ) as process:
        listener = threading.Thread(target=listen, name="client-stderr", daemon=True)
        listener.start()
        try:
            assert process.stdin is not None  # noqa: S101 - it is a pipe
            with suppress(BrokenPipeError):  # it stopped at an error, and says so
                for line in lines:
                    process.stdin.write(line)
                process.stdin.close()
        except BaseException:
            process.kill()
            raise
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()  # type: ignore[union-attr]
            code = process.wait()
            listener.join()
    if code:
        raise error(said.decode("utf-8", "replace").strip(), code)


def _mysql_error(text: str, code: int, source: Path) -> RemoteError:
    if found := _MYSQL_ERROR.search(text):
        hint = _HINTS.get(
            int(found["code"]), "What stood before that line is loaded; repair the dump and load it again."
        )
        return RemoteError(f"{source}, line {found['line']}: {found['text']} (error {found['code']})", hint)
    return RemoteError(f"The client could not load {source}: {text or f'exit {code}'}", "See `lab status`.")


def _psql_error(text: str, code: int, source: Path, numbering: _Numbering) -> RemoteError:
    if found := _PSQL_ERROR.search(text):
        line = numbering.source(int(found["line"]))
        return RemoteError(
            f"{source}, line {line}: {found['text'].strip()}", "Repair the dump, and load it again."
        )
    return RemoteError(f"psql could not load {source}: {text or f'exit {code}'}", "See `lab status`.")
