"""One LocalStack with our providers, shared by every provider test of a run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

from scripts import aws
from scripts.config import ROOT, Settings
from scripts.local_cloud.plugin import EPOCH_PATH, EPOCH_VARIABLE, SERVICES

START_SECONDS = 60
STOP_SECONDS = 30


@dataclass(frozen=True)
class Cloud:
    """A running local cloud.

    Attributes
    ----------
    endpoint_url
        Of every service.
    local_dir
        Its ``LAB_LOCAL_DIR``.
    session
        boto3 session that talks to it.
    log
        What LocalStack printed.
    """

    endpoint_url: str
    local_dir: Path
    session: boto3.Session
    log: Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(directory: Path, port: int, epoch: str) -> dict[str, str]:
    """What the process is told; nothing of the user's AWS settings reaches it."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "LAB_", "PROVIDER_OVERRIDE_"))
    }
    return {
        **inherited,
        **{f"PROVIDER_OVERRIDE_{service.upper()}": "lab" for service in SERVICES},
        EPOCH_VARIABLE: epoch,
        "LAB_LOCAL_DIR": str(directory / "local"),
        "LAB_GATEWAY_PORT": str(port),
        "FILESYSTEM_ROOT": str(directory / "localstack"),
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DISABLE_EVENTS": "1",
        "DNS_ADDRESS": "0",
    }


def _epoch_at(endpoint_url: str) -> str | None:
    try:
        with urllib.request.urlopen(endpoint_url + EPOCH_PATH, timeout=5) as answer:
            body: bytes = answer.read()
            return body.decode()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def _wait_until_up(process: subprocess.Popen[bytes], endpoint_url: str, epoch: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while _epoch_at(endpoint_url) != epoch:
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"LocalStack did not start (exit code {process.poll()}):\n{log.read_text()[-4000:]}")
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process and what it started, by their ids."""
    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in psutil.wait_procs(family, timeout=5)[1]:
        child.kill()


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """A LocalStack of ours on a free port, with a run-time folder of its own."""
    # Not pytest's folder: the databases' sockets need a short path that another user can reach.
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)
        (directory / "local").mkdir()
        port, epoch, log = _free_port(), uuid.uuid4().hex, directory / "localstack.log"
        settings = Settings(local_dir=directory / "local", gateway_port=port)
        endpoint_url = f"http://127.0.0.1:{port}"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "localstack.runtime.main"],
                cwd=ROOT,
                env=_environment(directory, port, epoch),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_until_up(process, endpoint_url, epoch, log)
            yield Cloud(endpoint_url, settings.local_dir, aws.session(settings), log)
        finally:
            _stop(process)


@pytest.fixture(scope="session")
def client(cloud: Cloud) -> Callable[[str], Any]:
    """``client("ec2")``: a boto3 client of the shared local cloud, one for each service."""

    @cache
    def make(service: str) -> Any:
        return cloud.session.client(service)

    return make
