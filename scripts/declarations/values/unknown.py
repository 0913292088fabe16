"""Values that only an apply will tell, wholly or in part."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Unknown(Enum):
    """The one value of which nothing is known."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


@dataclass(frozen=True)
class Partly:
    """A text of which some pieces (None) are not known, but that they hold no colon and are not empty."""

    pieces: tuple[str | None, ...]


def text_of(pieces: list[Any]) -> str | Partly | Unknown:
    """Texts, partly known texts, numbers and booleans put together as a template puts them."""
    joined: list[str | None] = []
    for piece in pieces:
        parts = piece.pieces if isinstance(piece, Partly) else (_plain(piece),)
        for part in parts:
            if isinstance(part, Unknown):
                return UNKNOWN
            if joined and part is not None and joined[-1] is not None:
                joined[-1] += part
            else:
                joined.append(part)
    if None in joined:
        return Partly(tuple(joined))
    return "".join(part for part in joined if part is not None)


def _plain(value: Any) -> str | Unknown:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else UNKNOWN


def is_known(value: Any) -> bool:
    """Whether nothing in a value is unknown."""
    if isinstance(value, dict):
        return all(is_known(each) for each in value.values())
    if isinstance(value, list):
        return all(is_known(each) for each in value)
    return value is None or isinstance(value, str | int | float)
