"""What attributes of a plan's resources will be: what the plan says, else what the sources lead to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from scripts.declarations import configuration
from scripts.declarations.values import documents
from scripts.declarations.values.arns import Place, derived
from scripts.declarations.values.code import Block, ModuleCode, Node, names_in, read_module
from scripts.declarations.values.expressions import evaluate
from scripts.declarations.values.functions import call as call_function
from scripts.declarations.values.unknown import UNKNOWN

_MODULE = re.compile(r"module\.([\w-]+)(?:\[(?:\"([^\"]*)\"|(\d+))\])?")

#: What data sources say of the place of an apply.
_HERE = {
    ("aws_caller_identity", "account_id"): "account",
    ("aws_partition", "partition"): "partition",
    ("aws_region", "name"): "region",
    ("aws_region", "region"): "region",
}


class Planned:
    """Values of a plan.

    Parameters
    ----------
    plan
        In the shape of ``terraform show -json``.
    place
        Where it will be applied.
    sources
        The root module's folder. They are used only if they are those of the plan; without them nothing is
        known but what the plan says itself.
    """

    def __init__(self, plan: Mapping[str, Any], place: Place, sources: Path | None) -> None:
        self.place = place
        self.variables = {key: each.get("value") for key, each in plan.get("variables", {}).items()}
        self.instances: dict[tuple[str, str, str, str], dict[Any, Instance]] = defaultdict(dict)
        self._by_address: dict[str, Instance] = {}
        self.modules: dict[tuple[str, str], dict[Any, str]] = defaultdict(dict)
        self._scopes: dict[str, Scope] = {}
        code = read_module(sources) if sources is not None and _covers(sources, plan) else None
        if code is None:
            return
        self._scopes[""] = Scope(self, "", code, None, None)
        for found in _instances(plan):
            scope = self._scope(found["module"])
            if scope is not None:
                self._take(found, scope)

    def value(self, address: str, attribute: str) -> Any:
        """What an attribute of a resource will be; unknown where nobody can tell."""
        instance = self._by_address.get(address)
        return instance.attribute(attribute) if instance else UNKNOWN

    def _take(self, found: Mapping[str, Any], scope: Scope) -> None:
        block = scope.code.block("data" if found["data"] else "resource", found["type"], found["name"])
        if block is None:
            return
        instance = Instance(found["type"], found["key"], found["values"], block, scope)
        kind = "data" if found["data"] else "resource"
        self.instances[scope.address, kind, found["type"], found["name"]][found["key"]] = instance
        self._by_address[found["address"]] = instance

    def _scope(self, address: str) -> Scope | None:
        """The instance of a module at an address; None where the sources do not have it."""
        if address not in self._scopes:
            parent_address, name, key = _called(address)
            parent = self._scope(parent_address)
            if parent is None or name not in parent.code.called:
                return None
            self.modules[parent_address, name][key] = address
            self._scopes[address] = Scope(self, address, parent.code.called[name], parent, key, name)
        return self._scopes[address]

    def scope(self, address: str) -> Scope:
        """The instance of a module that is known to be there."""
        return self._scopes[address]


@dataclass(frozen=True, eq=False)
class Attributes:
    """Something whose attributes a function tells."""

    get: Callable[[str], Any]

    def attribute(self, name: str) -> Any:
        """What the function tells of a name."""
        return self.get(name)


@dataclass(eq=False)
class Scope:
    """One instance of a module: where its names are looked up."""

    planned: Planned
    address: str
    code: ModuleCode
    caller: Scope | None
    key: Any
    name: str = ""
    _locals: dict[str, Any] = field(default_factory=dict)

    def names(self, name: str) -> Any:
        """What the first name of an expression stands for."""
        known: dict[str, Callable[[str], Any]] = {
            "local": self._local,
            "var": self._variable,
            "module": self._module,
            "data": lambda kind: Attributes(lambda one: self._instances("data", kind, one)),
        }
        if name in known:
            return Attributes(known[name])
        return Attributes(lambda one: self._instances("resource", name, one))

    def _local(self, name: str) -> Any:
        if name not in self._locals:
            # A local that asks for itself, as only wrong code does, is not known.
            self._locals[name] = UNKNOWN
            node = self.code.local(name)
            self._locals[name] = evaluate(node, self.names) if node is not None else UNKNOWN
        return self._locals[name]

    def _variable(self, name: str) -> Any:
        if self.caller is None:
            return self.planned.variables.get(name, UNKNOWN)
        declared = self.code.block("variable", name)
        if declared is None:
            return UNKNOWN
        call = self._call
        value = UNKNOWN
        if call is not None and name in call.attributes:
            each = with_each(self.caller.names, self.key, self._each_value)
            value = evaluate(call.attributes[name], each)
        elif "default" in declared.attributes:
            value = evaluate(declared.attributes["default"], self.names)
        return _converted(value, declared)

    @property
    def _call(self) -> Block | None:
        return self.caller.code.block("module", self.name) if self.caller else None

    @cached_property
    def _each_value(self) -> Any:
        return each_value(self._call, self.caller, self.key) if self._call and self.caller else UNKNOWN

    def _module(self, name: str) -> Any:
        found = self.planned.modules.get((self.address, name), {})
        call = self.code.block("module", name)
        outputs = {key: Attributes(self.planned.scope(at).output) for key, at in found.items()}
        return _collected(outputs, call)

    def output(self, name: str) -> Any:
        """What the module puts out."""
        declared = self.code.block("output", name)
        node = declared.attributes.get("value") if declared else None
        return evaluate(node, self.names) if node is not None else UNKNOWN

    def _instances(self, mode: str, kind: str, name: str) -> Any:
        block = self.code.block(mode, kind, name)
        found = self.planned.instances.get((self.address, mode, kind, name), {})
        if mode == "data" and not found and (block is not None):
            return Attributes(lambda attribute: self._here(kind, attribute))
        return _collected(dict(found), block)

    def _here(self, kind: str, attribute: str) -> Any:
        part = _HERE.get((kind, attribute))
        return getattr(self.planned.place, part) if part else UNKNOWN


@dataclass(eq=False)
class Instance:
    """One instance of a resource or data source; ``values`` are what the plan knows of it."""

    kind: str
    key: Any
    values: Mapping[str, Any]
    block: Block
    scope: Scope
    _asked: dict[str, Any] = field(default_factory=dict)

    def attribute(self, name: str) -> Any:
        """An attribute as it will be."""
        if name not in self._asked:
            self._asked[name] = UNKNOWN
            self._asked[name] = self._worked_out(name)
        return self._asked[name]

    def _worked_out(self, name: str) -> Any:
        if name in self.values and self.values[name] is not UNKNOWN:
            return self.values[name]
        if name in self.block.attributes:
            return evaluate(self.block.attributes[name], self.names)
        if self.kind == "aws_iam_policy_document" and name == "json":
            return documents.document(self.block, self.names, self.values)
        return derived(self.kind, name, self.scope.planned.place, self.attribute)

    def names(self, name: str) -> Any:
        """What names stand for in the resource's own arguments."""
        return with_each(self.scope.names, self.key, each_value(self.block, self.scope, self.key))(name)


def with_each(names: Callable[[str], Any], key: Any, value: Any) -> Callable[[str], Any]:
    """Names with ``each`` and ``count`` of one instance."""
    own = {"each": {"key": key, "value": value}, "count": {"index": key}}
    return lambda name: own[name] if name in own else names(name)


def each_value(block: Block, scope: Scope, key: Any) -> Any:
    """``each.value`` of the instance with a key."""
    node: Node | None = block.attributes.get("for_each")
    if node is None:
        return UNKNOWN
    found = evaluate(node, scope.names)
    if isinstance(found, Mapping):
        return found.get(key, UNKNOWN)
    return key if isinstance(found, list) and key in found else UNKNOWN


def _converted(value: Any, declared: Block) -> Any:
    """A variable's value as its type makes it: a set has neither an order nor doubles."""
    if value is None and "nullable" in declared.attributes:
        # Then its default may come in its place.
        return UNKNOWN
    kind = declared.attributes.get("type")
    is_set = kind is not None and next(iter(names_in(kind)), "") == "set"
    return call_function("toset", [value]) if is_set and value is not None else value


def _collected(found: dict[Any, Any], block: Block | None) -> Any:
    """One instance as itself, those of ``count`` as a list, those of ``for_each`` by their keys."""
    if block is None:
        return UNKNOWN
    if "count" in block.attributes:
        return [found[key] for key in sorted(found)]
    if "for_each" in block.attributes:
        return found
    return found.get(None, UNKNOWN)


def _covers(sources: Path, plan: Mapping[str, Any]) -> bool:
    """Whether the sources are those of the plan, and all their resources have one place."""
    configured = plan.get("configuration", {})
    providers = [each for each in configured.get("provider_config", {}).values() if each.get("name") == "aws"]
    if len(providers) > 1:
        return False
    planned = configuration.of_plan(configured.get("root_module", {}))
    return configuration.of_folder(sources).covers(planned)


def _called(address: str) -> tuple[str, str, Any]:
    """Address of the caller, name and key of a module: ``module.a.module.b["c"]`` is b of module.a."""
    *_, last = _MODULE.finditer(address)
    key = last[2] if last[2] is not None else int(last[3]) if last[3] else None
    return address[: last.start()].rstrip("."), last[1], key


def _instances(plan: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every instance with the values that the plan knows; what it does not is unknown in its place."""
    seen = set()
    for each in plan.get("resource_changes", ()):
        change = each["change"]
        if change.get("after") is not None and "deposed" not in each:
            seen.add(each["address"])
            values = _known(change["after"], change.get("after_unknown") or {})
            yield _instance(each, each.get("module_address", ""), values)
    state = plan.get("prior_state", {}).get("values", {}).get("root_module", {})
    for module, each in _stored(state):
        if each["mode"] == "data" and each["address"] not in seen:
            yield _instance(each, module, each.get("values") or {})


def _instance(found: Mapping[str, Any], module: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "address": found["address"],
        "module": module,
        "data": found["mode"] == "data",
        "type": found["type"],
        "name": found["name"],
        "key": found.get("index"),
        "values": values,
    }


def _stored(module: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from ((module.get("address", ""), each) for each in module.get("resources", ()))
    for child in module.get("child_modules", ()):
        yield from _stored(child)


def _known(after: Any, unknown: Any) -> Any:
    """A value of a plan with UNKNOWN wherever ``after_unknown`` is true."""
    if unknown is True:
        return UNKNOWN
    if isinstance(after, Mapping):
        marks = unknown if isinstance(unknown, Mapping) else {}
        names = {**after, **{name: None for name, mark in marks.items() if mark is True}}
        return {name: _known(value, marks.get(name, False)) for name, value in names.items()}
    if isinstance(after, list):
        listed = unknown if isinstance(unknown, list) else []
        padded = [*listed, *[False] * (len(after) - len(listed))]
        return [_known(value, mark) for value, mark in zip(after, padded, strict=True)]
    return after
