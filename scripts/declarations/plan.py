"""What a Terraform plan leads to, as resource instances, and what becomes of those that there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.declarations import configuration
from scripts.declarations.declared import Change, Declarations, Declared
from scripts.declarations.references import Configured
from scripts.errors import BadInputError

_CHANGES = {
    ("no-op",): Change.NONE,
    ("read",): Change.NONE,
    ("forget",): Change.NONE,
    ("create",): Change.CREATE,
    ("update",): Change.CHANGE,
    ("delete",): Change.DESTROY,
    ("delete", "create"): Change.REPLACE,
    ("create", "delete"): Change.REPLACE,
}


def of_plan(plan: Mapping[str, Any], sources: Path | None = None) -> Declarations:
    """What a plan leads to, with what it destroys.

    Parameters
    ----------
    plan
        In the shape of ``terraform show -json``.
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
    known = written.covers(code)
    references = Configured(written if known else code, resources, variables, written=known)
    return Declarations(resources, references, variables)


def _resources(plan: Mapping[str, Any]) -> Iterator[Declared]:
    """What is planned, and, as it was, what is to go."""
    found = {
        each["address"]: each
        for each in plan["resource_changes"]
        if each["mode"] == "managed" and "deposed" not in each
    }
    changes = {address: _CHANGES[tuple(each["change"]["actions"])] for address, each in found.items()}
    before = {address: each["change"].get("before") or {} for address, each in found.items()}
    planned = set()
    for module, each in _planned(plan["planned_values"].get("root_module", {})):
        address = each["address"]
        planned.add(address)
        change = changes.get(address, Change.NONE)
        yield _declared(each, module, each.get("values") or {}, change, before.get(address, {}))
    for address, each in found.items():
        if address not in planned and changes[address] is Change.DESTROY:
            module = each.get("module_address", "")
            yield _declared(each, module, before[address], Change.DESTROY, before[address])


def _planned(module: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in module.get("resources", ()):
        if each["mode"] == "managed":
            yield module.get("address", ""), each
    for child in module.get("child_modules", ()):
        yield from _planned(child)


def _declared(
    found: Mapping[str, Any],
    module: str,
    values: Mapping[str, Any],
    change: Change,
    before: Mapping[str, Any],
) -> Declared:
    key = found.get("index")
    return Declared(found["address"], module, found["type"], found["name"], key, values, change, before)
