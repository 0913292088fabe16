"""Services whose actions have their operations' names, and whose resources a parameter names.

What is particular to a service is data, in :mod:`scripts.local_cloud.authorization.rules.tables`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any

from scripts.authorization.catalogue import ActionEntry, find_action
from scripts.local_cloud.authorization.asked import Asked, Call, Unjudgeable

_PLACE = re.compile(r"\$\{(\w+)\}")
_READING = ("Describe", "List", "Get", "BatchGet", "Search")

#: Makes a resource's part of the ARN of a parameter's value, or a whole ARN.
Naming = Callable[[Call, str], str]


@dataclass(frozen=True)
class Service:
    """How the calls of a service say what they ask for.

    Attributes
    ----------
    prefix
        Of its actions.
    names
        Resource type to the parameters that name one. ``A.B`` is a parameter within another, ``A[]`` each of
        a list, ``A{}`` each key of a map, ``A@X`` counts only in operations with ``X`` in their names, and
        ``A+B`` are two parameters, joined by a slash where both are given.
    arns
        Parameters that hold a resource's whole ARN, of whatever type.
    actions
        Operation to action, where the names differ.
    usual
        Operation, or ``*``, to what a resource type is called where nothing names one.
    naming
        Resource type to what makes an ARN of a name, where the published template does not.
    later
        Condition keys that are found out only where a policy asks, and those that nobody knows here.
    """

    prefix: str
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    arns: tuple[str, ...] = ()
    actions: Mapping[str, str] = field(default_factory=dict)
    usual: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    naming: Mapping[str, Naming] = field(default_factory=dict)
    later: frozenset[str] = frozenset()


def asked(call: Call, service: Service) -> Iterator[Asked]:
    """What a call asks for by the names in its parameters."""
    entry = find_action(f"{service.prefix}:{service.actions.get(call.operation, call.operation)}")
    if entry is None:
        raise Unjudgeable(f"no action of IAM is known for {call.service}:{call.operation}")
    if not entry.resource_types:
        yield Asked(entry.name, entry.default_resource, "", {}, service.later)
        return
    found = dict.fromkeys(_arns(call, service, entry))
    if not found:
        found = dict.fromkeys(_usual(call, service, entry))
    if not found:
        raise Unjudgeable(f"the call of {call.operation} does not say which resource it is about")
    for arn in found:
        yield Asked(entry.name, arn, owner(arn), {}, service.later)


def owner(arn: str) -> str:
    """Account in an ARN; empty where it has none."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4].isdigit() else ""


def values(request: Mapping[str, Any], path: str) -> Iterator[str]:
    """What a parameter, by its path, holds."""
    name, dot, rest = path.partition(".")
    held = request.get(name.rstrip("[]{}"))
    if held is None:
        return
    each: Any
    if name.endswith("{}"):
        yield from held
    elif name.endswith("[]"):
        for each in held:
            yield from values(each, rest) if dot else [each]
    elif dot:
        yield from values(held, rest)
    elif isinstance(held, str):
        yield held


def _arns(call: Call, service: Service, entry: ActionEntry) -> Iterator[str]:
    for path in service.arns:
        yield from (value for value in values(call.request, path) if value.startswith("arn:"))
    for kind in entry.resource_types:
        for path in service.names.get(kind, ()):
            plain, _, only = path.partition("@")
            if only and only not in call.operation:
                continue
            for value in _joined(call, plain):
                yield _arn(call, service, entry, kind, value)


def _joined(call: Call, path: str) -> Iterator[str]:
    if "+" not in path:
        yield from (value for value in values(call.request, path) if value)
        return
    # Each of a list is asked for: what is done to many at once needs the right to every one.
    for parts in product(*(values(call.request, each) for each in path.split("+"))):
        if all(parts):
            yield "/".join(parts)


def _usual(call: Call, service: Service, entry: ActionEntry) -> Iterator[str]:
    named = service.usual.get(call.operation) or service.usual.get("*") or {}
    for kind in entry.resource_types:
        if kind in named:
            yield _arn(call, service, entry, kind, named[kind])
        elif call.operation.startswith(_READING) and call.operation not in service.usual:
            yield _arn(call, service, entry, kind, "*")


def _arn(call: Call, service: Service, entry: ActionEntry, kind: str, value: str) -> str:
    naming = service.naming.get(kind)
    if naming is not None:
        return naming(call, value)
    if value.startswith("arn:"):
        return value
    head, tail = _template(entry.arns[kind])
    return head.replace("${Region}", call.region).replace("${Account}", call.account) + value + tail


@lru_cache(maxsize=1024)
def _template(template: str) -> tuple[str, str]:
    """What stands before a resource's name in an ARN, and after it."""
    written = template.replace("${Partition}", "aws")
    places = [each for each in _PLACE.finditer(written) if each[1] not in ("Region", "Account")]
    if not places:
        return written, ""
    return written[: places[0].start()], written[places[-1].end() :]
