"""SHOW PARTITIONS, ALTER TABLE ADD and DROP PARTITION, MSCK REPAIR TABLE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from scripts.local_cloud.athena.catalog_base import CatalogBase, Told, failed
from scripts.local_cloud.athena.errors import QueryFailedError
from scripts.local_cloud.athena.grammar import Reader
from scripts.local_cloud.athena.information import pages
from scripts.local_cloud.athena.lake import LakeError
from scripts.local_cloud.athena.values import escaped


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
            if wanted.items() <= dict(zip(keys, each["Values"], strict=True)).items():
                lines.append(_folders(keys, each["Values"]))
        return Told(sorted(lines), ["partition"])

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

    def _add_partitions(self, reader: Reader, database: str, name: str) -> Told:
        quiet = reader.take("IF", "NOT", "EXISTS")
        given: list[tuple[dict[str, str], str]] = []
        while not given or reader.is_("PARTITION"):
            reader.need("PARTITION")
            spec = self._spec(reader)
            given.append((spec, reader.string() if reader.take("LOCATION") else ""))
        reader.end()
        record = self.record(database, name)
        keys = self._keys(record, database)
        wanted = [(self._complete(spec, keys), location) for spec, location in given]
        there = {tuple(each["Values"]) for each in self.partitions(database, record["Name"])}
        new = [(values, location) for values, location in wanted if tuple(values) not in there]
        if len(new) < len(wanted) and not quiet:
            raise failed("Partition already exists.", "AlreadyExistsException")
        self.add_partitions(database, record, new)
        return Told()

    def add_partitions(self, database: str, record: dict[str, Any], new: list[tuple[list[str], str]]) -> None:
        """Partitions with their values and locations; one without lies under the table."""
        keys = [each["Name"] for each in record.get("PartitionKeys") or []]
        base = record["StorageDescriptor"]["Location"].rstrip("/")
        inputs = []
        for values, location in new:
            under = f"{base}/{_folders(keys, values)}"
            descriptor = {**record["StorageDescriptor"], "Location": location or under}
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

    def _drop_partitions(self, reader: Reader, database: str, name: str) -> Told:
        quiet = reader.take("IF", "EXISTS")
        wanted: list[dict[str, str]] = []
        while not wanted or reader.take(","):
            reader.need("PARTITION")
            wanted.append(self._spec(reader))
        reader.end()
        record = self.record(database, name)
        keys = self._keys(record, database)
        for spec in wanted:
            found = [
                each["Values"]
                for each in self.partitions(database, record["Name"])
                if spec.items() <= dict(zip(keys, each["Values"], strict=True)).items()
            ]
            if not found and not quiet:
                raise _no_partition(spec)
            for values in found:
                self._lake.glue(
                    "DeletePartition", DatabaseName=database, TableName=record["Name"], PartitionValues=values
                )
        return Told()

    def _alter_partition(self, reader: Reader, database: str, name: str) -> Told:
        """``PARTITION (...) SET LOCATION '...'`` and ``PARTITION (...) RENAME TO PARTITION (...)``."""
        spec, location, renamed = self._spec(reader), None, {}
        if reader.take("RENAME", "TO"):
            reader.need("PARTITION")
            renamed = self._spec(reader)
        else:
            reader.need("SET", "LOCATION")
            location = reader.string()
        reader.end()
        record = self.record(database, name)
        keys = self._keys(record, database)
        values = self._complete(spec, keys)
        found = next((each for each in self.partitions(database, name) if each["Values"] == values), None)
        if found is None:
            raise _no_partition(spec)
        storage = dict(found.get("StorageDescriptor") or {})
        if location is not None:
            storage["Location"] = location
        changed = {
            "Values": self._complete(renamed, keys) if renamed else values,
            "StorageDescriptor": storage,
            "Parameters": found.get("Parameters") or {},
        }
        where = {"DatabaseName": database, "TableName": name}
        if not renamed:
            self._lake.glue("UpdatePartition", **where, PartitionValueList=values, PartitionInput=changed)
            return Told()
        # Glue changes no partition's values.
        try:
            self._lake.glue("CreatePartition", **where, PartitionInput=changed)
        except LakeError as why:
            if why.code != "AlreadyExistsException":
                raise
            raise failed("Partition already exists.", "AlreadyExistsException") from why
        self._lake.glue("DeletePartition", **where, PartitionValues=values)
        return Told()

    def _repair(self, reader: Reader) -> Told:
        """Add the partitions whose folders lie under the table as ``key=value/``."""
        database, name = self._qualified(reader)
        reader.end()
        if self.found(database, name) is None:
            return Told([f"Tables not in metastore:\t{name}"])
        record = self.record(database, name)
        if not (location := record["StorageDescriptor"].get("Location")):
            raise failed("Can not create a Path from an empty string")
        base = location.rstrip("/") + "/"
        objects = self._lake.objects(base)
        if not objects:
            return Told([f"Tables missing on filesystem:\t{name}"])
        keys = [each["Name"] for each in record.get("PartitionKeys") or []]
        there = {tuple(each["Values"]) for each in self.partitions(database, name)} if keys else set()
        found: dict[tuple[str, ...], str] = {}
        for each in objects:
            folders = each.uri.removeprefix(base).split("/")[:-1][: len(keys)]
            pairs = [folder.partition("=") for folder in folders]
            if len(pairs) == len(keys) and all(
                pair[0].lower() == key and pair[1] for pair, key in zip(pairs, keys, strict=True)
            ):
                found.setdefault(tuple(unquote(pair[2]) for pair in pairs), base + "/".join(folders))
        new = [(list(values), at) for values, at in sorted(found.items()) if values and values not in there]
        self.add_partitions(database, record, new)
        named = [_folders(keys, values) for values, _ in new]
        missing = "\t".join(f"{name}:{each}" for each in named)
        lines = [f"Partitions not in metastore:\t{missing}"] if named else []
        return Told(lines + [f"Repair: Added partition to metastore {name}:{each}" for each in named])


def _folders(keys: Sequence[str], values: Sequence[str]) -> str:
    """Where a partition lies under its table, which is also its name."""
    return "/".join(f"{key}={escaped(value)}" for key, value in zip(keys, values, strict=True))


def _no_partition(spec: dict[str, str]) -> QueryFailedError:
    told = ", ".join(f"{key}={value}" for key, value in spec.items())
    return QueryFailedError("", f"FAILED: SemanticException [Error 10006]: Partition not found {{{told}}}")
