"""What a plan says, beside what a case expects; only what the case lists is compared."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tftest import TerraformPlanOutput

from tests.infrastructure.cases import Case

#: Stands in a case for a value that only an apply can tell.
UNKNOWN = "(known after apply)"


def resources(plan: TerraformPlanOutput) -> dict[str, dict[str, Any]]:
    """Every planned resource's known attributes, by its full address."""
    return {
        resource["address"]: resource.get("values", {})
        for module in _modules(plan["planned_values"]["root_module"])
        for resource in module.get("resources", [])
    }


def counts(plan: TerraformPlanOutput) -> dict[str, int]:
    """How many resources of each type, and of ``modules`` and ``resources`` in all."""
    modules = list(_modules(plan["planned_values"]["root_module"]))
    types = Counter(r["type"] for m in modules for r in m.get("resources", []) if r["mode"] == "managed")
    return {**types, "modules": len(modules) - 1, "resources": sum(types.values())}


def outputs(plan: TerraformPlanOutput) -> dict[str, Any]:
    """Every output; those that only an apply can tell are ``UNKNOWN``."""
    return {
        name: value.get("value", UNKNOWN) for name, value in plan["planned_values"].get("outputs", {}).items()
    }


def differences(case: Case, plan: TerraformPlanOutput) -> list[str]:
    """One line for each expectation that the plan does not meet."""
    planned, counted, output = resources(plan), counts(plan), outputs(plan)
    found: list[str] = []
    for address, expected in case.values.items():
        if address not in planned:
            near = [a for a in planned if a.rsplit(".", 1)[0] == address.rsplit(".", 1)[0]]
            found.append(
                f"{address}: not in the plan" + (f"; there is {', '.join(sorted(near))}" if near else "")
            )
            continue
        for name, value in expected.items():
            found += _differences(f"{address}.{name}", value, planned[address].get(name, UNKNOWN))
    for kind, number in case.counts.items():
        found += _differences(f"counts.{kind}", number, counted.get(kind, 0))
    for name, value in case.outputs.items():
        if name not in output:
            found.append(f"outputs.{name}: there is no such output")
        else:
            found += _differences(f"outputs.{name}", value, output[name])
    return found


def listed(expected: Any, actual: Any) -> Any:
    """The part of ``actual`` that ``expected`` speaks of: what a case looks like after regeneration."""
    actual = _decoded(expected, actual)
    if isinstance(expected, dict) and isinstance(actual, dict):
        return {name: listed(value, actual[name]) for name, value in expected.items() if name in actual}
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [listed(e, a) for e, a in zip(expected, actual, strict=True)]
    return actual


def _differences(where: str, expected: Any, actual: Any) -> list[str]:
    actual = _decoded(expected, actual)
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [
            line
            for name, value in expected.items()
            for line in _differences(f"{where}.{name}", value, actual.get(name, UNKNOWN))
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return [line for index, (e, a) in pairs for line in _differences(f"{where}[{index}]", e, a)]
    return [] if expected == actual else [f"{where}: expected {expected!r}, the plan says {actual!r}"]


def _decoded(expected: Any, actual: Any) -> Any:
    """A policy or another JSON text, as data, where the case gives data."""
    if isinstance(expected, dict | list) and isinstance(actual, str) and actual[:1] in ("{", "["):
        return json.loads(actual)
    return actual


def _modules(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield module
    for child in module.get("child_modules", []):
        yield from _modules(child)
