# ruff: noqa: S608  (SQL is what is made here)
"""One statement, from its text to what it answers and writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from scripts.local_cloud.athena import definitions, engine
from scripts.local_cloud.athena.catalog_statements import CatalogStatements, Told
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.grammar import Reader
from scripts.local_cloud.athena.lake import Lake, LakeError
from scripts.local_cloud.athena.queries import Queries, Query
from scripts.local_cloud.athena.sources import Sources
from scripts.local_cloud.athena.tables import VIEW, Table, view_text
from scripts.local_cloud.athena.types import UNKNOWN, VARCHAR, Type, column_info, hive
from scripts.local_cloud.athena.values import name
from scripts.local_cloud.athena.writing import Layout, Written, layout, write


@dataclass(frozen=True)
class Job:
    """What is asked.

    Attributes
    ----------
    output
        Where results lie: ``s3://bucket/prefix/``.
    enforced
        Whether the work group says so, and nobody else may.
    prepared
        Texts of prepared statements, by name.
    """

    query_id: str
    sql: str
    database: str
    began: datetime
    output: str
    parameters: Sequence[str] = ()
    enforced: bool = False
    prepared: dict[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """What became of it.

    Attributes
    ----------
    result
        File with what GetQueryResults shows; nothing where there is none.
    extension
        Of the result's name.
    manifest
        Objects that were written.
    prepare, deallocate
        A statement that is to be kept, by name, or forgotten.
    """

    type: str
    kind: str
    columns: list[dict[str, Any]] = field(default_factory=list)
    result: Path | None = None
    extension: str = "txt"
    manifest: list[str] | None = None
    rows: int = 0
    prepare: tuple[str, str] | None = None
    deallocate: str | None = None


class Session:
    """Runs one job.

    Parameters
    ----------
    folder
        For links, results and what is written; on the file system of this machine.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, lake: Lake, folder: Path, job: Job) -> None:
        self._connection, self._lake, self._folder, self._job = connection, lake, folder, job
        self._parameters = list(job.parameters)
        self.sources = Sources(connection, lake, folder / "in")

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
                return carry_out(self, reader)
        told = CatalogStatements(self._lake, self._job.database).told(reader)
        if told:
            return self._told(told)
        raise QueryFailedError("", f"mismatched input '{reader.next.text}'", (1, 1))

    # --- Queries

    def _compiled(self, sql: str) -> Query:
        queries = Queries(sql, self._job.database, self._lake, self._job.began, self._parameters)
        query = queries.compiled()
        return Query(self.sources.filled(query.sql, queries.scans), query.columns)

    def _select(self, reader: Reader) -> Outcome:
        query = self._compiled(reader.rest())
        path = self._folder / "result.csv"
        rows = self._csv(query, path)
        columns = [column_info(each.name, each.type) for each in query.columns]
        return Outcome("DML", "SELECT", columns, path, "csv", rows=rows)

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
        return count

    def _explain(self, reader: Reader) -> Outcome:
        reader.need("EXPLAIN")
        if reader.is_("ANALYZE") or reader.is_("("):
            raise refused("EXPLAIN ANALYZE, or with options,")
        query = self._compiled(reader.rest())
        sql = engine.shown_columns(query)
        engine.prepare(self._connection, sql)
        plan = self._connection.execute(f"EXPLAIN {sql}").fetchall()
        lines = ["Query Plan", *(line for _, text_ in plan for line in str(text_).splitlines())]
        return self._told(Told("EXPLAIN", lines, ["Query Plan"], "UTILITY"))

    # --- Prepared statements

    def _prepare(self, reader: Reader) -> Outcome:
        reader.need("PREPARE")
        statement = reader.name()
        reader.need("FROM")
        return Outcome("DDL", "PREPARE", prepare=(statement, reader.rest().strip()))

    def _deallocate(self, reader: Reader) -> Outcome:
        reader.need("DEALLOCATE", "PREPARE")
        statement = reader.name()
        reader.end()
        self._kept(statement)
        return Outcome("DDL", "DEALLOCATE", deallocate=statement)

    def _kept(self, statement: str) -> str:
        if statement not in self._job.prepared:
            raise QueryFailedError("NOT_FOUND", f"Prepared statement not found: {statement}")
        return self._job.prepared[statement]

    def _execute(self, reader: Reader) -> Outcome:
        reader.need("EXECUTE")
        kept = self._kept(reader.name())
        if reader.take("USING"):
            self._parameters = _separated(reader.rest())
        elif reader.next.kind != "end":
            raise reader.fail("'USING'")
        return self._run(kept)

    # --- What is written

    def _named(self, query: Query) -> list[tuple[str, str, Type]]:
        """Name, alias and type of each column of a table to be made."""
        seen: set[str] = set()
        for at, each in enumerate(query.columns, 1):
            if not each.named:
                raise QueryFailedError(
                    "MISSING_COLUMN_NAME", f"Column name not specified at position {at}", (1, 1)
                )
            if each.name in seen:
                raise QueryFailedError(
                    "DUPLICATE_COLUMN_NAME", f"Column name '{each.name}' specified more than once"
                )
            if each.type == UNKNOWN:
                raise QueryFailedError(
                    "COLUMN_TYPE_UNKNOWN", f"Column type is unknown at position {at}", (1, 1)
                )
            seen.add(each.name)
        return [(each.name, each.alias, each.type) for each in query.columns]

    def _qualified(self, reader: Reader) -> tuple[str, str]:
        first = reader.name()
        if reader.take("."):
            return first, reader.name()
        database, _, table = first.rpartition(".")
        return database or self._job.database or "default", table

    def _record(self, database: str, table: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._lake.glue("GetTable", DatabaseName=database, Name=table)["Table"]
        except LakeError as why:
            if why.code == "EntityNotFoundException":
                return None
            raise
        return found

    def _create_as(self, reader: Reader) -> Outcome:
        reader.need("CREATE", "TABLE")
        quiet = reader.take("IF", "NOT", "EXISTS")
        database, table = self._qualified(reader)
        comment = reader.string() if reader.take("COMMENT") else ""
        properties = reader.properties() if reader.take("WITH") else {}
        if not reader.is_("AS"):
            raise refused("CREATE TABLE that is neither external nor AS a query: Iceberg tables", None)
        reader.need("AS")
        data = True
        body = reader.rest()
        if ending := re.search(r"\bWITH\s+(NO\s+)?DATA\s*$", body, re.IGNORECASE):
            data, body = not ending[1], body[: ending.start()]
        external = properties.pop("external_location", "")
        if properties.pop("table_type", "HIVE").upper() != "HIVE":
            raise refused("A table of type ICEBERG")
        known = {"format", "partitioned_by", "write_compression", "parquet_compression", "field_delimiter"}
        how = layout(
            {k: v for k, v in properties.items() if k not in {"orc_compression", "is_external"}}, known=known
        )
        if self._record(database, table) is not None:
            if quiet:
                return Outcome("DDL", "CREATE_TABLE_AS_SELECT", manifest=[])
            raise QueryFailedError(
                "TABLE_ALREADY_EXISTS", f"Table 'awsdatacatalog.{database}.{table}' already exists", (1, 1)
            )
        self._lake.glue("GetDatabase", Name=database)
        if external and self._job.enforced:
            raise QueryFailedError(
                "", "The Create Table As Select query failed because it was submitted with an "
                "'external_location' property to an "
                "Athena Workgroup that enforces a centralized output location for all queries. "
                "Please remove the "
                "'external_location' property and resubmit the query."
            )  # fmt: skip
        location = (
            external.rstrip("/") + "/" if external else f"{self._job.output}tables/{self._job.query_id}/"
        )
        if not self._lake.is_empty(location):
            raise QueryFailedError(
                "HIVE_PATH_ALREADY_EXISTS",
                f"Target directory for table '{database}.{table}' already exists: "
                f"{location.rstrip('/')}. "
                "You may need to manually clean the data at location "
                f"'{location.rstrip('/')}' before retrying.",
            )
        query = self._compiled(body)
        columns = self._named(query)
        self._check_keys([each[0] for each in columns], how)
        written = self._written(query.sql, columns, how) if data else Written()
        fields = [{"Name": column, "Type": hive(kind)} for column, _, kind in columns]
        settings = (
            {"serialization.format": how.delimiter, "field.delim": how.delimiter}
            if how.form == "TEXTFILE"
            else {"serialization.format": "1"}
        )
        plain = fields[: len(fields) - len(how.keys)]
        given = {
            "Name": table,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {
                "EXTERNAL": "TRUE",
                "has_encrypted_data": "false",
                "presto_query_id": self._job.query_id,
            },
            "PartitionKeys": fields[len(plain) :],
            "StorageDescriptor": definitions.storage(plain, location, how.form, settings),
            **({"Description": comment} if comment else {}),
        }
        manifest = self._put(written, location)
        self._lake.glue("CreateTable", DatabaseName=database, TableInput=given)
        self._add_partitions(database, given, written, location)
        return Outcome("DDL", "CREATE_TABLE_AS_SELECT", manifest=manifest, rows=written.rows)

    @staticmethod
    def _check_keys(columns: Sequence[str], how: Layout) -> None:
        if (how.keys and list(columns[-len(how.keys) :]) != list(how.keys)) or len(how.keys) >= len(columns):
            raise QueryFailedError(
                "HIVE_COLUMN_ORDER_MISMATCH",
                "Partition keys must be the last columns in the table and in the same order as "
                "the table properties: "
                f"[{', '.join(how.keys)}]",
            )

    def _written(self, sql: str, columns: Sequence[tuple[str, str, Type]], how: Layout) -> Written:
        out = self._folder / "out"
        out.mkdir()
        engine.prepare(self._connection, sql)
        return write(self._connection, sql, columns, how, out, self._job.query_id, self._job.began)

    def _put(self, written: Written, location: str) -> list[str]:
        manifest = []
        for path, key, _ in written.files:
            self._lake.put(path, location + key)
            manifest.append(location + key)
        return manifest

    def _add_partitions(self, database: str, record: dict[str, Any], written: Written, location: str) -> None:
        new = {values: location + key.rpartition("/")[0] for _, key, values in written.files if values}
        if new:
            CatalogStatements(self._lake, database).add_partitions(
                database, record, [(list(values), under) for values, under in new.items()]
            )

    def _insert(self, reader: Reader) -> Outcome:
        reader.need("INSERT", "INTO")
        database, table_name = self._qualified(reader)
        record = self._record(database, table_name)
        if record is None:
            raise QueryFailedError(
                "TABLE_NOT_FOUND", f"Table 'awsdatacatalog.{database}.{table_name}' does not exist", (1, 1)
            )
        table = Table.of(record, database)
        if table.view:
            raise QueryFailedError("NOT_SUPPORTED", "Inserting into views is not supported", (1, 1))
        if (
            table.format not in {"parquet", "text", "json"}
            or table.settings.get("serialization.null.format", "\\N") != "\\N"
        ):
            raise refused(f"INSERT INTO a table of {table.format}")
        into = [*table.columns, *table.keys]
        names = [column for column, _ in into]
        if reader.is_("(") and not re.match(
            r"\(\s*(SELECT|WITH|VALUES|\()", reader.text[reader.next.start :], re.IGNORECASE
        ):
            reader.need("(")
            names = [reader.name()]
            while reader.take(","):
                names.append(reader.name())
            reader.need(")")
        for each in names:
            if each not in dict(into):
                raise QueryFailedError(
                    "COLUMN_NOT_FOUND", f"Insert column name does not exist in target table: {each}", (1, 1)
                )
        query = self._compiled(reader.rest())
        given = [str(each.type) for each in query.columns]
        wanted = [dict(into)[each] for each in names]
        mismatch = QueryFailedError(
            "TYPE_MISMATCH",
            (
                f"Insert query has mismatched column types: Table: [{', '.join(map(str, wanted))}], "
                f"Query: [{', '.join(given)}]"
            ),
            (1, 1),
        )
        if len(given) != len(names):
            raise mismatch
        sql, columns = self._as_table(query, names, into, mismatch)
        form = {"parquet": "PARQUET", "text": "TEXTFILE", "json": "JSON"}[table.format]
        codec = "SNAPPY" if form == "PARQUET" else "GZIP"
        how = Layout(form, codec, [key for key, _ in table.keys], table.settings.get("field.delim", "\x01"))
        written = self._written(sql, columns, how)
        location = table.location.rstrip("/") + "/"
        manifest = self._put(written, location)
        there = (
            {
                tuple(each["Values"])
                for each in CatalogStatements(self._lake, database)._partitions(database, table_name)
            }
            if table.keys
            else set()
        )
        fresh = Written(written.rows, [each for each in written.files if each[2] not in there])
        self._add_partitions(database, record, fresh, location)
        return Outcome("DML", "INSERT", [column_info("rows", VARCHAR)], manifest=manifest, rows=written.rows)

    def _as_table(
        self, query: Query, names: Sequence[str], into: Sequence[tuple[str, Type]], mismatch: QueryFailedError
    ) -> tuple[str, list[tuple[str, str, Type]]]:
        """SQL of the rows with every column of the table, brought to its type."""
        from scripts.local_cloud.athena.casts import coerce, coercible  # noqa: PLC0415
        from scripts.local_cloud.athena.types import common  # noqa: PLC0415
        from scripts.local_cloud.athena.values import Value, null  # noqa: PLC0415

        given = dict(zip(names, query.columns, strict=True))
        shown, columns = [], []
        for at, (column, kind) in enumerate(into):
            alias = f"lab_{at}"
            found = given.get(column)
            if found is None:
                sql = null(kind)
            elif coercible(found.type, kind) or (
                found.type.base == kind.base and common(found.type, kind) is not None
            ):
                sql = coerce(Value(f"lab_given.{name(found.alias)}", found.type), kind).sql
            else:
                raise mismatch
            shown.append(f"{sql} AS {name(alias)}")
            columns.append((column, alias, kind))
        return f"SELECT {', '.join(shown)} FROM ({query.sql}) AS lab_given", columns

    def _unload(self, reader: Reader) -> Outcome:
        reader.need("UNLOAD")
        body = reader.bracketed()
        reader.need("TO")
        location = reader.string().rstrip("/") + "/"
        properties = reader.properties() if reader.take("WITH") else {}
        reader.end()
        if "format" not in properties:
            raise QueryFailedError("", "UNLOAD needs WITH (format = ...)", (1, 1))
        how = layout(properties, known={"format", "partitioned_by", "compression", "field_delimiter"})
        if not self._lake.is_empty(location):
            raise QueryFailedError(
                "HIVE_PATH_ALREADY_EXISTS", f"Target directory already exists: {location.rstrip('/')}"
            )
        query = self._compiled(body)
        columns = self._named(query)
        self._check_keys([each[0] for each in columns], how)
        written = self._written(query.sql, columns, how)
        return Outcome(
            "DML",
            "UNLOAD",
            [column_info("rows", VARCHAR)],
            manifest=self._put(written, location),
            rows=written.rows,
        )

    def _create_view(self, reader: Reader) -> Outcome:
        reader.need("CREATE")
        again = reader.take("OR", "REPLACE")
        reader.need("VIEW")
        database, view = self._qualified(reader)
        reader.need("AS")
        body = reader.rest().strip()
        queries = Queries(body, self._job.database, self._lake, self._job.began, self._parameters)
        columns = self._named(queries.compiled())
        fields = [{"Name": column, "Type": hive(kind)} for column, _, kind in columns]
        there = self._record(database, view)
        if there is not None and (not again or there.get("TableType") != VIEW):
            raise QueryFailedError(
                "ALREADY_EXISTS", f"View already exists: 'awsdatacatalog.{database}.{view}'", (1, 1)
            )
        given = {
            "Name": view,
            "TableType": VIEW,
            "Parameters": {"presto_view": "true", "comment": "Presto View"},
            "StorageDescriptor": {"Columns": fields, "Location": "", "SerdeInfo": {}},
            "PartitionKeys": [],
            "ViewOriginalText": view_text(body, database, [(column, kind) for column, _, kind in columns]),
            "ViewExpandedText": "/* Presto View */",
        }
        self._lake.glue("UpdateTable" if there else "CreateTable", DatabaseName=database, TableInput=given)
        return Outcome("DDL", "CREATE_VIEW")

    # --- Answers

    def _told(self, told: Told) -> Outcome:
        path = self._folder / "result.txt"
        path.write_text("".join(f"{each}\n" for each in told.lines), encoding="utf-8")
        columns = [
            column_info(each, Type("varchar")) | {"Type": "string", "Precision": 0} for each in told.columns
        ]
        return Outcome(told.type, told.kind, columns, path, "txt", rows=len(told.lines))


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
