"""Keeps the delivery process going: in LocalStack's process, for the delivery streams that are there."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil

from scripts.config import Settings
from scripts.local_cloud import processes
from scripts.local_cloud.delivery import spool
from scripts.local_cloud.delivery.definition import Definition
from scripts.local_cloud.delivery.report import Running, record_file
from scripts.local_cloud.delivery.spool import Spool

LOG = logging.getLogger(__name__)

#: Seconds from the end of a process to the start of the next: at first, at most; a life that counts.
_FIRST_WAIT, _LONGEST_WAIT, _LONG_LIFE = 0.2, 3.0, 10.0
#: What the process needs of the environment, beside its settings.
_PASSED_ON = {"PATH", "HOME", "LANG", "TZDIR", "PYTHONPATH"}
#: Seconds that a delivery stream's deletion waits for what is being put just then.
_FAREWELL = 20.0


@dataclass
class _Worker:
    process: subprocess.Popen[str]
    started: float


class Supervisor:
    """Starts the delivery process when there is something to deliver, and again whenever it ends.

    Parameters
    ----------
    epoch
        Life of the local cloud that everything belongs to; what an earlier one left is removed.
    """

    def __init__(self, settings: Settings, epoch: str) -> None:
        self._settings = settings
        self._folder = settings.local_dir / "firehose"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = self._folder / f"{epoch}.sqlite"
        for old in self._folder.glob("*.sqlite"):
            if old != self._path:
                spool.remove(old)
        self._record = record_file(settings)
        self._record.unlink(missing_ok=True)
        self.spool = Spool(self._path)
        self._wanted: dict[str, Definition] = {}
        self._forgotten: dict[str, threading.Event] = {}
        self._worker: _Worker | None = None
        self._stopping = False
        self._changed = threading.Condition()
        self._watch = threading.Thread(target=self._keep_going, name="firehose delivery", daemon=True)

    def deliver(self, definition: Definition) -> None:
        """Deliver a stream, or go on with another configuration of it."""
        with self._changed:
            self._wanted[definition.id] = definition
            self._tell({"deliver": definition.to_json()})
            if not self._watch.is_alive():
                self._watch.start()
            self._changed.notify_all()

    def forget(self, stream: str) -> None:
        """Deliver nothing more of a stream: when this returns, no further object of it appears."""
        gone = threading.Event()
        with self._changed:
            self._wanted.pop(stream, None)
            self._forgotten[stream] = gone
            told = self._tell({"forget": stream})
        if told and not gone.wait(_FAREWELL):
            LOG.warning("The delivery process does not answer; it is started anew")
            self._kill()
        self.spool.forget(stream)
        with self._changed:
            self._forgotten.pop(stream, None)
            self._changed.notify_all()
            if not self._wanted:
                self._dismiss()

    def ensure(self) -> dict[str, Any]:
        """Start the process at once when it should run and does not, also when somebody has halted it."""
        with self._changed:
            worker = self._worker
            with suppress(psutil.NoSuchProcess):
                if worker and psutil.Process(worker.process.pid).status() == psutil.STATUS_STOPPED:
                    worker.process.kill()
                    self._changed.wait_for(lambda: self._worker is not worker, timeout=10)
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._wanted or self._alive(), timeout=10)
            return {"streams": len(self._wanted), "running": self._alive()}

    def stop(self) -> None:
        """End the process with LocalStack."""
        with self._changed:
            self._stopping = True
            self._dismiss()
            self._changed.notify_all()

    def _alive(self) -> bool:
        return self._worker is not None and self._worker.process.poll() is None

    def _dismiss(self) -> None:
        """Let the process end: it does when its standard input does."""
        if self._worker and self._worker.process.stdin:
            with suppress(OSError):
                self._worker.process.stdin.close()

    def _kill(self) -> None:
        with self._changed:
            if self._worker:
                self._worker.process.kill()
                self._changed.wait_for(lambda: not self._alive(), timeout=10)

    def _tell(self, order: dict[str, Any]) -> bool:
        """Write one line to the process; one that is not there, or just ended, is told all when it starts."""
        if not (self._worker and self._worker.process.stdin) or self._worker.process.stdin.closed:
            return False
        try:
            self._worker.process.stdin.write(json.dumps(order) + "\n")
            self._worker.process.stdin.flush()
        except OSError:
            return False
        return True

    def _keep_going(self) -> None:
        wait = _FIRST_WAIT
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted or self._stopping)
                if self._stopping:
                    return
                try:
                    worker = self._worker = self._launch()
                except OSError as refused:
                    LOG.error("The Firehose delivery process cannot be started: %s", refused)  # noqa: TRY400
                    self._changed.wait(_LONGEST_WAIT)
                    continue
                for definition in self._wanted.values():
                    self._tell({"deliver": definition.to_json()})
                self._note()
                self._changed.notify_all()
            self._listen(worker)
            with self._changed:
                self._worker = None
                self._changed.notify_all()
                if self._stopping or not self._wanted:
                    self._record.unlink(missing_ok=True)
                for gone in self._forgotten.values():
                    gone.set()
                if self._stopping:
                    return
                if not self._wanted:
                    continue
                LOG.warning(
                    "The Firehose delivery process %s ended with code %s; it is started again",
                    worker.process.pid,
                    worker.process.returncode,
                )
                lived = time.monotonic() - worker.started
                wait = _FIRST_WAIT if lived > _LONG_LIFE else min(wait * 2, _LONGEST_WAIT)
                self._changed.wait(wait)

    def _launch(self) -> _Worker:
        log = self._settings.local_dir / "log" / "firehose.log"
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "scripts.local_cloud.delivery", str(self._path)],
                env=_environment(self._settings),
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
            )
        return _Worker(process, time.monotonic())

    def _listen(self, worker: _Worker) -> None:
        """Take the process's answers until it ends."""
        if worker.process.stdout:
            for line in worker.process.stdout:
                with suppress(ValueError), self._changed:
                    gone = self._forgotten.get(json.loads(line)["forgotten"])
                    if gone:
                        gone.set()
            worker.process.stdout.close()
        worker.process.wait()

    def _note(self) -> None:
        """Write down the process, for `lab status`."""
        if self._worker:
            process = processes.identity(self._worker.process.pid)
            if process:
                Running(process.pid, process.started, str(self._path)).write(self._record)


def _environment(settings: Settings) -> dict[str, str]:
    """What the delivery process needs: LocalStack's own settings are none of its business."""
    return {
        **{name: value for name, value in os.environ.items() if name in _PASSED_ON},
        "LAB_TARGET": "local",
        "LAB_LOCAL_DIR": str(settings.local_dir),
        "LAB_GATEWAY_PORT": str(settings.gateway_port),
    }
