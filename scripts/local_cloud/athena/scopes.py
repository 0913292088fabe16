"""Names, and what they stand for at a place in a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from scripts.local_cloud.athena.casts import Place
from scripts.local_cloud.athena.errors import QueryFailedError
from scripts.local_cloud.athena.types import Type, member
from scripts.local_cloud.athena.values import Value


@dataclass(frozen=True)
class Field:
    """A column of a relation.

    Attributes
    ----------
    relation
        What may stand before the name: database and table, or an alias; empty where there is none.
    name
        In lower case; empty of an expression that was given none.
    hidden
        No part of ``*``.
    heading
        The name as the query wrote it, which ``*`` shows; empty where no query did.
    """

    relation: tuple[str, ...]
    name: str
    type: Type
    sql: str
    hidden: bool = False
    heading: str = ""


@dataclass(frozen=True)
class Scope:
    """The columns that an expression may name, and those around it.

    Attributes
    ----------
    aliases
        Names of a SELECT's own columns, where they may be used: in ORDER BY.
    variables
        Parameters of the functions around an expression.
    windows
        Named ones, by name; SQL.
    depth
        How many functions are around an expression.
    """

    fields: Sequence[Field] = ()
    outer: Scope | None = None
    aliases: Mapping[str, Value] = field(default_factory=dict)
    variables: Mapping[str, Value] = field(default_factory=dict)
    windows: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0

    def within(self, variables: Mapping[str, Value]) -> Scope:
        """The same, inside a function with these parameters."""
        return replace(self, variables={**self.variables, **variables}, depth=self.depth + 1)

    def find(self, parts: Sequence[str], place: Place) -> Value:
        """What a name with dots stands for.

        Raises
        ------
        QueryFailedError
            Nothing, or more than one thing.
        """
        scope: Scope | None = self
        while scope:
            found = scope._here(parts, place)
            if found:
                return found
            scope = scope.outer
        raise QueryFailedError("COLUMN_NOT_FOUND", f"Column '{'.'.join(parts)}' cannot be resolved", place)

    def _here(self, parts: Sequence[str], place: Place) -> Value | None:
        if parts[0] in self.variables:
            return dereferenced(self.variables[parts[0]], parts[1:], place)
        if len(parts) == 1 and parts[0] in self.aliases:
            return self.aliases[parts[0]]
        for at in range(len(parts) - 1, -1, -1):
            before, name = tuple(parts[:at]), parts[at]
            found = [
                each
                for each in self.fields
                if each.name == name and (not before or each.relation[-len(before) :] == before)
            ]
            if len(found) > 1:
                raise QueryFailedError("AMBIGUOUS_NAME", f"Column '{'.'.join(parts)}' is ambiguous", place)
            if found:
                return dereferenced(Value(found[0].sql, found[0].type), parts[at + 1 :], place)
        return None


def dereferenced(value: Value, names: Sequence[str], place: Place) -> Value:
    """Fields of fields of a row."""
    for name in names:
        if value.type.base != "row":
            raise QueryFailedError("TYPE_MISMATCH", f"Expression {name} is not of type ROW", place)
        if name not in value.type.names:
            raise QueryFailedError("COLUMN_NOT_FOUND", f"Column '{name}' cannot be resolved", place)
        at = value.type.names.index(name)
        value = Value(f"({value.sql}).{member(value.type, at)}", value.type.of[at])
    return value
