"""What a check says: it is right, or what is not yet right, without the answer."""

from __future__ import annotations

from dataclasses import dataclass


class NotYetError(Exception):
    """A condition that does not hold yet.

    Parameters
    ----------
    condition
        One sentence that says which one, in the words of the exercise.
    seen
        What the learner's answer does or holds. Never anything of the reference.
    expected
        What kind of thing was expected: ``one row for each rating``. Never its values.
    """

    def __init__(self, condition: str, *, seen: str = "", expected: str = "") -> None:
        super().__init__(condition)
        self.condition = condition
        self.seen = seen
        self.expected = expected


@dataclass(frozen=True)
class Outcome:
    """Of one exercise: ``passed``, or ``condition``, ``seen`` and ``expected`` as in `NotYetError`.

    ``told`` is what the check says of an answer that is right: what was measured, where something lies now.
    ``source`` is the file that was looked at; ``instead_of`` an older one with another answer, which was not.
    """

    exercise: str
    title: str
    passed: bool
    source: str = ""
    instead_of: str = ""
    condition: str = ""
    seen: str = ""
    expected: str = ""
    told: tuple[str, ...] = ()


def require(holds: bool, condition: str, *, seen: str = "", expected: str = "") -> None:
    """Raise `NotYetError` unless it holds."""
    if not holds:
        raise NotYetError(condition, seen=seen, expected=expected)
