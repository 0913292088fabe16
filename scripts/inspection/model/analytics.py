"""The way from a source to an answer: jobs, the catalog, crawlers, queries, and what starts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from scripts.inspection.model.base import Resource


@dataclass(frozen=True, kw_only=True)
class GlueConnection(Resource):
    """Where jobs stand that use it: ``subnets`` has one element, none outside of every VPC.

    ``database`` is the id of the DB instance that it leads to, where only an apply will tell its ``url``.
    """

    kind: ClassVar[str] = "Glue connection"
    url: str = ""
    database: str = ""
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """Of the URL; empty while that is not known."""
        return urlsplit(self.url.removeprefix("jdbc:")).hostname or ""

    @property
    def where(self) -> str:
        return self.url


@dataclass(frozen=True, kw_only=True)
class GlueJob(Resource):
    """``connections`` are names; ``buckets`` those that its arguments speak of, ``catalogs`` databases."""

    kind: ClassVar[str] = "Glue job"
    version: str = ""
    connections: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    catalogs: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return f"Glue {self.version}" if self.version else ""


@dataclass(frozen=True, kw_only=True)
class CatalogDatabase(Resource):
    """A database of the catalog. ``tables`` are made by jobs and crawlers: only AWS knows them."""

    kind: ClassVar[str] = "catalog database"
    bucket: str = ""
    tables: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return f"tables {', '.join(self.tables)}" if self.tables else ""


@dataclass(frozen=True, kw_only=True)
class Crawler(Resource):
    """``database`` is the one of the catalog that it writes to."""

    kind: ClassVar[str] = "crawler"
    database: str = ""

    @property
    def where(self) -> str:
        return self.database


@dataclass(frozen=True, kw_only=True)
class WorkGroup(Resource):
    """Of Athena; ``bucket`` gets the results of its queries."""

    kind: ClassVar[str] = "Athena work group"
    bucket: str = ""

    @property
    def where(self) -> str:
        return f"results in s3://{self.bucket}" if self.bucket else ""


@dataclass(frozen=True, kw_only=True)
class StateMachine(Resource):
    """Of Step Functions, with what its tasks start or tell, by their names."""

    kind: ClassVar[str] = "state machine"
    jobs: tuple[str, ...] = ()
    crawlers: tuple[str, ...] = ()
    work_groups: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return ", ".join((*self.jobs, *self.crawlers, *self.work_groups))


@dataclass(frozen=True, kw_only=True)
class Rule(Resource):
    """Of EventBridge: it starts the state machines ``targets``, and tells ``topics``.

    It does so on a ``schedule``, or when something happens to one of the state machines ``hears``.
    """

    kind: ClassVar[str] = "EventBridge rule"
    schedule: str = ""
    hears: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return self.schedule or (f"events of {', '.join(self.hears)}" if self.hears else "")
