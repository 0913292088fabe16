"""Writes what a crawl has found to the catalog, as the crawler's change policies want it."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from scripts.local_cloud.glue.crawl.layout import File, Partition, Table
from scripts.local_cloud.glue.crawl.types import Columns

Document = dict[str, Any]

#: Parameters that say which crawler wrote a table, and since when its files are gone.
BY_CRAWLER, DEPRECATED = "UPDATED_BY_CRAWLER", "DEPRECATED_BY_CRAWLER"
#: What crawlers of today write besides; Athena prunes partitions of tables that say so.
_VERSIONS = {"CrawlerSchemaDeserializerVersion": "1.0", "CrawlerSchemaSerializerVersion": "1.0"}
_PARTITIONED = {"partition_filtering.enabled": "true"}

_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
_TEXT = (
    "org.apache.hadoop.mapred.TextInputFormat",
    "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
)


@dataclass(frozen=True)
class Policy:
    """What becomes of what is in the catalog already.

    Attributes
    ----------
    update
        ``UPDATE_IN_DATABASE`` or ``LOG``.
    delete
        ``DELETE_FROM_DATABASE``, ``DEPRECATE_IN_DATABASE`` or ``LOG``.
    merge
        New columns are added, nothing else changes (``MergeNewColumns``).
    inherit
        Partitions have the table's columns and format (``InheritFromTable``).
    new_only
        Partitions that are known are not looked at again (``CRAWL_NEW_FOLDERS_ONLY``).
    """

    update: str = "UPDATE_IN_DATABASE"
    delete: str = "DEPRECATE_IN_DATABASE"
    merge: bool = False
    inherit: bool = False
    new_only: bool = False


@dataclass
class Changes:
    """What a crawl did to the catalog."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


class Catalog:
    """One database, as one crawler changes it."""

    def __init__(
        self, glue: Any, crawler: str, database: str, policy: Policy, say: Callable[[str], None]
    ) -> None:
        self._glue, self._crawler, self._database = glue, crawler, database
        self._policy, self._say = policy, say
        self.changes = Changes()

    def tables(self) -> dict[str, Document]:
        """All tables of the database by name."""
        pages = self._glue.get_paginator("get_tables").paginate(DatabaseName=self._database)
        return {each["Name"]: each for page in pages for each in page["TableList"]}

    def write(self, found: Table, location: str, name: str, url: Callable[[str], str]) -> str:
        """Create or update the table of a folder; its name, which differs where another table has it."""
        there = self.tables()
        at_place = [key for key, each in there.items() if _place(each) == _normal(location)]
        if name in there and name not in at_place:
            name = at_place[0] if at_place else f"{name}_{hashlib.md5(location.encode()).hexdigest()}"  # noqa: S324
        if name in there:
            self.refresh(there[name], found, url)
            return name
        self._say(f"Table {name} is new: {location}")
        made = {
            "Name": name,
            "Owner": "owner",
            "TableType": "EXTERNAL_TABLE",
            "Retention": 0,
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in found.keys],
            "Parameters": {
                **self._parameters(found, found.files),
                **(_PARTITIONED if found.keys else {}),
            },
            "StorageDescriptor": self._storage(found, found.columns, location, found.files),
        }
        self._glue.create_table(DatabaseName=self._database, TableInput=made)
        self.changes.created.append(name)
        self._write_partitions(made, found, url)
        return name

    def refresh(self, table: Document, found: Table, url: Callable[[str], str]) -> None:
        """Bring a table that is there in step with its files."""
        if self._policy.update != "LOG":
            self._update(table, found)
        else:
            self._say(f"Table {table['Name']} is left as it is, as the crawler's policy says")
        self._write_partitions(table, found, url)

    def gone(self, table: Document) -> None:
        """Treat a table whose files are gone as the policy wants it."""
        name = table["Name"]
        if self._policy.delete == "DELETE_FROM_DATABASE":
            self._glue.delete_table(DatabaseName=self._database, Name=name)
            self.changes.deleted.append(name)
            self._say(f"Table {name} is deleted: there are no files of it any more")
        elif self._policy.delete == "DEPRECATE_IN_DATABASE" and DEPRECATED not in table["Parameters"]:
            parameters = {**table["Parameters"], DEPRECATED: str(int(time.time() * 1000))}
            changed = {**_input(table), "Parameters": parameters}
            self._glue.update_table(DatabaseName=self._database, TableInput=changed)
            self.changes.updated.append(name)
            self._say(f"Table {name} is deprecated: there are no files of it any more")
        else:
            self._say(f"There are no files of table {name} any more")

    def _update(self, table: Document, found: Table) -> None:
        storage = table["StorageDescriptor"]
        before: Columns = tuple((each["Name"], each["Type"]) for each in storage.get("Columns", []))
        after = _kept(before, found.columns) if self._policy.merge else found.columns
        keys = {each["Name"] for each in table.get("PartitionKeys", [])}
        after = tuple(each for each in after if each[0] not in keys)
        parameters = {**table.get("Parameters", {}), **self._parameters(found, found.files)}
        parameters |= _PARTITIONED if keys or found.keys else {}
        parameters.pop(DEPRECATED, None)
        wanted = self._storage(found, after, storage["Location"], found.files)
        changed: Document = {**_input(table), "Parameters": parameters, "StorageDescriptor": wanted}
        if not keys and found.keys:
            changed["PartitionKeys"] = [{"Name": key, "Type": "string"} for key in found.keys]
        if _comparable(changed) == _comparable(_input(table)):
            return
        self._glue.update_table(DatabaseName=self._database, TableInput=changed)
        self.changes.updated.append(table["Name"])
        self._say(f"Table {table['Name']} is updated: {_difference(before, after)}")

    def _write_partitions(self, table: Document, found: Table, url: Callable[[str], str]) -> None:
        name = table["Name"]
        if not found.keys and not table.get("PartitionKeys"):
            return
        where = {"DatabaseName": self._database, "TableName": name}
        pages = self._glue.get_paginator("get_partitions").paginate(**where)
        there = {tuple(each["Values"]): each for page in pages for each in page["Partitions"]}
        inputs = {each.values: self._partition(found, each, url) for each in found.partitions}
        new = [each for values, each in inputs.items() if values not in there]
        changed = [
            {"PartitionValueList": each["Values"], "PartitionInput": each}
            for values, each in inputs.items()
            if values in there
            and not self._policy.new_only
            and self._policy.update != "LOG"
            and _shape(there[values]) != _shape(each)
        ]
        for some in _by(100, new):
            self._check(self._glue.batch_create_partition(**where, PartitionInputList=some))
        for some in _by(100, changed):
            self._check(self._glue.batch_update_partition(**where, Entries=some))
        gone = [values for values in there if values not in inputs]
        if gone and not self._policy.new_only and self._policy.delete == "DELETE_FROM_DATABASE":
            for some in _by(25, gone):
                given = [{"Values": list(values)} for values in some]
                self._check(self._glue.batch_delete_partition(**where, PartitionsToDelete=given))
        if new or changed or gone:
            self._say(
                f"Partitions of {name}: {len(new)} new, {len(changed)} changed, {len(gone)} without files"
            )

    def _check(self, answer: Document) -> None:
        if refused := answer.get("Errors"):
            raise RuntimeError(f"The catalog refused {len(refused)} partitions, the first: {refused[0]}")

    def _partition(self, table: Table, partition: Partition, url: Callable[[str], str]) -> Document:
        columns = table.columns if self._policy.inherit else partition.columns
        columns = tuple(each for each in columns if each[0] not in table.keys)
        return {
            "Values": list(partition.values),
            "Parameters": _statistics(partition.files),
            "StorageDescriptor": self._storage(table, columns, url(partition.location), partition.files),
        }

    def _parameters(self, table: Table, files: Sequence[File]) -> dict[str, str]:
        format_ = table.format
        return {
            **_VERSIONS,
            BY_CRAWLER: self._crawler,
            "classification": format_.classification,
            "compressionType": format_.compression,
            "typeOfData": "file",
            **_statistics(files),
            **dict(format_.details),
        }

    def _storage(self, table: Table, columns: Columns, location: str, files: Sequence[File]) -> Document:
        reading, serde, parameters = _serde(table, columns)
        return {
            "Columns": [{"Name": name, "Type": kind} for name, kind in columns],
            "Location": location,
            "InputFormat": reading[0],
            "OutputFormat": reading[1],
            "Compressed": table.format.compression == "gzip",
            "NumberOfBuckets": -1,
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": parameters},
            "BucketColumns": [],
            "SortColumns": [],
            "Parameters": self._parameters(table, files),
            "StoredAsSubDirectories": False,
        }


def name_of(location: str, prefix: str) -> str:
    """The name of the table of a folder or a file. Source: Glue Developer Guide, "Crawler output"."""
    last = location.rstrip("/").rpartition("/")[2].rpartition("=")[2]
    return re.sub(r"[^a-z0-9_]", "_", f"{prefix}{last}".lower())


def _serde(table: Table, columns: Columns) -> tuple[tuple[str, str], str, dict[str, str]]:
    match table.format.classification:
        case "parquet":
            reading = f"{_PARQUET}.MapredParquetInputFormat", f"{_PARQUET}.MapredParquetOutputFormat"
            return reading, f"{_PARQUET}.serde.ParquetHiveSerDe", {"serialization.format": "1"}
        case "json":
            paths = ",".join(name for name, _ in columns)
            return _TEXT, "org.openx.data.jsonserde.JsonSerDe", {"paths": paths}
        case _:
            # Also where values are quoted, for which it is the wrong one: as on AWS, who wants them without
            # their quotes gives the table OpenCSVSerde.
            plain = {"field.delim": dict(table.format.details)["delimiter"]}
            return _TEXT, "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", plain


def _statistics(files: Sequence[File]) -> dict[str, str]:
    size, rows = sum(each.size for each in files), sum(each.format.rows for each in files)
    return {
        "objectCount": str(len(files)),
        "sizeKey": str(size),
        "recordCount": str(rows),
        "averageRecordSize": str(size // rows if rows else 0),
    }


def _kept(before: Columns, found: Columns) -> Columns:
    known = {name for name, _ in before}
    return (*before, *(each for each in found if each[0] not in known))


def _input(table: Document) -> Document:
    """What UpdateTable takes of a table that was read."""
    taken = (
        "Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys", "ViewOriginalText",
        "ViewExpandedText", "TableType", "Parameters",
    )  # fmt: skip
    return {key: table[key] for key in taken if key in table}


def _comparable(table: Document) -> Document:
    storage = table["StorageDescriptor"]
    return {
        "columns": storage.get("Columns", []),
        "keys": table.get("PartitionKeys", []),
        "parameters": table.get("Parameters", {}),
        "formats": (storage.get("InputFormat"), storage.get("SerdeInfo", {}).get("SerializationLibrary")),
    }


def _shape(partition: Document) -> tuple[Any, ...]:
    storage = partition["StorageDescriptor"]
    return (
        _normal(storage.get("Location", "")),
        storage.get("Columns", []),
        partition.get("Parameters", {}).get("sizeKey"),
    )


def _difference(before: Columns, after: Columns) -> str:
    old, new = dict(before), dict(after)
    parts = [f"{name} {kind} is new" for name, kind in after if name not in old]
    parts += [f"{name} is gone" for name, _ in before if name not in new]
    parts += [f"{name} is {new[name]}, was {kind}" for name, kind in before if new.get(name, kind) != kind]
    return "; ".join(parts) or "the same columns"


def _place(table: Document) -> str:
    return _normal((table.get("StorageDescriptor") or {}).get("Location", ""))


def _normal(location: str) -> str:
    return location.rstrip("/")


def _by(size: int, items: Iterable[Any]) -> Iterable[list[Any]]:
    held = list(items)
    return (held[start : start + size] for start in range(0, len(held), size))
