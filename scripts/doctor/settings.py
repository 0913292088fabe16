"""What must change, each setting once, though it may stop several packets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scripts.reachability.answer import Answer, Blocker
from scripts.reachability.model import Component
from scripts.reachability.repairs import (
    CreateEgressOnlyGateway,
    CreateInternetGateway,
    CreateNatGateway,
    CreatePeering,
    Repair,
)

_MAKING = (CreateEgressOnlyGateway, CreateInternetGateway, CreateNatGateway, CreatePeering)


@dataclass(frozen=True)
class Setting:
    """One setting, and the packets that it stops.

    Attributes
    ----------
    blockers
        At least one; all of one code, and repaired by the same change.
    """

    blockers: tuple[Blocker, ...]

    @property
    def code(self) -> str:
        """AWS's explanation code."""
        return self.blockers[0].code

    @property
    def component(self) -> Component:
        """What stops the packets."""
        return self.blockers[0].component

    @property
    def because(self) -> tuple[str, ...]:
        """Why, in a sentence; several where several packets are stopped for different reasons."""
        return tuple(dict.fromkeys(each.because for each in self.blockers))

    @property
    def repair(self) -> Repair | None:
        """The change that is proposed; None where none helps."""
        return self.blockers[0].repair

    @property
    def alternatives(self) -> tuple[Repair, ...]:
        """Changes that would do instead, for every packet."""
        first, *others = (each.alternatives for each in self.blockers)
        return tuple(each for each in first if all(each in more for more in others))


def of(answer: Answer) -> tuple[Setting, ...]:
    """The settings that an answer names, in the order in which packets meet them.

    What is made anew comes first: others lead to it.
    """
    found: dict[tuple[object, ...], list[Blocker]] = {}
    for each in answer.blockers:
        key = (each.code, each.repair) if each.repair else (each.code, each.component.id, each.because)
        found.setdefault(key, []).append(each)
    named = [Setting(tuple(each)) for each in found.values()]
    return tuple(sorted(named, key=lambda each: not isinstance(each.repair, _MAKING)))


def number_of(settings: Sequence[Setting], blocker: Blocker) -> int:
    """The number, from 1, under which a blocker is listed."""
    return next(number for number, each in enumerate(settings, 1) if blocker in each.blockers)
