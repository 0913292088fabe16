"""SHOW PARTITIONS, ALTER TABLE ADD and DROP PARTITION, MSCK REPAIR TABLE."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from scripts.local_cloud.athena.catalog_base import CatalogBase, Told, failed
from scripts.local_cloud.athena.errors import QueryFailedError
from scripts.local_cloud.athena.grammar import Reader
from scripts.local_cloud.athena.information import pages


class PartitionStatements(CatalogBase):
    """Statements about the partitions of a table."""

    def _show_partitions(self, reader: Reader) -> Told:
        database, name = self._qualified(reader)
        wanted = self._spec(reader) if reader.take("PARTITION") else {}
        reader.end()
        record = self.record(database, name)
        keys = self._keys(record, database)
        lines = []
        for each in self.partitions(database, name):
            values = dict(zip(keys, each["Values"], strict=True))
            if wanted.items() <= values.items():
                lines.append("/".join(f"{key}={value}" for key, value in values.items()))
        return Told("SHOW_PARTITIONS", sorted(lines), ["partition"], "UTILITY")

    def _keys(self, record: dict[str, Any], database: str) -> list[str]:
        keys = [each["Name"] for each in record.get("PartitionKeys") or []]
        if not keys:
            raise QueryFailedError(
                "",
                "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "
                f"Table {database}.{record['Name']} is not a partitioned table",
            )
        return keys

    def partitions(self, database: str, name: str) -> list[dict[str, Any]]:
        return pages(self._lake, "GetPartitions", "Partitions", DatabaseName=database, TableName=name)

    def _spec(self, reader: Reader) -> dict[str, str]:
        found: dict[str, str] = {}
        reader.need("(")
        while True:
            key = reader.name()
            reader.need("=")
            found[key] = reader.literal()
            if not reader.take(","):
                break
        reader.need(")")
        return found

    def _add_partitions(self, reader: Reader, database: str, record: dict[str, Any]) -> Told:
        quiet = reader.take("IF", "NOT", "EXISTS")
        keys, wanted = self._keys(record, database), []
        while reader.take("PARTITION"):
            values = self._complete(self._spec(reader), keys)
            location = reader.string() if reader.take("LOCATION") else ""
            wanted.append((values, location))
        reader.end()
        if not wanted:
            raise reader.fail("'PARTITION'")
        there = {tuple(each["Values"]) for each in self.partitions(database, record["Name"])}
        new = [(values, location) for values, location in wanted if tuple(values) not in there]
        if len(new) < len(wanted) and not quiet:
            raise failed("Partition already exists.", "AlreadyExistsException")
        self.add_partitions(database, record, new)
        return Told("ALTER_TABLE_ADD_PARTITION")

    def add_partitions(self, database: str, record: dict[str, Any], new: list[tuple[list[str], str]]) -> None:
        """Partitions with their values and locations; one without lies under the table."""
        keys = [each["Name"] for each in record.get("PartitionKeys") or []]
        base = record["StorageDescriptor"]["Location"].rstrip("/")
        inputs = []
        for values, location in new:
            under = "/".join(f"{key}={value}" for key, value in zip(keys, values, strict=True))
            descriptor = {**record["StorageDescriptor"], "Location": location or f"{base}/{under}"}
            inputs.append({"Values": values, "StorageDescriptor": descriptor})
        for at in range(0, len(inputs), 100):
            self._lake.glue(
                "BatchCreatePartition", DatabaseName=database, TableName=record["Name"],
                PartitionInputList=inputs[at : at + 100],
            )  # fmt: skip

    def _complete(self, spec: dict[str, str], keys: list[str]) -> list[str]:
        if set(spec) != set(keys):
            raise QueryFailedError(
                "",
                (
                    f"FAILED: SemanticException partition spec {spec} doesn't contain all "
                    f"({len(keys)}) partition columns"
                ),
            )
        return [spec[key] for key in keys]

    def _drop_partitions(self, reader: Reader, database: str, record: dict[str, Any]) -> Told:
        quiet, keys, wanted = reader.take("IF", "EXISTS"), self._keys(record, database), []
        while reader.take("PARTITION"):
            wanted.append(self._spec(reader))
            reader.take(",")
        reader.end()
        for spec in wanted:
            found = [
                each["Values"]
                for each in self.partitions(database, record["Name"])
                if spec.items() <= dict(zip(keys, each["Values"], strict=True)).items()
            ]
            if not found and not quiet:
                told = ", ".join(f"{key} = '{value}'" for key, value in spec.items())
                raise QueryFailedError(
                    "", f"FAILED: SemanticException [Error 10006]: Partition not found ({told})"
                )
            for values in found:
                self._lake.glue(
                    "DeletePartition", DatabaseName=database, TableName=record["Name"], PartitionValues=values
                )
        return Told("ALTER_TABLE_DROP_PARTITION")

    def _repair(self, reader: Reader) -> Told:
        """Add the partitions whose folders lie under the table as ``key=value/``."""
        database, name = self._qualified(reader)
        reader.end()
        record = self.record(database, name)
        keys = self._keys(record, database)
        base = record["StorageDescriptor"]["Location"].rstrip("/") + "/"
        there = {tuple(each["Values"]) for each in self.partitions(database, name)}
        found: dict[tuple[str, ...], str] = {}
        for each in self._lake.objects(base):
            folders = each.uri.removeprefix(base).split("/")[:-1][: len(keys)]
            pairs = [folder.partition("=") for folder in folders]
            if len(pairs) == len(keys) and all(
                pair[0].lower() == key and pair[1] for pair, key in zip(pairs, keys, strict=True)
            ):
                found.setdefault(tuple(unquote(pair[2]) for pair in pairs), base + "/".join(folders))
        new = [(list(values), location) for values, location in sorted(found.items()) if values not in there]
        self.add_partitions(database, record, new)
        named = [
            "/".join(f"{key}={value}" for key, value in zip(keys, values, strict=True)) for values, _ in new
        ]
        lines = (
            [f"Partitions not in metastore:\t{chr(9).join(f'{name}:{each}' for each in named)}"]
            if named
            else []
        )
        return Told(
            "MSCK_REPAIR_TABLE",
            lines + [f"Repair: Added partition to metastore {name}:{each}" for each in named],
        )
