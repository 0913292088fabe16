"""Environments from a Terraform plan: what there will be, and what becomes of what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.errors import BadInputError
from scripts.inspection import configuration
from scripts.inspection.declared import Declarations, Declared
from scripts.inspection.from_terraform import of_declarations
from scripts.inspection.model import Environment, Mark
from scripts.inspection.references import Configured

_MARKS = {
    ("no-op",): Mark.NONE,
    ("read",): Mark.NONE,
    ("forget",): Mark.NONE,
    ("create",): Mark.CREATE,
    ("update",): Mark.CHANGE,
    ("delete",): Mark.DESTROY,
    ("delete", "create"): Mark.REPLACE,
    ("create", "delete"): Mark.REPLACE,
}


def of_plan(plan: Mapping[str, Any], name: str, sources: Path | None = None) -> Environment:
    """What a plan leads to, everything that changes marked.

    Parameters
    ----------
    plan
        In the shape of ``terraform show -json``.
    name
        The environment's name, unless the plan's variables have one.
    sources
        The root module's folder. A plan says of an argument to which resources it refers but not how; with
        the sources it is known more exactly. They are used only if they are those of the plan.

    Raises
    ------
    BadInputError
        It is no plan.
    """
    try:
        resources = list(_resources(plan))
        code = configuration.of_plan(plan["configuration"]["root_module"])
        variables = {key: each.get("value") for key, each in plan.get("variables", {}).items()}
    except (KeyError, TypeError, AttributeError) as missing:
        raise BadInputError(
            f"This is no Terraform plan as JSON (looking for {missing}).",
            "Make one: lab plan --json > FILE, or terraform show -json FILE.tfplan",
        ) from None
    written = configuration.of_folder(sources) if sources is not None else configuration.Module()
    references = Configured(written if written.covers(code) else code, resources, variables)
    found = Declarations(resources, references)
    return of_declarations(found, str(variables.get("name") or name), _summary(resources))


def _summary(resources: list[Declared]) -> str:
    counts = {
        mark: sum(each.mark is mark for each in resources)
        for mark in (Mark.CREATE, Mark.CHANGE, Mark.REPLACE, Mark.DESTROY)
    }
    said = ", ".join(f"{count} to {mark}" for mark, count in counts.items() if count)
    return f"a plan: {said or 'no changes'}"


def _resources(plan: Mapping[str, Any]) -> Iterator[Declared]:
    """What is planned, and, as it was, what is to go."""
    changes = {
        each["address"]: each
        for each in plan["resource_changes"]
        if each["mode"] == "managed" and "deposed" not in each
    }
    marks = {address: _MARKS[tuple(each["change"]["actions"])] for address, each in changes.items()}
    planned = set()
    for module, each in _planned(plan["planned_values"].get("root_module", {})):
        mark = marks.get(each["address"], Mark.NONE)
        planned.add(each["address"])
        yield _declared(each, module, each.get("values") or {}, mark)
    for address, change in changes.items():
        if address not in planned and marks[address] is Mark.DESTROY:
            before = change["change"].get("before") or {}
            yield _declared(change, change.get("module_address", ""), before, Mark.DESTROY)


def _planned(module: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in module.get("resources", ()):
        if each["mode"] == "managed":
            yield module.get("address", ""), each
    for child in module.get("child_modules", ()):
        yield from _planned(child)


def _declared(found: Mapping[str, Any], module: str, values: Mapping[str, Any], mark: Mark) -> Declared:
    return Declared(found["address"], module, found["type"], found["name"], found.get("index"), values, mark)
