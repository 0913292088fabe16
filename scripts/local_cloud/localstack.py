"""LocalStack as a background process of ours: started, watched and stopped.

Its state is in its memory, so each start is a new life with an id of its own, the epoch.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from scripts.config import Settings
from scripts.errors import MissingError
from scripts.local_cloud import catalog, processes
from scripts.local_cloud.databases.authority import Authority

VERSION = "4.9.2"

#: The services that our providers answer for, in place of LocalStack's or where it has none.
SERVICES = (
    "athena",
    "cloudwatch",
    "dynamodb",
    "dynamodbstreams",
    "ec2",
    "elbv2",
    "firehose",
    "glue",
    "kinesis",
    "logs",
    "rds",
)

#: Seconds: a start takes two to four, on a machine that is busy with everything else at once far more.
START_LIMIT = 300
STOP_LIMIT = 20
#: Seconds after which one that has the request and says nothing counts as not answering.
_ANSWER_LIMIT = 20

#: Environment variable that carries the epoch into LocalStack's process, and the path that answers with it.
EPOCH_VARIABLE = "LAB_EPOCH"
EPOCH_PATH = "/_lab/epoch"

#: POST: somebody else may have started database servers; whoever watches over them looks.
SERVERS_PATH = "/_lab/databases"

#: As above for a secret: what only this user may ask of LocalStack's process carries it in that header.
TOKEN_VARIABLE = "LAB_TOKEN"  # noqa: S105 - a name, not the secret
TOKEN_HEADER = "X-Lab-Token"  # noqa: S105

#: ``on`` where the process judges requests by IAM's policies, else ``off``.
AUTHORIZATION_VARIABLE = "LAB_AUTHORIZATION"

#: What the gateway's certificate, signed by the project's own authority, is good for.
NAMES = ("localhost", "localhost.localstack.cloud", "*.localhost.localstack.cloud")

#: Set while the process has still to load a snapshot: until then it is nobody's LocalStack, and says so.
LOADING_VARIABLE = "LAB_LOADING"
LOADING = "loading "


@dataclass(frozen=True)
class Process:
    """The LocalStack process that this checkout started last.

    Attributes
    ----------
    pid, started
        The process id with the process's start, so that a reused id is not mistaken.
    epoch
        Id of this life of the local cloud.
    port
        Its gateway on 127.0.0.1, for HTTP and HTTPS.
    authorization
        Whether it judges requests by IAM's policies.
    """

    pid: int
    started: str
    epoch: str
    port: int
    authorization: bool = False

    def process(self) -> psutil.Process | None:
        """The running process, or None when it is gone."""
        if not processes.alive(processes.Process(self.pid, self.started)):
            return None
        try:
            return psutil.Process(self.pid)
        except psutil.NoSuchProcess:
            return None


class LocalStack:
    """Starts, finds and stops LocalStack for one local directory."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._directory = settings.local_dir / "localstack"
        self._record = self._directory / "process.json"
        self._token = self._directory / "token"
        self.log = settings.local_dir / "log" / "localstack.log"

    def last(self) -> Process | None:
        """What this checkout started last, running or not."""
        try:
            return Process(**json.loads(self._record.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            # A record that was cut off half-way names no process; the port check finds one that still runs.
            return None

    def running(self) -> Process | None:
        """The LocalStack of this checkout, when its process is there."""
        last = self.last()
        return last if last and last.process() else None

    def answers(self) -> bool:
        """Whether the gateway answers as the LocalStack of this checkout."""
        running = self.running()
        return running is not None and _get(running.port, EPOCH_PATH) == running.epoch

    def token(self) -> str:
        """What proves to the running process that this user asks; empty where it left none."""
        try:
            return self._token.read_text()
        except FileNotFoundError:
            return ""

    def start(self, epoch: str | None = None, *, loading: bool = False) -> Process:
        """Start LocalStack and wait until it is healthy; nothing to do when it already is.

        One that is there and does not answer is waited for, never ended: all that it holds would be lost.

        Parameters
        ----------
        epoch
            Id of the life that begins, from `new_epoch`; one is made where none is given.
        loading
            The process waits for a snapshot, and `answers` is false until it has got it.

        Raises
        ------
        MissingError
            The port is taken, or LocalStack did not become healthy in time.
        """
        running = self.running()
        if running:
            try:
                return self.wait(running)
            except MissingError:
                # One that was killed a moment ago is still there for another.
                if running.process() is not None:
                    raise
        self._refuse_taken_port()
        return self._launch(epoch or new_epoch(), loading=loading)

    def wait(self, running: Process) -> Process:
        """Wait until the running process answers: it is busy, or on its way up after an interrupted start.

        Raises
        ------
        MissingError
            It did not in time.
        """
        deadline = time.monotonic() + START_LIMIT
        while not self.answers():
            if running.process() is None:
                raise MissingError("LocalStack ended while it was waited for.", f"Its log: {self.log}")
            if time.monotonic() > deadline:
                raise MissingError(
                    f"LocalStack (process {running.pid}) does not answer.",
                    f"`make down` gives it up, with all that it holds; its log: {self.log}",
                )
            time.sleep(0.5)
        return running

    def stop(self, patience: float = STOP_LIMIT, spare: Iterable[int] = ()) -> bool:
        """Stop the process of this checkout with its children; True when there was one.

        Parameters
        ----------
        patience
            Seconds that they get to end by themselves before they are killed.
        spare
            Pids of children that are left alone, with their own.
        """
        last = self.last()
        process = last.process() if last else None
        if process is None:
            self._record.unlink(missing_ok=True)
            return False
        spared = set(spare)
        spared |= {each.pid for pid in spared for each in _children(pid)}
        family = [process, *(each for each in _children(process.pid) if each.pid not in spared)]
        known = [processes.identity(each.pid) for each in family]
        processes.stop_all([each for each in known if each], timeout=patience)
        self._record.unlink(missing_ok=True)
        return True

    def _launch(self, epoch: str, *, loading: bool) -> Process:
        # State, objects and logs are nobody else's business.
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        token = secrets.token_urlsafe()
        self._token.unlink(missing_ok=True)
        self._token.touch(mode=0o600)
        self._token.write_text(token)
        env = environment(self._settings, epoch) | {"CUSTOM_SSL_CERT_PATH": str(self._certify())}
        catalog.provide(self._directory, VERSION, env)
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", "localstack.runtime.main"],
                env=env | {TOKEN_VARIABLE: token} | ({LOADING_VARIABLE: "1"} if loading else {}),
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A terminal's Ctrl-C and hang-up are for the command, not for what it started.
                start_new_session=True,
            )
        child = processes.known(started)
        process = Process(
            child.pid, child.started, epoch, self._settings.gateway_port, self._settings.authorization
        )
        _write(self._record, json.dumps(asdict(process)))
        deadline = time.monotonic() + START_LIMIT
        expected = f"{LOADING}{epoch}" if loading else epoch
        while time.monotonic() < deadline:
            if _get(process.port, EPOCH_PATH) == expected and _get(process.port, "/_localstack/health"):
                return process
            if started.poll() is not None:
                break
            time.sleep(0.1)
        ended = started.poll()
        self.stop()
        happened = f"ended with code {ended}" if ended is not None else f"was not healthy in {START_LIMIT} s"
        raise MissingError(
            f"LocalStack {happened}. The end of its log:\n{self._log_end()}", f"Log: {self.log}"
        )

    def _certify(self) -> Path:
        """The gateway's private key and certificate, in one file as LocalStack wants them."""
        folder = self._directory / "certificate"
        folder.mkdir(mode=0o700, exist_ok=True)
        certificate, key = folder / "server.crt", folder / "server.key"
        Authority(self._settings.local_dir / "authority").issue(
            certificate, key, host="127.0.0.1", names=NAMES, owner=(os.geteuid(), os.getegid())
        )
        both = folder / "server.pem"
        both.unlink(missing_ok=True)
        both.touch(mode=0o600)
        both.write_text(key.read_text() + certificate.read_text())
        return both

    def _refuse_taken_port(self) -> None:
        port = self._settings.gateway_port
        holder = _listener(port)
        if holder is None:
            return
        raise MissingError(
            f"Port {port} on 127.0.0.1 is taken by {holder}.",
            "Stop that program, or choose another port: LAB_GATEWAY_PORT=4577 make apply",
        )

    def _log_end(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        except OSError as unreadable:
            return f"(unreadable: {unreadable})"


def new_epoch() -> str:
    """Id of a life of the local cloud that is about to begin."""
    return uuid.uuid4().hex[:12]


def environment(settings: Settings, epoch: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """LocalStack's environment: loopback only, no telemetry, no downloads, our providers."""
    env = {
        name: value
        for name, value in (os.environ if environ is None else environ).items()
        if not name.startswith(("AWS_", "LOCALSTACK_", "PROVIDER_OVERRIDE_", "TF_"))
        and name != LOADING_VARIABLE
    }
    return env | {
        "LAB_TARGET": "local",
        "LAB_LOCAL_DIR": str(settings.local_dir),
        "LAB_GATEWAY_PORT": str(settings.gateway_port),
        EPOCH_VARIABLE: epoch,
        AUTHORIZATION_VARIABLE: "on" if settings.authorization else "off",
        "FILESYSTEM_ROOT": str(settings.local_dir / "localstack"),
        "GATEWAY_LISTEN": f"127.0.0.1:{settings.gateway_port}",
        # In a container LocalStack would share /tmp/localstack with every other one there.
        "OVERRIDE_IN_DOCKER": "0",
        "DNS_ADDRESS": "0",
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "LOCALSTACK_HOST": f"127.0.0.1:{settings.gateway_port}",
        **{f"PROVIDER_OVERRIDE_{service.upper()}": "lab" for service in SERVICES},
    }


def _children(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def post(port: int, path: str) -> str | None:
    """What the provider that serves a path answers; empty where none does, None where nothing answers."""
    try:
        return _ask(port, path, "POST")
    except urllib.error.HTTPError:
        # Nobody has used that service in this life, and LocalStack takes the path for a bucket's.
        return ""
    except (OSError, ValueError):
        return None


def _get(port: int, path: str) -> str | None:
    try:
        return _ask(port, path, "GET")
    except (OSError, ValueError):
        return None


def _ask(port: int, path: str, method: str) -> str:
    # A proxy from the user's shell would be asked for 127.0.0.1, so none is used.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    data = b"" if method == "POST" else None
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, method=method)
    with opener.open(request, timeout=_ANSWER_LIMIT) as answer:
        text: str = answer.read().decode()
        return text


def _listener(port: int) -> str | None:
    """Who listens on the port, as far as this user may know; None when nobody does."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        # macOS shows a user only their own processes' connections.
        return _any_listener(port)
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr in _places(port):
            return _description(connection.pid)
    return None


def _places(port: int) -> set[tuple[str, int]]:
    """The addresses whose listener would be in the way of 127.0.0.1."""
    return {(address, port) for address in ("127.0.0.1", "0.0.0.0", "::")}  # noqa: S104 - compared, not bound


def _description(pid: int | None) -> str:
    if pid is None:
        return "a program of another user"
    try:
        return f"process {pid} ({' '.join(psutil.Process(pid).cmdline())[:100]})"
    except psutil.Error:
        return f"process {pid}"


def _any_listener(port: int) -> str | None:
    with socket.socket() as probe:
        probe.settimeout(2)
        return "another program" if probe.connect_ex(("127.0.0.1", port)) == 0 else None


def _write(path: Path, text: str) -> None:
    """Replace a file so that a reader, or a crash, sees the old or the new text, never a part."""
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)
