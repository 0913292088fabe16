# ruff: noqa: S608  (SQL is what is made here)
"""CREATE TABLE AS, INSERT INTO, UNLOAD and CREATE VIEW."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from scripts.local_cloud.athena import definitions, engine
from scripts.local_cloud.athena.casts import coerce, coercible
from scripts.local_cloud.athena.catalog_statements import CatalogStatements
from scripts.local_cloud.athena.compiled import Query
from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.grammar import Reader, without_data
from scripts.local_cloud.athena.queries import Queries
from scripts.local_cloud.athena.session_base import Outcome, SessionBase
from scripts.local_cloud.athena.tables import VIEW, Table, character, view_text
from scripts.local_cloud.athena.types import BIGINT, Type, column_info, common, hive
from scripts.local_cloud.athena.values import Value, name, null
from scripts.local_cloud.athena.writing import Layout, Written, codec_of, layout, write

#: What the API shows of a statement that writes: how many rows, in the answer's ``UpdateCount``.
_ROWS = [column_info("rows", BIGINT)]


class WritingStatements(SessionBase):
    """Statements that leave objects and tables."""

    def _create_as(self, reader: Reader) -> Outcome:
        reader.need("CREATE", "TABLE")
        quiet = reader.take("IF", "NOT", "EXISTS")
        database, table = self._qualified(reader)
        comment = reader.string() if reader.take("COMMENT") else ""
        properties = reader.properties() if reader.take("WITH") else {}
        if reader.is_("("):
            raise definitions.not_external(reader)
        reader.need("AS")
        body, data = without_data(reader.rest())
        external = properties.pop("external_location", "")
        if properties.pop("table_type", "HIVE").upper() != "HIVE":
            raise refused("A table of type ICEBERG")
        known = {"format", "partitioned_by", "write_compression", "parquet_compression", "field_delimiter"}
        how = layout(
            {k: v for k, v in properties.items() if k not in {"orc_compression", "is_external"}}, known=known
        )
        if self._record(database, table) is not None:
            if quiet:
                return Outcome(_ROWS, manifest=[])
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
                f"Target directory for table '{database}.{table}' already exists: {location.rstrip('/')}",
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
                "trino_query_id": self._job.query_id,
                "parquet.compression" if how.form == "PARQUET" else "write.compression": how.codec,
            },
            "PartitionKeys": fields[len(plain) :],
            "StorageDescriptor": definitions.storage(plain, location, how.form, settings),
            **({"Description": comment} if comment else {}),
        }
        manifest = self._put(written, location)
        self._lake.glue("CreateTable", DatabaseName=database, TableInput=given)
        self._add_partitions(database, given, written, location)
        return Outcome(_ROWS, manifest=manifest, rows=written.rows)

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
        written = write(self._connection, sql, columns, how, out, self._job.query_id, self._job.began)
        engine.check_tried(sql)
        return written

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
        for at, each in enumerate(names):
            if each not in dict(into):
                raise QueryFailedError(
                    "COLUMN_NOT_FOUND", f"Insert column name does not exist in target table: {each}", (1, 1)
                )
            if each in names[:at]:
                raise QueryFailedError(
                    "DUPLICATE_COLUMN_NAME", f"Insert column name is specified more than once: {each}", (1, 1)
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
        if table.header_lines() > 1:
            raise QueryFailedError(
                "NOT_SUPPORTED",
                "Inserting into Hive table with value of skip.header.line.count property greater than 1 is "
                "not supported",
            )
        asked = table.parameters.get("write.compression") or table.parameters.get("parquet.compression")
        how = Layout(
            form, codec_of(form, asked), [key for key, _ in table.keys], table.delimiter(),
            header=bool(table.header_lines()), escape=character(table.settings.get("escape.delim", "")),
        )  # fmt: skip
        written = self._written(sql, columns, how)
        location = table.location.rstrip("/") + "/"
        manifest = self._put(written, location)
        there = (
            {
                tuple(each["Values"])
                for each in CatalogStatements(self._lake, database).partitions(database, table_name)
            }
            if table.keys
            else set()
        )
        fresh = Written(written.rows, [each for each in written.files if each[2] not in there])
        self._add_partitions(database, record, fresh, location)
        return Outcome(_ROWS, manifest=manifest, rows=written.rows)

    def _as_table(
        self, query: Query, names: Sequence[str], into: Sequence[tuple[str, Type]], mismatch: QueryFailedError
    ) -> tuple[str, list[tuple[str, str, Type]]]:
        """SQL of the rows with every column of the table, brought to its type."""
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
            _ROWS,
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
        return Outcome()
