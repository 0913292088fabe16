"""What a statement's grammar finds wrong with it: AWS says so at once, and begins no query."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts.local_cloud.athena import definitions
from scripts.local_cloud.athena.catalog_statements import CatalogStatements
from scripts.local_cloud.athena.dialect import parse
from scripts.local_cloud.athena.errors import QueryFailedError
from scripts.local_cloud.athena.grammar import Reader, without_data
from scripts.local_cloud.athena.kinds import kind
from scripts.local_cloud.athena.lake import Object

_QUERIES = ("SELECT", "WITH", "VALUES", "TABLE")
#: Where the query begins of an INSERT or of EXPLAIN, and a table or a view that is made of one.
_INSERTED = [*((word,) for word in _QUERIES), *(("(", word) for word in (*_QUERIES, "("))]
_MADE = [("AS", word) for word in (*_QUERIES, "(")]
#: What is read when it is carried out.
_LATER = {"EXECUTE", "DEALLOCATE", "MERGE", "UPDATE", "DELETE", "OPTIMIZE", "VACUUM"}


class _AskedError(Exception):
    """The catalog is asked, for which the statement has been read whole."""


class _Nowhere:
    """A catalog that is not asked."""

    def glue(self, operation: str, **parameters: Any) -> dict[str, Any]:
        raise _AskedError

    def objects(self, location: str) -> Sequence[Object]:
        raise _AskedError

    def put(self, path: Path, uri: str) -> None:
        raise _AskedError

    def is_empty(self, location: str) -> bool:
        raise _AskedError


def check(sql: str) -> None:
    """Read a statement as its grammar does.

    Raises
    ------
    QueryFailedError
        It is none.
    """
    try:
        _read(Reader(sql))
    except _AskedError:
        return
    except QueryFailedError as why:
        # What has a name is found out by whoever carries the statement out, and so is what Hive calls FAILED.
        if not why.name and not why.message.startswith("FAILED"):
            raise


def _read(reader: Reader) -> None:
    _, what = kind(reader.text, {})
    if reader.take("PREPARE"):
        reader.name()
        reader.need("FROM")
        return check(reader.rest())
    if reader.take("EXPLAIN") and not any(reader.is_(*words) for words in _INSERTED):
        return None
    if what in {"SELECT", "EXPLAIN"}:
        parse(reader.rest())
    elif reader.take("UNLOAD"):
        parse(reader.bracketed())
    elif what in {"INSERT", "CREATE_TABLE_AS_SELECT", "CREATE_VIEW"}:
        if reader.seek(_INSERTED if what == "INSERT" else _MADE):
            reader.take("AS")
            parse(without_data(reader.rest())[0])
    elif reader.take("CREATE", "TABLE"):
        raise definitions.not_external(reader)
    elif reader.next.text.upper() not in _LATER and not CatalogStatements(_Nowhere(), "").told(reader):
        raise reader.fail()
    return None
