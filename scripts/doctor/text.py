"""Lines of text for people: readable at 80 columns, on a terminal and in a file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

WIDTH = 80


def wrapped(text: str, indent: str = "") -> list[str]:
    """A text folded at words; what has none (an id, an ARN) stays whole."""
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [""]


def heading(text: str) -> Iterator[str]:
    """A line above others, with an empty one before it."""
    yield ""
    yield from wrapped(text)
