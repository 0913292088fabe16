"""What `lab status` shows: every part of the local cloud, what stands behind it, and whether it is well."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import psutil

from scripts.local_cloud.databases.model import ServerStatus
from scripts.local_cloud.lifecycle import LocalCloud
from scripts.local_cloud.localstack import VERSION

Kind = Literal["real", "simulated"]


@dataclass(frozen=True)
class Part:
    """One line of `lab status`.

    Attributes
    ----------
    name
        What a user calls it.
    kind
        Whether something real does the work.
    version
        Of the program that runs, or ``-``.
    address
        Where it listens, as ``host:port``, or ``-``.
    pid, memory_bytes
        Of the running process, a DB server's with its children; None where there is none.
    health
        One word or sentence; starts with ``down`` when `down`.
    down
        It should run and does not.
    """

    name: str
    kind: Kind
    version: str = "-"
    address: str = "-"
    pid: int | None = None
    memory_bytes: int | None = None
    health: str = "up"
    down: bool = False


#: What the AWS services are made of here. DB instances have lines of their own.
_BEHIND: tuple[tuple[str, Kind, str], ...] = (
    ("s3", "real", "objects are kept, versioned and served; lifecycle rules do not run"),
    ("sqs, sns", "real", "messages are queued and delivered"),
    ("dynamodb", "real", "items are kept and served; capacity is not limited"),
    ("kinesis", "real", "records are kept in shards, taken and served at AWS's rates"),
    ("secretsmanager", "real", "secrets are kept; those of DB instances open the servers"),
    ("firehose", "real", "records are delivered to S3, by a process of its own"),
    (
        "ec2: network",
        "simulated",
        "addresses, interfaces, routes and rules are kept as on AWS; only a Glue job's packets are stopped",
    ),
    ("ec2: instances", "simulated", "instances are recorded; no machine runs"),
    (
        "elbv2",
        "simulated",
        "load balancers are recorded, nothing listens; targets outside the VPCs are really checked",
    ),
    ("glue", "real", "jobs run on Spark here, crawlers read the files; triggers and schedules do not run"),
    (
        "athena",
        "real",
        "queries run on DuckDB over the objects in S3; what it cannot answer alike is refused",
    ),
    ("stepfunctions, events", "real", "state machines run, rules and schedules start them"),
    ("kms", "simulated", "keys are kept, and encrypt within LocalStack; no hardware guards them"),
    ("cloudwatch", "real", "alarms on a metric's statistic act; of AWS's metrics there are RDS's and SQS's"),
    ("logs", "real", "events are kept, filtered and counted, databases' logs arrive; no Insights queries"),
)


def parts(cloud: LocalCloud) -> list[Part]:
    """Every part, what runs first."""
    up = cloud.localstack.answers()
    return [
        _localstack(cloud, up),
        *(_server(server, cloud, up) for server in cloud.servers()),
        *_delivery(cloud, up),
        _authorization(cloud, up),
        *(
            Part(name, kind, health=behind if up else "down with LocalStack", down=not up)
            for name, kind, behind in _BEHIND
        ),
    ]


def _localstack(cloud: LocalCloud, up: bool) -> Part:
    process = cloud.process()
    last = process or cloud.localstack.last()
    address = f"127.0.0.1:{last.port}" if last else "-"
    if up and process:
        health = f"up; https too, to be verified with {cloud.authority_file}"
        return Part("localstack", "real", VERSION, address, process.pid, _memory(process.pid), health)
    if process:
        health = f"down: process {process.pid} does not answer; run `lab up`"
        return Part(
            "localstack", "real", VERSION, address, process.pid, _memory(process.pid), health, down=True
        )
    happened = f"process {last.pid} is gone" if last else "not started"
    return Part(
        "localstack", "real", VERSION, address, health=f"down: {happened}; run `make apply`", down=True
    )


def _server(server: ServerStatus, cloud: LocalCloud, up: bool) -> Part:
    last = cloud.localstack.last()
    orphan = not up or last is None or server.epoch != last.epoch
    if not server.complete:
        health, down = "down: its creation was interrupted; `lab up` removes it", True
    elif server.alive and orphan:
        health, down = "down: runs, but the LocalStack that it belongs to is gone; run `make apply`", True
    elif server.disk_full and server.wanted == "running":
        health, down = f"down: its disk is full; free some space ({server.data_dir}), then run `lab up`", True
    elif server.alive and not server.certified:
        health, down = "down: the clock was set, and its certificate does not hold; `lab up` renews it", True
    elif server.alive:
        health, down = "up", False
    elif server.wanted == "stopped":
        health, down = "stopped", False
    elif orphan:
        health, down = "down with LocalStack; run `make apply`", True
    elif server.given_up:
        health = f"down: it ended again and again ({server.log_dir}); `lab up` starts it again with its data"
        down = True
    else:
        health, down = "down: its process has ended, and it is being started again with its data", True
    address = f"{server.address.host}:{server.address.port}"
    if server.address.fallback:
        address += " (its own address could not be bound)"
    return Part(
        name=f"rds: {server.identifier}",
        kind="real",
        version=f"{server.server} for {server.engine} {server.engine_version}",
        address=address,
        pid=server.pid,
        memory_bytes=server.memory_bytes,
        health=health,
        down=down,
    )


def _delivery(cloud: LocalCloud, up: bool) -> list[Part]:
    """Firehose's process, while there is anything to deliver."""
    found, last = cloud.delivery(), cloud.localstack.last()
    if found is None or last is None or found.epoch != last.epoch:
        return []
    name = "firehose: delivery"
    if not up or not found.alive:
        health = "down with LocalStack" if not up else "down: its process is gone; `lab up` starts it again"
        return [Part(name, "real", health=health, down=True)]
    failing = found.failures()
    health = f"up, but retrying: {', '.join(failing)}" if failing else "up"
    return [Part(name, "real", pid=found.pid, memory_bytes=_memory(found.pid), health=health)]


def _authorization(cloud: LocalCloud, up: bool) -> Part:
    name = "iam, sts"
    process = cloud.process()
    if not up or process is None:
        return Part(name, "real", health="down with LocalStack", down=True)
    if process.authorization:
        return Part(
            name, "real", health="users, roles and sessions may what their policies say; root may all"
        )
    return Part(
        name, "simulated", health="policies are recorded, every request is allowed (LAB_AUTHORIZATION=off)"
    )


def _memory(pid: int) -> int | None:
    """Of the process alone: LocalStack's children are servers and delivery, which have lines of their own."""
    with suppress(psutil.NoSuchProcess):
        return int(psutil.Process(pid).memory_info().rss)
    return None
