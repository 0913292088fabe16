"""Environments from a Terraform plan: what there will be, and what becomes of what there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.declarations import plan as planned
from scripts.declarations.declared import Change, Declarations
from scripts.inspection.from_terraform import of_declarations
from scripts.inspection.model import Environment


def of_plan(plan: Mapping[str, Any], name: str, sources: Path | None = None) -> Environment:
    """What a plan leads to, everything that changes marked.

    Parameters
    ----------
    plan
        In the shape of ``terraform show -json``.
    name
        The environment's name, unless the plan's variables have one.
    sources
        The root module's folder: with it, references are known more exactly.

    Raises
    ------
    BadInputError
        It is no plan.
    """
    found = planned.of_plan(plan, sources)
    return of_declarations(found, str(found.variables.get("name") or name), _summary(found))


def _summary(found: Declarations) -> str:
    counts = Counter(each.change for each in found.resources)
    kinds = (Change.CREATE, Change.CHANGE, Change.REPLACE, Change.DESTROY)
    said = ", ".join(f"{counts[kind]} to {kind}" for kind in kinds if counts[kind])
    return f"a plan: {said or 'no changes'}"
