"""DB parameter groups: families, their parameters, and whether a value is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scripts.errors import BadInputError


class ParameterError(BadInputError, ValueError):
    """A parameter or value that RDS refuses with InvalidParameterValue; the text is AWS-like."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a family, as ``DescribeDBParameters`` shows it.

    Attributes
    ----------
    default
        ``ParameterValue`` of the engine default; None where AWS shows none.
    allowed
        ``AllowedValues``: ``0-100``, ``ON,OFF``; None for free text.
    data_type
        ``integer``, ``float``, ``boolean``, ``string`` or ``list``.
    apply_type
        ``dynamic`` (at once) or ``static`` (after a reboot).
    modifiable
        ``IsModifiable``.
    """

    name: str
    default: str | None
    allowed: str | None
    data_type: Literal["integer", "float", "boolean", "string", "list"]
    apply_type: Literal["static", "dynamic"]
    modifiable: bool
    description: str


def families(engine: str) -> tuple[str, ...]:
    """Families of an engine, oldest first; ParameterError for an unknown engine."""
    raise NotImplementedError


def family(engine: str, version: str) -> str:
    """The family of an engine version (``postgres``, ``16.4`` -> ``postgres16``); ParameterError if none."""
    raise NotImplementedError


def catalogue(family: str) -> dict[str, Parameter]:
    """Parameters of a family by name, sorted; ParameterError for an unknown family."""
    raise NotImplementedError


def check(family: str, name: str, value: str) -> Parameter:
    """The parameter, if `value` is allowed for it; ParameterError otherwise."""
    raise NotImplementedError
