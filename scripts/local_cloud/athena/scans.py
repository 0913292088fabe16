"""A table in a query: what is read of it is settled when the whole query is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from scripts.local_cloud.athena.tables import Table

#: What stands in the SQL until the table's files are known.
_COLUMN = re.compile(r'\b(r\d+)\."([^"]+)"')


@dataclass
class Scan:
    """One use of a table.

    Attributes
    ----------
    alias
        Of the relation in DuckDB's SQL.
    columns
        Names in DuckDB's SQL, by the table's own; ``$path`` among them.
    conditions
        SQL that every row that is of use meets, and that asks for nothing but partition keys.
    """

    table: Table
    alias: str
    columns: dict[str, str]
    conditions: list[str] = field(default_factory=list)

    @property
    def marker(self) -> str:
        """What stands in the SQL for the table."""
        return f"\x07{self.alias}\x07"

    def used(self, sql: str) -> list[str]:
        """The table's columns that a query asks for."""
        asked = {name for alias, name in _COLUMN.findall(sql) if alias == self.alias}
        return [column for column, name in self.columns.items() if name in asked]

    def prune(self, conjuncts: Sequence[str]) -> None:
        """Remember those that only ask for partition keys, and answer the same whenever they are asked."""
        keys = {self.columns[name] for name, _ in self.table.keys}
        for each in conjuncts:
            asked = _COLUMN.findall(each)
            if (
                asked
                and "SELECT" not in each
                and "random()" not in each
                and all(alias == self.alias and name in keys for alias, name in asked)
            ):
                self.conditions.append(each)
