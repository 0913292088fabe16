"""What a lab needs of the machine, by the words of its manifest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scripts import odbc, system_packages
from scripts.labs.manifest import Lab, System
from scripts.system_packages import Requirement

REQUIREMENTS: dict[System, Sequence[Requirement]] = {"odbc": odbc.REQUIREMENTS}


def prepare(lab: Lab, say: Callable[[str], None]) -> None:
    """Find what the lab needs, or install it where that can be done.

    Raises
    ------
    MissingError
        Something is missing and cannot be installed from here; names the packages.
    """
    system_packages.prepare(_needed(lab), say)


def require(lab: Lab) -> None:
    """Find what the lab needs.

    Raises
    ------
    MissingError
        Something is missing; names the packages.
    """
    system_packages.require(_needed(lab))


def _needed(lab: Lab) -> list[Requirement]:
    return [each for name in lab.needs.system for each in REQUIREMENTS[name]]
