"""Glue, Athena and what starts them, as the AWS API shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3

from scripts.inspection.definition import buckets_in, machines_in, started
from scripts.inspection.model import (
    CatalogDatabase,
    Crawler,
    GlueConnection,
    GlueJob,
    Resource,
    Rule,
    StateMachine,
    WorkGroup,
)

Holds = Callable[[str], bool]


def glue(session: boto3.Session, holds: Holds) -> Iterator[Resource]:
    """Connections (not their passwords), jobs, crawlers, and the catalog's databases with their tables."""
    client: Any = session.client("glue")
    for each in _pages(client, "get_connections", "ConnectionList", HidePassword=True):
        if holds(each["Name"]):
            place = each.get("PhysicalConnectionRequirements") or {}
            yield GlueConnection(
                id=each["Name"],
                name=each["Name"],
                state=each.get("Status", ""),
                url=each.get("ConnectionProperties", {}).get("JDBC_CONNECTION_URL", ""),
                subnets=tuple(one for one in (place.get("SubnetId"),) if one),
                groups=tuple(place.get("SecurityGroupIdList", ())),
            )
    for each in _pages(client, "get_jobs", "Jobs"):
        if holds(each["Name"]):
            arguments = each.get("DefaultArguments", {})
            yield GlueJob(
                id=each["Name"],
                name=each["Name"],
                version=each.get("GlueVersion", ""),
                connections=tuple(each.get("Connections", {}).get("Connections", ())),
                buckets=buckets_in(arguments.values()),
                catalogs=tuple(one for one in (arguments.get("--glue_database"),) if one),
            )
    for each in _pages(client, "get_databases", "DatabaseList"):
        if holds(each["Name"]):
            tables = _pages(client, "get_tables", "TableList", DatabaseName=each["Name"])
            yield CatalogDatabase(
                id=each["Name"],
                name=each["Name"],
                bucket=next(iter(buckets_in([each.get("LocationUri")])), ""),
                tables=tuple(sorted(table["Name"] for table in tables)),
            )
    for each in _pages(client, "get_crawlers", "Crawlers"):
        if holds(each["Name"]):
            name = each["Name"]
            yield Crawler(id=name, name=name, state=each["State"], database=each.get("DatabaseName", ""))


def athena(session: boto3.Session, holds: Holds) -> Iterator[Resource]:
    """Work groups."""
    client: Any = session.client("athena")
    more: dict[str, str] = {}
    while True:
        # It has no paginator.
        page = client.list_work_groups(**more)
        for each in page["WorkGroups"]:
            if holds(each["Name"]):
                found = client.get_work_group(WorkGroup=each["Name"])["WorkGroup"]
                results = found["Configuration"].get("ResultConfiguration", {}).get("OutputLocation")
                yield WorkGroup(
                    id=each["Name"],
                    name=each["Name"],
                    state=found.get("State", ""),
                    bucket=next(iter(buckets_in([results])), ""),
                )
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def pipelines(session: boto3.Session, holds: Holds) -> Iterator[Resource]:
    """State machines, and the rules that start them."""
    states: Any = session.client("stepfunctions")
    for each in _pages(states, "list_state_machines", "stateMachines"):
        if holds(each["name"]):
            found = states.describe_state_machine(stateMachineArn=each["stateMachineArn"])
            yield StateMachine(
                id=each["name"],
                name=each["name"],
                state=found.get("status", ""),
                **started(found["definition"]),
            )
    events: Any = session.client("events")
    for each in _pages(events, "list_rules", "Rules"):
        if holds(each["Name"]):
            targets = _pages(events, "list_targets_by_rule", "Targets", Rule=each["Name"])
            arns = [target["Arn"] for target in targets]
            yield Rule(
                id=each["Name"],
                name=each["Name"],
                state=each.get("State", ""),
                schedule=each.get("ScheduleExpression", ""),
                hears=machines_in(each.get("EventPattern", "")),
                targets=tuple(sorted(arn.rpartition(":")[2] for arn in arns if ":stateMachine:" in arn)),
                topics=tuple(sorted(arn.rpartition(":")[2] for arn in arns if ":sns:" in arn)),
            )


def _pages(client: Any, operation: str, field: str, **request: Any) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**request):
        yield from page.get(field, ())
