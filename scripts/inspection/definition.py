"""What analytics' resources name within texts of theirs: definitions, patterns of events, addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

#: Argument of a task, a part of its resource that tells what that names, and the field of `StateMachine`.
_NAMING = (
    ("JobName", ":glue:", "jobs"),
    ("Name", "rawler", "crawlers"),
    ("WorkGroup", ":athena:", "work_groups"),
    ("TopicArn", ":sns:", "topics"),
)

_MACHINE = re.compile(r":stateMachine:([^\"]+)")


def started(definition: str) -> dict[str, Any]:
    """Tuples of names by field of `StateMachine`, of a topic the last part of its ARN; empty for no JSON."""
    try:
        document = json.loads(definition or "{}")
    except ValueError:
        return {}
    found: dict[str, list[str]] = {field: [] for _, _, field in _NAMING}
    for task in _tasks(document):
        arguments = task.get("Parameters") or task.get("Arguments") or {}
        for argument, part, field in _NAMING:
            name = arguments.get(argument) if isinstance(arguments, Mapping) else None
            if isinstance(name, str) and part in str(task.get("Resource", "")):
                found[field].append(name.rpartition(":")[2])
    return {field: tuple(sorted(set(names))) for field, names in found.items()}


def machines_in(pattern: str) -> tuple[str, ...]:
    """Names of the state machines whose ARNs are in a rule's pattern of events."""
    return tuple(sorted(set(_MACHINE.findall(pattern))))


def buckets_in(values: Iterable[Any]) -> tuple[str, ...]:
    """Buckets of the ``s3://`` addresses among some values."""
    told = (each for each in values if isinstance(each, str) and each.startswith("s3://"))
    return tuple(sorted({each.removeprefix("s3://").partition("/")[0] for each in told}))


def _tasks(document: Any) -> Iterator[Mapping[str, Any]]:
    """Every task, also within parallel branches and maps."""
    if isinstance(document, Mapping):
        if document.get("Type") == "Task":
            yield document
        for part in document.values():
            yield from _tasks(part)
    elif isinstance(document, list):
        for part in document:
            yield from _tasks(part)
