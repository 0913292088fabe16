"""What a database says of the seed that it holds.

A row in a database (MySQL) or schema (PostgreSQL) of its own, so that a learner's `SHOW TABLES` shows the
dataset alone. It is written when the dataset is complete, so a seed that was interrupted has left none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

HOME = "lab_seed"

#: Valid in both dialects.
CREATE_TABLE = f"""CREATE TABLE IF NOT EXISTS {HOME}.loaded (
  dataset VARCHAR(64) NOT NULL PRIMARY KEY,
  content TEXT NOT NULL
)"""
SELECT = f"SELECT content FROM {HOME}.loaded WHERE dataset = %s"  # noqa: S608 - a constant
DELETE = f"DELETE FROM {HOME}.loaded WHERE dataset = %s"  # noqa: S608 - a constant
INSERT = f"INSERT INTO {HOME}.loaded (dataset, content) VALUES (%s, %s)"  # noqa: S608 - a constant


@dataclass(frozen=True)
class LoadedTable:
    """A table as it was loaded: number of rows, and checksum of the text that they came as."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class Marker:
    """A complete seed.

    Attributes
    ----------
    dataset, version, scale, seed
        Together they determine every byte.
    tables
        By name.
    """

    dataset: str
    version: int
    scale: int
    seed: int
    tables: Mapping[str, LoadedTable]

    def to_json(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def from_json(text: str) -> Marker | None:
        """As it was stored; None when that cannot be read, as when somebody wrote into it."""
        try:
            content = json.loads(text)
            tables = {name: LoadedTable(**table) for name, table in content.pop("tables").items()}
            return Marker(tables=tables, **content)
        except (AttributeError, KeyError, TypeError, ValueError):
            return None
