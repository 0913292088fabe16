"""Which folders are tables, and which are partitions of them.

Folders ``key=value`` are partitions. Others are partitions of the folder above where all that lies below it
looks like one table, as AWS decides it: one format, most columns of the same names; else each is a table.
Source: Glue Developer Guide, "How does a crawler determine when to create partitions?"
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from scripts.local_cloud.glue.crawl import types
from scripts.local_cloud.glue.crawl.formats import Format
from scripts.local_cloud.glue.crawl.types import Columns


@dataclass(frozen=True)
class File:
    """A file that was looked at: its key in the bucket, without the slash in front."""

    key: str
    size: int
    format: Format


@dataclass
class Partition:
    """A folder of a table: values by the partition keys' order, and what lies in it."""

    values: tuple[str, ...]
    location: str
    files: list[File] = field(default_factory=list)

    @property
    def columns(self) -> Columns:
        """The columns of its files together."""
        return _columns(self.files)


@dataclass
class Table:
    """A table: a folder (with the slash at its end), or a single file."""

    location: str
    files: list[File]
    keys: tuple[str, ...] = ()
    partitions: list[Partition] = field(default_factory=list)

    @property
    def format(self) -> Format:
        """Of its first file."""
        return self.files[0].format

    @property
    def columns(self) -> Columns:
        """The columns of its files together, without those that are partition keys."""
        return tuple(each for each in _columns(self.files) if each[0] not in self.keys)


def tables(
    files: Iterable[File], root: str, level: int | None = None, *, combine: bool = False
) -> list[Table]:
    """The tables below a folder.

    Parameters
    ----------
    root
        The target's key: a folder with a slash at its end (or nothing, the bucket), or a file.
    level
        The depth that tables have (``TableLevelConfiguration``): 1 is the bucket.
    combine
        Files of one format are of one table whatever their columns (``CombineCompatibleSchemas``).
    """
    held = sorted(files, key=lambda each: each.key)
    if not held:
        return []
    if level is not None:
        by_folder: dict[str, list[File]] = defaultdict(list)
        for each in held:
            parts = each.key.split("/")
            depth = min(level - 1, len(parts) - 1)
            by_folder["".join(f"{part}/" for part in parts[:depth])].append(each)
        return [_table(folder, group) for folder, group in by_folder.items()]
    return _below(held, root, combine)


def _below(files: list[File], folder: str, combine: bool) -> list[Table]:
    depths = {each.key.removeprefix(folder).count("/") for each in files}
    children: dict[str, list[File]] = defaultdict(list)
    for each in files:
        name, slash, _ = each.key.removeprefix(folder).partition("/")
        children[name + slash].append(each)
    folders = [name for name in children if name.endswith("/")]
    named = bool(folders) and all("=" in name for name in folders)
    # Where partitions are named further down, the table is the folder above them.
    named_below = any("=" in each.key.removeprefix(folder).rpartition("/")[0] for each in files)
    # One folder alone is a table of its own name, so that it stays one when others come.
    alone = len(children) == 1 and bool(folders)
    if named or (not alone and not named_below and len(depths) == 1 and _alike(files, combine)):
        return [_table(folder, files)]
    found = []
    for name, group in children.items():
        if name.endswith("/"):
            found += _below(group, folder + name, combine)
    loose = [each for name, group in children.items() if not name.endswith("/") for each in group]
    if loose and _alike(loose, combine) and not folders:
        found.append(_table(folder, loose))
    else:
        # Files that have little in common, or lie beside folders, are tables of their own.
        found += [Table(each.key, [each]) for each in loose]
    return found


def _alike(files: Sequence[File], combine: bool) -> bool:
    first = files[0].format
    return all(
        each.format.classification == first.classification
        and (combine or types.similar(first.columns, each.format.columns))
        for each in files
    )


def _table(folder: str, files: list[File]) -> Table:
    if not folder.endswith("/") and folder:
        return Table(folder, files)
    paths = {each.key: each.key.removeprefix(folder).split("/")[:-1] for each in files}
    depth = max(len(path) for path in paths.values())
    deepest = next(path for path in paths.values() if len(path) == depth)
    keys = _keys(deepest)
    partitions: dict[tuple[str, ...], Partition] = {}
    if keys:
        for each in files:
            path = paths[each.key]
            if len(path) != depth:
                continue
            values = tuple(part.partition("=")[2] if "=" in part else part for part in path)
            location = folder + "".join(f"{part}/" for part in path)
            partitions.setdefault(values, Partition(values, location)).files.append(each)
    return Table(folder, files, keys, list(partitions.values()))


def _keys(path: Sequence[str]) -> tuple[str, ...]:
    names, unnamed = [], 0
    for part in path:
        name, equals, _ = part.partition("=")
        if equals:
            names.append(name.lower())
        else:
            names.append(f"partition_{unnamed}")
            unnamed += 1
    return tuple(names)


def _columns(files: Sequence[File]) -> Columns:
    result: Columns = ()
    for each in files:
        result = types.union(result, each.format.columns)
    return result
