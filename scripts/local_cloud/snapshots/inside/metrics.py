"""CloudWatch's data points, which LocalStack keeps in a database file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from localstack.services.cloudwatch.cloudwatch_database_helper import CloudwatchDatabase


def save(path: Path) -> None:
    """Copy the data points."""
    _copy(Path(CloudwatchDatabase.METRICS_DB), path)


def load(path: Path) -> None:
    """Put saved data points in place of those that are there."""
    _copy(path, Path(CloudwatchDatabase.METRICS_DB))


def _copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(target)) as written,
    ):
        read.backup(written)
