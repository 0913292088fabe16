# ruff: noqa: S608  (SQL is what is made here)
"""One statement, from its text to what it answers and writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from scripts.local_cloud.athena import engine
from scripts.local_cloud.athena.catalog_base import Told
from scripts.local_cloud.athena.catalog_statements import CatalogStatements
from scripts.local_cloud.athena.compiled import Query
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.grammar import Reader
from scripts.local_cloud.athena.kinds import kind, result_name
from scripts.local_cloud.athena.lake import LakeError
from scripts.local_cloud.athena.session_base import Outcome
from scripts.local_cloud.athena.types import VARCHAR, column_info, varchar
from scripts.local_cloud.athena.values import name
from scripts.local_cloud.athena.writing_statements import WritingStatements

#: Above every plan, which else would be taken for Athena's.
_WHOSE_PLAN = "This is DuckDB's plan, which computes the answer here; on AWS it is Trino's, with fragments."


class Session(WritingStatements):
    """Runs one job.

    Parameters
    ----------
    folder
        For links, results and what is written; on the file system of this machine.
    """

    def run(self) -> Outcome:
        """Carry out the statement.

        Raises
        ------
        QueryFailedError
            In Athena's words.
        """
        try:
            return self._run(self._job.sql)
        except LakeError as why:
            raise refused_by(why) from why
        except duckdb.Error as why:
            raise engine.failure(why) from why

    def _run(self, sql: str) -> Outcome:
        reader = Reader(sql)
        if reader.next.kind == "end":
            raise QueryFailedError("", "FAILED: Query string is empty", (1, 1))
        for words, carry_out in _STATEMENTS.items():
            if reader.is_(*words.split()):
                try:
                    return carry_out(self, reader)
                except QueryFailedError as why:
                    raise self._with_remains(why, words) from why
        told = CatalogStatements(self._lake, self._job.database).told(reader)
        if told:
            return self._told(told)
        for words in _OF_ICEBERG:
            if reader.is_(*words.split()):
                raise refused(f"{words}, which changes rows of Iceberg tables,", (1, 1))
        raise QueryFailedError("", f"mismatched input '{reader.next.text}'", (1, 1))

    def _with_remains(self, why: QueryFailedError, words: str) -> QueryFailedError:
        """What Athena adds where files may have been left behind."""
        own, (_, what) = self._job.query_id, kind(self._job.sql, self._job.prepared)
        place = self._job.output + result_name(own, what)
        left = {
            "CREATE TABLE": f"You may need to manually clean the data at location '{place}' before retrying.",
            "INSERT INTO": f"If a data manifest file was generated at '{place}-manifest.csv', you may need "
            "to manually clean the data from locations specified in the manifest.",
        }
        if words not in left or why.name in {"", "NOT_SUPPORTED"}:
            return why
        more = f". {left[words]} Athena will not delete data in your account."
        return replace(why, message=why.message + more)

    def _select(self, reader: Reader) -> Outcome:
        query = self._compiled(reader.rest())
        path = self._folder / "result.csv"
        rows = self._csv(query, path)
        columns = [column_info(each.name, each.type) for each in query.columns]
        return Outcome(columns, path, rows=rows)

    def _csv(self, query: Query, path: Path) -> int:
        """A value in double quotes, NULL as nothing at all."""
        shown = engine.shown_columns(query)
        cells = " || ',' || ".join(
            f"coalesce('\"' || replace({name(each.alias)}, '\"', '\"\"') || '\"', '')"
            for each in query.columns
        )
        sql = f"SELECT {cells} AS lab_row FROM ({shown}) AS lab_shown"
        engine.prepare(self._connection, sql)
        result = self._connection.execute(sql)
        count = 0
        with path.open("w", encoding="utf-8", newline="") as file:
            quoted_names = (each.name.replace('"', '""') for each in query.columns)
            file.write(",".join(f'"{each}"' for each in quoted_names) + "\n")
            while batch := result.fetchmany(20_000):
                count += len(batch)
                file.write("\n".join(row[0] for row in batch) + "\n")
        engine.check_tried(sql)
        return count

    def _explain(self, reader: Reader) -> Outcome:
        reader.need("EXPLAIN")
        if reader.is_("ANALYZE") or reader.is_("(", "TYPE") or reader.is_("(", "FORMAT"):
            raise refused("EXPLAIN ANALYZE, or with options,")
        query = self._compiled(reader.rest())
        sql = engine.shown_columns(query)
        engine.prepare(self._connection, sql)
        plans = [text for _, text in self._connection.execute(f"EXPLAIN {sql}").fetchall()]
        plan = "\n".join([_WHOSE_PLAN, *plans])
        # A query's first row repeats the names of its columns, and this is one.
        path = self._text(["Query Plan", *plan.splitlines()])
        return Outcome([column_info("Query Plan", varchar(len(plan)))], path)

    def _prepare(self, reader: Reader) -> Outcome:
        reader.need("PREPARE")
        statement = reader.name()
        reader.need("FROM")
        return Outcome(prepare=(statement, reader.rest().strip()))

    def _deallocate(self, reader: Reader) -> Outcome:
        reader.need("DEALLOCATE", "PREPARE")
        statement = reader.name()
        reader.end()
        self._kept(statement)
        return Outcome(deallocate=statement)

    def _kept(self, statement: str) -> str:
        if statement not in self._job.prepared:
            raise QueryFailedError("NOT_FOUND", f"Prepared statement not found: {statement}")
        return self._job.prepared[statement]

    def _execute(self, reader: Reader) -> Outcome:
        reader.need("EXECUTE")
        kept = self._kept(reader.name())
        if reader.take("USING"):
            self._parameters, self._using = _separated(reader.rest()), True
        elif reader.next.kind != "end":
            raise reader.fail("'USING'")
        return self._run(kept)

    def _told(self, told: Told) -> Outcome:
        plain = {"Type": told.type, "Precision": 0, "CaseSensitive": False}
        columns = [column_info(each, VARCHAR) | plain for each in told.columns]
        return Outcome(columns, self._text(told.lines), kind=told.kind, rows=len(told.lines))

    def _text(self, lines: Sequence[str]) -> Path:
        """No line feed comes after the last line."""
        path = self._folder / "result.txt"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path


_STATEMENTS: dict[str, Callable[[Session, Reader], Outcome]] = {
    **dict.fromkeys(("SELECT", "WITH", "VALUES", "TABLE", "("), Session._select),
    "EXPLAIN": Session._explain,
    "PREPARE": Session._prepare,
    "DEALLOCATE": Session._deallocate,
    "EXECUTE": Session._execute,
    "CREATE TABLE": Session._create_as,
    "INSERT INTO": Session._insert,
    "UNLOAD": Session._unload,
    "CREATE VIEW": Session._create_view,
    "CREATE OR REPLACE VIEW": Session._create_view,
}

_OF_ICEBERG = ("MERGE INTO", "UPDATE", "DELETE FROM", "OPTIMIZE", "VACUUM")


def refused_by(why: LakeError) -> QueryFailedError:
    """What AWS refused, as Athena says it."""
    if why.code == "EntityNotFoundException" and "Database" in why.message:
        return QueryFailedError("SCHEMA_NOT_FOUND", f"{why.message}", (1, 1))
    if why.code == "NoSuchBucket":
        return QueryFailedError(
            "HIVE_METASTORE_ERROR" if "meta" in why.message else "HIVE_FILESYSTEM_ERROR", f"{why.message}"
        )
    return QueryFailedError(
        "",
        f"{why.message} (Service: {why.code})"
        if "denied" not in why.code.lower()
        else f"Insufficient permissions to execute the query. {why.message}",
    )


def _separated(given: str) -> list[str]:
    """Expressions between commas, of which some may be in brackets or quotes."""
    parts, depth, quoted = [""], 0, False
    for letter in given.strip():
        if letter == "'":
            quoted = not quoted
        if not quoted:
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
        if letter == "," and not depth and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return [each.strip() for each in parts]
