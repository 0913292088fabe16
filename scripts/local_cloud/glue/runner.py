"""A run of a job: its script and the modules that it wants, fetched in the job's role and run."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scripts.local_cloud.glue import closed, spark
from scripts.local_cloud.glue.work import Keys, Place, Work

OUTPUT_GROUP, ERROR_GROUP = "/aws-glue/jobs/output", "/aws-glue/jobs/error"
#: Files that modules of Python are imported from as they are.
_ARCHIVES = {".zip", ".egg", ".whl"}


@dataclass(frozen=True)
class Order:
    """What is to be run.

    Attributes
    ----------
    run_id
        Name of its log streams.
    script
        ``s3://`` of the script.
    arguments
        What the script is called with, by name with the hyphens.
    units
        Data processing units; None for a script without Spark.
    timeout
        Seconds.
    """

    run_id: str
    script: str
    arguments: Mapping[str, str]
    units: float | None
    timeout: float


class Run(Work):
    """A run under way."""

    def __init__(self, place: Place, order: Order) -> None:
        super().__init__(place, order.timeout)
        self._order = order
        #: Host and port of whom it cannot reach from where it stands; told before it begins.
        self.closed: Collection[tuple[str, int]] = ()

    @property
    def job(self) -> str:
        """Name of its job."""
        return self._order.arguments["--JOB_NAME"]

    def command(self, keys: Keys) -> tuple[list[str], dict[str, str]]:
        """The script, after it has been fetched."""
        script, folder = self._fetch(keys), self.place.folder
        more = {
            **closed.told(self.closed),
            "PYTHONPATH": os.pathsep.join(
                str(each) for each in sorted(script.parent.iterdir()) if each.suffix in _ARCHIVES
            ),
            "PYSPARK_PYTHON": sys.executable,
        }
        if self._order.units is not None:
            local = self.place.settings.local_dir
            installation = spark.Installation.find(local / "glue")
            size = spark.Size.of(self._order.units)
            more |= spark.environment(installation, size, folder, local / "authority" / "ca.pem")
        arguments = [text for pair in self._order.arguments.items() for text in pair if text]
        process = ["-m", f"{__package__}.process", str(script), str(self.report)]
        return [*process, *arguments], more

    def log_streams(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Streams named by the run."""
        return (OUTPUT_GROUP, self._order.run_id), (ERROR_GROUP, self._order.run_id)

    def failure(self, code: int) -> str:
        """What the script failed with."""
        if self.report.is_file() and (said := self.report.read_text()):
            return said
        return super().failure(code)

    def _fetch(self, keys: Keys) -> Path:
        s3 = self.client("s3", keys)
        folder = self.place.folder / "script"
        folder.mkdir()
        for address in filter(None, self._order.arguments.get("--extra-py-files", "").split(",")):
            place = urlsplit(address.strip())
            s3.download_file(place.netloc, place.path.lstrip("/"), str(folder / Path(place.path).name))
        place = urlsplit(self._order.script)
        script = folder / Path(place.path).name
        s3.download_file(place.netloc, place.path.lstrip("/"), str(script))
        return script
