"""A query that is compiled: its SQL, and its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scripts.local_cloud.athena.scopes import Field
from scripts.local_cloud.athena.types import Type


@dataclass(frozen=True)
class Column:
    """A column of a query.

    Attributes
    ----------
    name
        As the result shows it: in the case that the query wrote, though names are the same in any case;
        ``_col0`` and so on where the query gives none.
    alias
        In DuckDB's SQL.
    """

    name: str
    type: Type
    alias: str
    named: bool = True


@dataclass(frozen=True)
class Query:
    """A compiled query."""

    sql: str
    columns: Sequence[Column]

    def fields(self, alias: str, relation: tuple[str, ...], names: Sequence[str] = ()) -> list[Field]:
        """The columns, of the query as a relation with this alias in DuckDB."""
        shown = list(names) or [each.name if each.named else "" for each in self.columns]
        return [
            Field(relation, name.lower(), each.type, f'{alias}."{each.alias}"', heading=name)
            for name, each in zip(shown, self.columns, strict=True)
        ]
