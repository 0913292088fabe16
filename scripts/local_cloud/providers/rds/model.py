"""The records that the RDS provider keeps, and where it keeps them.

They live in LocalStack's memory, by account and region. What is read or changed by more than one thread is
read or changed under `LOCK`, which nobody holds while waiting for a server or another service.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute

from scripts.local_cloud.databases.log_tail import Position
from scripts.local_cloud.databases.model import Address, Engine

LOCK = threading.RLock()

#: AWS keeps events for 14 days; a laptop keeps the last so many.
EVENT_LIMIT = 2000


#: States in which no work is going on, so that the server itself tells whether it is there.
RESTING = frozenset({"available", "failed", "incompatible-parameters"})


def now() -> datetime:
    """The time as AWS's answers carry it."""
    return datetime.now(UTC)


@dataclass
class MasterSecret:
    """The secret that holds a managed master password.

    Attributes
    ----------
    arn, name
        In Secrets Manager.
    kms_key
        ARN of the key that encrypts it.
    status
        ``creating``, ``active``, ``rotating`` or ``impaired``.
    """

    arn: str
    name: str
    kms_key: str
    status: str = "active"


@dataclass
class DBInstance:
    """One DB instance.

    Attributes
    ----------
    resource_id
        ``DbiResourceId``: never changes, names the server.
    settings
        What the API shows as it was asked for, by the names of the ``DBInstance`` shape
        (``AllocatedStorage``, ``StorageType``, ``MultiAZ`` ...).
    pending
        Values that wait for a reboot or for ApplyImmediately, by the same names.
    address
        Where the server listens; None until it has once started.
    parameter_status
        ``ParameterApplyStatus``: ``in-sync``, ``applying``, ``pending-reboot``.
    asked_parameters
        The parameters that the server was last asked to have; those of a group that was joined after the
        last start are not yet among them.
    interface_id
        Its network interface in EC2.
    log_positions
        How far each log type was brought to CloudWatch Logs.
    """

    identifier: str
    resource_id: str
    account_id: str
    region: str
    engine: Engine
    engine_version: str
    instance_class: str
    master_username: str
    database: str | None
    port: int
    subnet_group: str
    security_groups: list[str]
    parameter_group: str
    settings: dict[str, Any]
    tags: dict[str, str]
    status: str = "creating"
    created: datetime | None = None
    address: Address | None = None
    interface_id: str | None = None
    parameter_status: str = "in-sync"
    asked_parameters: dict[str, str] = field(default_factory=dict)
    pending: dict[str, Any] = field(default_factory=dict)
    secret: MasterSecret | None = None
    log_positions: dict[str, Position] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """ARN of the instance; follows its name."""
        return arn(self.account_id, self.region, "db", self.identifier)


@dataclass
class SubnetGroup:
    """A DB subnet group; `subnets` maps a subnet's id to its availability zone."""

    name: str
    description: str
    vpc_id: str
    subnets: dict[str, str]
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class ParameterSetting:
    """A value that somebody set, with ``ApplyMethod`` (``immediate`` or ``pending-reboot``)."""

    value: str
    apply_method: str


@dataclass
class ParameterGroup:
    """A DB parameter group; `settings` holds what differs from the family's defaults by somebody's wish."""

    name: str
    family: str
    description: str
    settings: dict[str, ParameterSetting] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """Name to value of what was set."""
        return {name: setting.value for name, setting in self.settings.items()}


@dataclass
class DBSnapshot:
    """A manual snapshot.

    Attributes
    ----------
    storage_id
        Names the copy among the database servers' snapshots.
    resource_id
        ``DbiResourceId`` of the instance.
    shape
        What ``DescribeDBSnapshots`` shows of the instance as it was.
    database, instance_class, settings
        Of the instance as it was, for one that is restored.
    """

    identifier: str
    storage_id: str
    resource_id: str
    shape: dict[str, Any]
    tags: dict[str, str]
    database: str | None
    instance_class: str
    settings: dict[str, Any]
    status: str = "creating"


@dataclass(frozen=True)
class Event:
    """Something that happened to an instance, group or snapshot."""

    source: str
    source_type: str
    source_arn: str
    message: str
    categories: tuple[str, ...]
    date: datetime


class RdsStore(BaseStore):
    """The records of one account and region, by name."""

    instances: dict[str, DBInstance] = LocalAttribute(default=dict)
    subnet_groups: dict[str, SubnetGroup] = LocalAttribute(default=dict)
    parameter_groups: dict[str, ParameterGroup] = LocalAttribute(default=dict)
    snapshots: dict[str, DBSnapshot] = LocalAttribute(default=dict)
    default_tags: dict[str, dict[str, str]] = LocalAttribute(default=dict)
    events: deque[Event] = LocalAttribute(default=lambda: deque(maxlen=EVENT_LIMIT))


_stores = AccountRegionBundle("rds", RdsStore)


def store(context: RequestContext) -> RdsStore:
    """The records that a request may see."""
    return store_of(context.account_id, context.region)


def store_of(account_id: str, region: str) -> RdsStore:
    """The records of an account and region."""
    found: RdsStore = _stores[account_id][region]
    return found


def all_instances() -> Iterator[DBInstance]:
    """Every DB instance of every account and region."""
    with LOCK:
        return iter([item for _, _, region in _stores.iter_stores() for item in region.instances.values()])


def arn(account_id: str, region: str, kind: str, name: str) -> str:
    """ARN of a resource; `kind` is ``db``, ``pg``, ``subgrp``, ``snapshot`` or ``og``."""
    return f"arn:aws:rds:{region}:{account_id}:{kind}:{name}"


def record_event(account_id: str, region: str, kind: str, name: str, message: str, *categories: str) -> None:
    """Keep an event for ``DescribeEvents``; `kind` as in `arn`."""
    source_types = {"db": "db-instance", "pg": "db-parameter-group", "snapshot": "db-snapshot"}
    event = Event(name, source_types[kind], arn(account_id, region, kind, name), message, categories, now())
    with LOCK:
        store_of(account_id, region).events.append(event)
        for follower in _event_followers:
            follower(event)


_event_followers: list[Callable[[Event], None]] = []


def follow_events(follower: Callable[[Event], None]) -> None:
    """Call `follower` with each event that is kept from now on; it must not wait for anything."""
    _event_followers.append(follower)


def record_instance_event(instance: DBInstance, message: str, *categories: str) -> None:
    """Keep an event of a DB instance."""
    record_event(instance.account_id, instance.region, "db", instance.identifier, message, *categories)
