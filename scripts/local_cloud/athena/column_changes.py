"""What ALTER TABLE does to a table's columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scripts.local_cloud.athena import definitions
from scripts.local_cloud.athena.catalog_base import failed
from scripts.local_cloud.athena.grammar import Reader

Columns = list[dict[str, str]]


@dataclass(frozen=True)
class ColumnChange:
    """A change of the columns that are in the files: partition keys stay as they are."""

    of: Callable[[Columns], Columns]

    def __call__(self, record: dict[str, Any]) -> None:
        """Change the table.

        Raises
        ------
        QueryFailedError
            Two columns would have one name.
        """
        columns = self.of(record["StorageDescriptor"]["Columns"])
        seen = {each["Name"].lower() for each in record.get("PartitionKeys") or []}
        for each in columns:
            if each["Name"].lower() in seen:
                raise failed(f"Duplicate column name: {each['Name']}")
            seen.add(each["Name"].lower())
        record["StorageDescriptor"]["Columns"] = columns

    @staticmethod
    def added(reader: Reader) -> ColumnChange:
        """``(a int, ...)`` after ADD COLUMNS."""
        new = definitions.columns(reader)
        return ColumnChange(lambda there: there + new)

    @staticmethod
    def replaced(reader: Reader) -> ColumnChange:
        """``(a int, ...)`` after REPLACE COLUMNS."""
        new = definitions.columns(reader)
        return ColumnChange(lambda there: new)

    @staticmethod
    def changed(reader: Reader) -> ColumnChange:
        """``[COLUMN] old new type [COMMENT 'x'] [FIRST | AFTER other]`` after CHANGE."""
        reader.take("COLUMN")
        old, column = reader.name(), definitions.column(reader)
        first, after = reader.take("FIRST"), ""
        if not first and reader.take("AFTER"):
            after = reader.name()

        def change(there: Columns) -> Columns:
            names = [each["Name"].lower() for each in there]
            for each in filter(None, (old, after)):
                if each not in names:
                    raise failed(f"Invalid column reference {each}")
            at = names.index(old)
            rest = there[:at] + there[at + 1 :]
            if first:
                at = 0
            elif after:
                at = [each["Name"].lower() for each in rest].index(after) + 1
            return [*rest[:at], column, *rest[at:]]

        return ColumnChange(change)
