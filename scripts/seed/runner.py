"""`lab seed`: datasets into the databases, tables and bucket that the AWS API knows of.

Two ways. `restore` (an explicit seed) brings a dataset to exactly its state, whatever a learner did to it;
what is not of the dataset stays. `ensure` (part of apply) loads what is not there, and leaves a seed that was
completed as it is, at whatever scale, with a learner's changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from scripts import connections
from scripts.config import Settings
from scripts.errors import BadInputError
from scripts.seed import (
    DATASETS,
    DEFAULT_SCALE,
    DEFAULT_SEED,
    DatasetName,
    dump_loader,
    items,
    mysql_loader,
    postgres_loader,
    storage,
)
from scripts.seed.classicmodels import CLASSICMODELS
from scripts.seed.dump import Dump, inspect
from scripts.seed.dump_loader import DumpLoaded
from scripts.seed.dynamodb_loader import TableLoader
from scripts.seed.marker import Marker
from scripts.seed.model import Dataset, Dialect, check
from scripts.seed.rentio import RENTIO
from scripts.seed.s3_loader import BucketLoader, find_bucket
from scripts.seed.streaming import Progress, silent

if TYPE_CHECKING:
    import boto3

Action = Literal["loaded", "in place"]


@dataclass(frozen=True)
class Seeded:
    """What became of a dataset in one place.

    Attributes
    ----------
    dataset
        Its name.
    place
        DB instance and database, DynamoDB table, or bucket.
    action
        ``in place``: nothing had to be done.
    scale, seed
        What is there; None where that is not recorded.
    count
        Rows, items or objects of the dataset there.
    """

    dataset: DatasetName
    place: str
    action: Action
    scale: int | None
    seed: int | None
    count: int


@dataclass(frozen=True)
class _Work:
    settings: Settings
    session: boto3.Session
    scale: int
    seed: int
    ensure: bool
    progress: Progress

    def seeded(self, dataset: DatasetName, place: str, action: Action, count: int) -> Seeded:
        return Seeded(dataset, place, action, self.scale, self.seed, count)


def restore(
    settings: Settings,
    session: boto3.Session,
    datasets: Sequence[str] = (),
    scale: int = DEFAULT_SCALE,
    seed: int = DEFAULT_SEED,
    progress: Progress = silent,
) -> list[Seeded]:
    """Bring datasets to exactly their state at a scale and seed.

    Parameters
    ----------
    settings, session
        Of the target.
    datasets
        Names; all when empty.
    scale, seed
        Times the course's rows; and the number that chance starts from.
    progress
        Called with what, done and total, after each piece of work.

    Raises
    ------
    BadInputError, MissingError, RemoteError
        Each says what to do next.
    """
    check_request(datasets, scale, seed)
    work = _Work(settings, session, scale, seed, ensure=False, progress=progress)
    return [result for name in _names(datasets) for result in _LOADERS[name](work)]


def check_request(datasets: Sequence[str], scale: int, seed: int) -> None:
    """Raise BadInputError for what `restore` would refuse, before anything is asked of the target."""
    check(scale, seed)
    _names(datasets)


def ensure(
    settings: Settings, session: boto3.Session, datasets: Sequence[str] = (), progress: Progress = silent
) -> list[Seeded]:
    """Load what is missing or incomplete, at scale 1; parameters, result and errors as of `restore`."""
    work = _Work(settings, session, DEFAULT_SCALE, DEFAULT_SEED, ensure=True, progress=progress)
    return [result for name in _names(datasets) for result in _LOADERS[name](work)]


def available(outputs: Mapping[str, Any]) -> list[DatasetName]:
    """The datasets that have somewhere to go, by the root module's outputs: parts can be left out."""
    databases = outputs.get("databases") or {}
    there = {
        "rentio": {"mysql", "postgres"} <= databases.keys(),
        "classicmodels": "mysql" in databases,
        "dynamodb": bool(outputs.get("tables")),
        "s3": bool(outputs.get("buckets")),
    }
    return [name for name in DATASETS if there[name]]


def load_dump(
    settings: Settings,
    session: boto3.Session,
    path: Path,
    into: Dialect | None = None,
    database: str | None = None,
    progress: Progress = silent,
) -> list[DumpLoaded]:
    """Load an SQL dump, or the SQL files of a folder, into the instance of its dialect.

    Parameters
    ----------
    settings, session
        Of the target.
    path
        A file that mysqldump or pg_dump wrote (or gzip of it), or a folder of them.
    into
        Whose SQL it is, where that cannot be told.
    database
        Where it goes; else the dump says so itself.
    progress
        Called with the file's name, bytes done and bytes in all.

    Raises
    ------
    BadInputError
        It is no dump, or cut off, or does not say where it belongs.
    RemoteError
        The server's error, with file and line.
    MissingError
        A client or an instance is missing.
    """
    dumps = [inspect(file, into) for file in _sql_files(path)]
    return [
        _load_one(settings, session, dump, database, progress)
        for dump in sorted(dumps, key=lambda dump: not dump.creates_tables)
    ]


def _sql_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.iterdir() if file.name.endswith((".sql", ".sql.gz")))
    if not files:
        raise BadInputError(f"{path} holds no .sql file.", "Give an SQL dump, or a folder of them.")
    return files


def _load_one(
    settings: Settings, session: boto3.Session, dump: Dump, database: str | None, progress: Progress
) -> DumpLoaded:
    to = connections.access(settings, session, f"{settings.name}-{dump.dialect}")
    load = dump_loader.into_mysql if dump.dialect == "mysql" else dump_loader.into_postgres
    return load(dump, to, database, progress)


def _names(datasets: Iterable[str]) -> list[DatasetName]:
    wanted = list(datasets)
    for name in wanted:
        if name not in DATASETS:
            raise BadInputError(f"There is no dataset {name!r}.", f"Datasets: {', '.join(DATASETS)}.")
    return [name for name in DATASETS if not wanted or name in wanted]


def _described(dataset: Dataset, place: str, action: Action, found: Marker) -> Seeded:
    count = sum(table.rows for table in found.tables.values())
    return Seeded(_dataset_name(dataset), place, action, found.scale, found.seed, count)


def _dataset_name(dataset: Dataset) -> DatasetName:
    return next(name for name in DATASETS if name == dataset.name)


def _mysql(work: _Work, dataset: Dataset) -> Seeded:
    identifier = f"{work.settings.name}-mysql"
    place = f"{identifier}/{dataset.name}"
    to = connections.access(work.settings, work.session, identifier)
    with connections.mysql(to, local_infile=True) as connection:
        with mysql_loader.own_words(place):
            found = mysql_loader.read_marker(connection, dataset) if work.ensure else None
        if found and found.version == dataset.version:
            return _described(dataset, place, "in place", found)
        with storage.watched(work.session, identifier, connection):
            loaded = mysql_loader.load(connection, dataset, work.scale, work.seed, _at(work.progress, place))
    return _described(dataset, place, "loaded", loaded)


def _postgres(work: _Work, dataset: Dataset) -> Seeded:
    identifier = f"{work.settings.name}-postgres"
    place = f"{identifier}/{dataset.name}"
    to = connections.access(work.settings, work.session, identifier)
    with connections.postgres(to) as connection:
        postgres_loader.create_database(connection, dataset.name)
    with connections.postgres(to, dataset.name) as connection:
        with postgres_loader.own_words(place):
            found = postgres_loader.read_marker(connection, dataset) if work.ensure else None
        if found and found.version == dataset.version:
            return _described(dataset, place, "in place", found)
        connection.commit()
        with storage.explained(work.session, identifier):
            loaded = postgres_loader.load(
                connection, dataset, work.scale, work.seed, _at(work.progress, place)
            )
            postgres_loader.analyze(connection)
    return _described(dataset, place, "loaded", loaded)


def _at(progress: Progress, place: str) -> Progress:
    return lambda what, done, total: progress(f"{place}: {what}", done, total)


def _rentio(work: _Work) -> list[Seeded]:
    return [_mysql(work, RENTIO), _postgres(work, RENTIO)]


def _classicmodels(work: _Work) -> list[Seeded]:
    return [_mysql(work, CLASSICMODELS)]


def _dynamodb(work: _Work) -> list[Seeded]:
    results = []
    for name in items.TABLES:
        loader = TableLoader(work.session, work.settings.name, name)
        load = loader.complete if work.ensure else loader.restore
        done = load(work.scale, work.seed, work.progress)
        action: Action = "loaded" if done.written or done.deleted else "in place"
        results.append(work.seeded("dynamodb", done.table, action, done.items))
    return results


def _s3(work: _Work) -> list[Seeded]:
    loader = BucketLoader(work.session, find_bucket(work.session, work.settings.name))
    if work.ensure and (found := loader.in_place()):
        return [Seeded("s3", loader.bucket, "in place", found.scale, found.seed, found.objects)]
    done = loader.restore(work.scale, work.seed, _at(work.progress, loader.bucket))
    action: Action = "loaded" if done.written or done.deleted else "in place"
    return [work.seeded("s3", done.bucket, action, done.objects)]


_LOADERS: dict[DatasetName, Callable[[_Work], list[Seeded]]] = {
    "rentio": _rentio,
    "classicmodels": _classicmodels,
    "dynamodb": _dynamodb,
    "s3": _s3,
}
