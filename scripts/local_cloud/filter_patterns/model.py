"""What a compiled pattern is, and what it says of a message."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scripts.errors import BadInputError


class InvalidPatternError(BadInputError):
    """The text is no filter pattern."""


def _nothing(_selector: str) -> None:
    return None


@dataclass(frozen=True)
class Match:
    """A message that a pattern matched.

    Attributes
    ----------
    extracted
        Values by name as ``TestMetricFilter`` shows them: ``$.field`` of JSON, ``$column`` of columns.
    value
        The text of any field of the message by its selector; None when the message has none such.
    """

    extracted: Mapping[str, str] = field(default_factory=dict)
    value: Callable[[str], str | None] = _nothing


class FilterPattern(ABC):
    """A compiled pattern.

    Attributes
    ----------
    structured
        Whether messages have fields that a metric's value and dimensions can be taken from.
    """

    structured = True

    @abstractmethod
    def match(self, message: str) -> Match | None:
        """What the pattern finds in a message; None when it does not match."""

    @abstractmethod
    def check_selector(self, selector: str) -> None:
        """Raise InvalidPatternError for a selector that can never have a value."""
