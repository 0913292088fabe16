"""Machines and databases in the network, and what lies beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scripts.inspection.model.base import Mark, Resource


@dataclass(frozen=True, kw_only=True)
class Instance(Resource):
    """``subnets`` has one element; several before an apply that alone can say which."""

    kind: ClassVar[str] = "EC2 instance"
    type: str = ""
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    private_ip: str = ""
    public_ip: str = ""

    @property
    def where(self) -> str:
        return " ".join(part for part in (self.type, self.private_ip, self.public_ip) if part)


@dataclass(frozen=True)
class Target:
    """Where a listener sends requests: an instance's id or an address, a port, and its health."""

    id: str
    port: int | None
    health: str = ""

    def __str__(self) -> str:
        return f"{self.id}:{self.port or '?'}" + (f" ({self.health})" if self.health else "")


@dataclass(frozen=True)
class Listener:
    """``action`` is its default one: ``forward``, ``redirect`` ...; targets are those it forwards to."""

    port: int | None
    protocol: str
    action: str
    targets: tuple[Target, ...] = ()
    mark: Mark = Mark.NONE

    def __str__(self) -> str:
        aims = ", ".join(map(str, self.targets))
        return f"{self.protocol} {self.port or '?'}: {self.action} {aims}".strip()


@dataclass(frozen=True, kw_only=True)
class LoadBalancer(Resource):
    kind: ClassVar[str] = "load balancer"
    internal: bool = False
    dns_name: str = ""
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    listeners: tuple[Listener, ...] = ()

    @property
    def where(self) -> str:
        return "; ".join(part for part in (self.dns_name, *map(str, self.listeners)) if part)


@dataclass(frozen=True, kw_only=True)
class DbInstance(Resource):
    """``zone`` is where the writer runs, empty while nobody knows; ``subnets`` are those of its group."""

    kind: ClassVar[str] = "DB instance"
    engine: str = ""
    version: str = ""
    instance_class: str = ""
    endpoint: str = ""
    port: int | None = None
    zone: str = ""
    multi_az: bool = False
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        at = f"{self.endpoint}:{self.port}" if self.endpoint else f"port {self.port}" if self.port else ""
        parts = (f"{self.engine} {self.version}".strip(), self.instance_class, at, self.zone)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True)
class Bucket(Resource):
    kind: ClassVar[str] = "bucket"

    @property
    def where(self) -> str:
        return f"s3://{self.id}" if self.id != self.address else ""


@dataclass(frozen=True, kw_only=True)
class Table(Resource):
    """``keys`` are its partition key and, where it has one, its sort key."""

    kind: ClassVar[str] = "DynamoDB table"
    keys: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return f"key {', '.join(self.keys)}" if self.keys else ""


@dataclass(frozen=True, kw_only=True)
class Stream(Resource):
    kind: ClassVar[str] = "stream"
    shards: int | None = None

    @property
    def where(self) -> str:
        return "" if self.shards is None else f"{self.shards} shard{'s' if self.shards != 1 else ''}"


@dataclass(frozen=True, kw_only=True)
class DeliveryStream(Resource):
    """Firehose: ``source`` is a stream's id, ``bucket`` a bucket's, ``prefix`` that of its objects."""

    kind: ClassVar[str] = "delivery stream"
    source: str = ""
    bucket: str = ""
    prefix: str = ""

    @property
    def folder(self) -> str:
        """The part of the prefix that is the same for all objects."""
        fixed, expression, _ = self.prefix.partition("!")
        return fixed.rpartition("/")[0] + "/" if expression and "/" in fixed else fixed

    @property
    def where(self) -> str:
        return f"{self.source} to s3://{self.bucket}/{self.folder}".strip()


@dataclass(frozen=True, kw_only=True)
class Queue(Resource):
    kind: ClassVar[str] = "queue"
    url: str = ""
    dead_letters: str = ""

    @property
    def where(self) -> str:
        return self.url


@dataclass(frozen=True, kw_only=True)
class Topic(Resource):
    kind: ClassVar[str] = "topic"


@dataclass(frozen=True, kw_only=True)
class Alarm(Resource):
    kind: ClassVar[str] = "alarm"
    metric: str = ""
    topics: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return self.metric


@dataclass(frozen=True, kw_only=True)
class Address(Resource):
    kind: ClassVar[str] = "elastic IP"
    public_ip: str = ""

    @property
    def where(self) -> str:
        return self.public_ip


@dataclass(frozen=True, kw_only=True)
class Secret(Resource):
    """A secret's name; its value is never read."""

    kind: ClassVar[str] = "secret"


@dataclass(frozen=True, kw_only=True)
class Role(Resource):
    kind: ClassVar[str] = "role"


@dataclass(frozen=True, kw_only=True)
class LogGroup(Resource):
    kind: ClassVar[str] = "log group"
