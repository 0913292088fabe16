"""What `lab status` says of the delivery process, read from the files that it leaves."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from scripts.config import Settings
from scripts.local_cloud import processes
from scripts.local_cloud.delivery.spool import Spool


@dataclass(frozen=True)
class Running:
    """The delivery process: pid with its start, and its spool."""

    pid: int
    started: str
    spool: str

    def write(self, path: Path) -> None:
        """Replace the record as a whole."""
        part = path.with_suffix(".part")
        part.write_text(json.dumps(asdict(self)))
        part.replace(path)

    @property
    def epoch(self) -> str:
        """The life of the local cloud that it belongs to."""
        return Path(self.spool).stem

    @property
    def alive(self) -> bool:
        """Whether this very process runs."""
        if not processes.alive(processes.Process(self.pid, self.started)):
            return False
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.pid).status() != psutil.STATUS_STOPPED
        return False

    def failures(self) -> list[str]:
        """What keeps records from being delivered, one code for each delivery stream concerned."""
        if not Path(self.spool).is_file():
            return []
        spool = Spool(Path(self.spool))
        try:
            return sorted(code for code, _ in spool.failures().values())
        finally:
            spool.close()


def record_file(settings: Settings) -> Path:
    """Where the process is written down."""
    return settings.local_dir / "firehose" / "process.json"


def running(settings: Settings) -> Running | None:
    """The process that was started last and should run; None when there is nothing to deliver."""
    try:
        return Running(**json.loads(record_file(settings).read_text()))
    except (OSError, ValueError, TypeError):
        return None
