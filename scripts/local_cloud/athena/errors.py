"""Why a query fails, as Athena says it."""

from __future__ import annotations

from dataclasses import dataclass

#: Categories of AthenaError.
SYSTEM, USER, OTHER = 1, 2, 3
#: Kinds of AthenaError, by the name that leads the reason, which Hive's have not.
_KINDS = {
    "": 1006,
    "SYNTAX_ERROR": 1006,
    "COLUMN_NOT_FOUND": 1006,
    "DIVISION_BY_ZERO": 1001,
    "TYPE_MISMATCH": 1002,
    "INVALID_CAST_ARGUMENT": 1100,
    "NUMERIC_VALUE_OUT_OF_RANGE": 1100,
    "INVALID_PARAMETER_USAGE": 1100,
    "MISSING_COLUMN_NAME": 1100,
    "INVALID_FUNCTION_ARGUMENT": 1106,
    "TABLE_ALREADY_EXISTS": 1110,
    "NOT_SUPPORTED": 1200,
    "TABLE_NOT_FOUND": 1301,
    "SCHEMA_NOT_FOUND": 1301,
    "FUNCTION_NOT_FOUND": 1303,
    "HIVE_BAD_DATA": 1001,
    "HIVE_PARTITION_SCHEMA_MISMATCH": 1003,
    "HIVE_METASTORE_ERROR": 1301,
    "INTERNAL_ERROR": 100,
}
#: The kind of any other error of a user.
_OTHER_KIND = 1000


@dataclass
class QueryFailedError(Exception):
    """A query cannot be answered.

    Attributes
    ----------
    name
        Trino's name of the error, such as ``SYNTAX_ERROR``.
    message
        What follows it.
    place
        Line and column in the query, both from 1, where they are known.
    """

    name: str
    message: str
    place: tuple[int, int] | None = None
    category: int = USER

    def __str__(self) -> str:
        return self.reason

    @property
    def reason(self) -> str:
        """The query's ``StateChangeReason``."""
        where = f"line {self.place[0]}:{self.place[1]}: " if self.place else ""
        return f"{self.name}: {where}{self.message}" if self.name else f"{where}{self.message}"

    @property
    def athena_error(self) -> dict[str, object]:
        """The ``AthenaError`` of the query's status."""
        return {
            "ErrorCategory": self.category,
            "ErrorType": _KINDS.get(self.name, _OTHER_KIND),
            "Retryable": False,
            "ErrorMessage": self.reason,
        }


def refused(what: str, place: tuple[int, int] | None = None) -> QueryFailedError:
    """The local cloud cannot answer this as Athena would."""
    return QueryFailedError(
        "NOT_SUPPORTED",
        f"{what} is not supported by the local cloud, which answers only what it can answer as Athena does; "
        "on AWS the query would be run",
        place,
    )
