"""What `lab status` says of the delivery process, read from the files that it leaves."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from scripts.config import Settings
from scripts.local_cloud.delivery.spool import Spool


@dataclass(frozen=True)
class Running:
    """The delivery process: pid with its start (seconds since 1970), and its spool."""

    pid: int
    started: float
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
        with suppress(psutil.NoSuchProcess):
            found = psutil.Process(self.pid)
            return abs(found.create_time() - self.started) < 1 and found.status() not in {
                psutil.STATUS_ZOMBIE,
                psutil.STATUS_STOPPED,
            }
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
