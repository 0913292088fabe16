"""A plan test as data: which variables are planned, and what is expected of the plan.

``cases/<module>/<plan>.tfvars`` holds variables; ``cases/<module>/<plan>[.<topic>].yaml`` holds what is
expected, so that several topics share one plan. ``cases/root`` plans the whole stack. README.md shows the
keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from scripts.errors import BadInputError

HERE = Path(__file__).resolve().parent
CASES = HERE / "cases"
INFRASTRUCTURE = HERE.parent.parent / "infrastructure"
ROOT_MODULE = "root"


@dataclass(frozen=True)
class Case:
    """One ``.yaml`` file.

    Attributes
    ----------
    path
        The file itself.
    module
        ``root``, or the folder's name under ``infrastructure/modules``.
    var_files
        What Terraform gets as ``-var-file``, in this order; a later one wins.
    values
        Resource address -> attribute -> expected value.
    counts
        Resource type -> how many; ``modules`` and ``resources`` count all of them.
    outputs
        Output -> expected value.
    error
        The message of every error that the plan must stop with; empty when the plan must succeed.
    """

    path: Path
    module: str
    var_files: tuple[Path, ...]
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    error: tuple[str, ...] = ()

    @property
    def regenerate_command(self) -> str:
        """What rewrites this file's expectations from today's plan."""
        return f"python -m tests.infrastructure.regenerate {self.path.relative_to(HERE.parent.parent)}"


def load(path: Path) -> Case:
    """Read one case.

    Raises
    ------
    BadInputError
        The file's keys or its variables are not what README.md describes.
    """
    raw = yaml.safe_load(path.read_text()) or {}
    known = {"base", "values", "counts", "outputs", "error"}
    if not isinstance(raw, dict) or not raw or set(raw) - known:
        raise BadInputError(f"{path}: expected some of the keys {', '.join(sorted(known))}.")
    if "error" in raw and set(raw) & {"values", "counts", "outputs"}:
        raise BadInputError(f"{path}: a plan that stops with an error has no values, counts or outputs.")
    error = raw.get("error", ())
    plan = path.with_name(f"{path.name.split('.')[0]}.tfvars")
    base = [_base(path, raw["base"])] if "base" in raw else []
    if not plan.is_file():
        raise BadInputError(f"{path}: its variables are missing: {plan.name}.")
    return Case(
        path=path,
        module=path.parent.name,
        var_files=(*base, plan),
        values=raw.get("values", {}),
        counts=raw.get("counts", {}),
        outputs=raw.get("outputs", {}),
        error=(error,) if isinstance(error, str) else tuple(error),
    )


def _base(case: Path, name: str) -> Path:
    """The variables a case builds on: the stack's own, or some beside it."""
    for folder in (INFRASTRUCTURE, case.parent):
        if (folder / name).is_file():
            return folder / name
    raise BadInputError(f"{case}: base {name!r} is neither in {INFRASTRUCTURE.name}/ nor beside it.")
