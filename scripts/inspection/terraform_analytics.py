"""Glue, Athena and what starts them, from what Terraform says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from scripts.declarations.declared import Declarations, Declared, value_at
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
from scripts.inspection.terraform_network import common

_PLACE = "physical_connection_requirements"
_ARGUMENTS = "default_arguments"

#: Which resources the tasks of a state machine speak of, by field of `StateMachine`.
_TASKS = {
    "jobs": "aws_glue_job",
    "crawlers": "aws_glue_crawler",
    "work_groups": "aws_athena_workgroup",
    "topics": "aws_sns_topic",
}


def analytics(found: Declarations) -> Iterator[Resource]:
    """Connections, jobs, the catalog's databases, crawlers, work groups, state machines and rules."""
    for each in found.of("aws_glue_connection"):
        databases = found.referred(each, "connection_properties", types=("aws_db_instance",))
        yield GlueConnection(
            **_named(each),
            url=value_at(each.values, ("connection_properties", "JDBC_CONNECTION_URL")) or "",
            database=next((one.id for one in databases), ""),
            subnets=found.ids(each, _PLACE, 0, "subnet_id"),
            groups=found.ids(each, _PLACE, 0, "security_group_id_list"),
        )
    for each in found.of("aws_glue_job"):
        values = each.values.get(_ARGUMENTS) or {}
        catalogs = found.referred(each, _ARGUMENTS, types=("aws_glue_catalog_database",))
        yield GlueJob(
            **_named(each),
            version=each.values.get("glue_version") or "",
            connections=found.ids(each, "connections"),
            buckets=buckets_in(values.values()) or _ids(found.referred(each, _ARGUMENTS, types=_BUCKET)),
            catalogs=tuple(
                sorted({*_ids(catalogs), *(each for each in (values.get("--glue_database"),) if each)})
            ),
        )
    for each in found.of("aws_glue_catalog_database"):
        yield CatalogDatabase(**_named(each), bucket=_bucket(found, each, "location_uri"))
    for each in found.of("aws_glue_crawler"):
        yield Crawler(**_named(each), database=each.values.get("database_name") or "")
    for each in found.of("aws_athena_workgroup"):
        path = ("configuration", 0, "result_configuration", 0, "output_location")
        yield WorkGroup(**_named(each), bucket=_bucket(found, each, *path))
    for each in found.of("aws_sfn_state_machine"):
        definition = each.values.get("definition") or ""
        yield StateMachine(
            **_named(each),
            **(started(definition) if definition else _spoken_of(found, each)),
        )
    yield from _rules(found)


def _spoken_of(found: Declarations, machine: Declared) -> dict[str, Any]:
    """What a definition refers to that only an apply will tell."""
    return {
        field: _ids(found.referred(machine, "definition", types=(kind,))) for field, kind in _TASKS.items()
    }


def _rules(found: Declarations) -> Iterator[Rule]:
    targets: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in found.of("aws_cloudwatch_event_target"):
        for target in found.named(each, "arn", types=(_MACHINE, _TOPIC)):
            if isinstance(target, Declared):
                targets[each.values.get("rule") or "", target.type].append(target.id)
    for each in found.of("aws_cloudwatch_event_rule"):
        heard = found.referred(each, "event_pattern", types=(_MACHINE,))
        yield Rule(
            **_named(each),
            schedule=each.values.get("schedule_expression") or "",
            hears=machines_in(each.values.get("event_pattern") or "") or _ids(heard),
            targets=tuple(sorted(targets[each.id, _MACHINE])),
            topics=tuple(sorted(targets[each.id, _TOPIC])),
            state=each.values.get("state") or "",
        )


_BUCKET, _MACHINE, _TOPIC = ("aws_s3_bucket",), "aws_sfn_state_machine", "aws_sns_topic"


def _bucket(found: Declarations, each: Declared, *path: str | int) -> str:
    known = buckets_in([value_at(each.values, path)])
    return next(iter(known or _ids(found.referred(each, *path, types=_BUCKET))), "")


def _ids(found: Iterable[Declared]) -> tuple[str, ...]:
    return tuple(sorted({each.id for each in found}))


def _named(each: Declared) -> dict[str, Any]:
    """AWS knows all of these by their names, which a plan knows, too."""
    return common(each) | {"name": each.id if each.id != each.address else each.label}
