"""Boxes with lines of text: how high they are, and how they are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.inspection.drawing.palette import ink_of, signed
from scripts.inspection.drawing.shapes import BODY, LINE, SMALL, Box, Shape, Text, fitted
from scripts.inspection.drawing.shapes import text_width as measured
from scripts.inspection.model import Mark

PAD = 10.0


@dataclass(frozen=True)
class Row:
    """A line below a card's heading."""

    text: str
    mark: Mark = Mark.NONE
    indent: float = 0.0


@dataclass(frozen=True)
class Card:
    """A box with a heading and lines.

    Attributes
    ----------
    heading
        What it is, first of all.
    rows
        What else there is to say.
    role
        Its colours.
    title
        Told to who points at it or cannot see it.
    """

    heading: str
    rows: tuple[Row, ...] = ()
    role: str = "chip"
    mark: Mark = Mark.NONE
    title: str = ""

    @property
    def height(self) -> float:
        """Pixels."""
        return PAD * 2 + LINE * (1 + len(self.rows)) - 4

    @property
    def width(self) -> float:
        """Pixels that its longest line would like to have."""
        rows = (row.indent + measured(signed(row.mark, row.text), SMALL) for row in self.rows)
        return 2 * PAD + max(measured(signed(self.mark, self.heading), BODY), *rows, 0.0)

    def row_y(self, top: float, place: int) -> float:
        """Where the middle of a row is when the card's top is at ``top``."""
        return top + PAD + LINE * (place + 1) + LINE / 2 - 2

    def draw(self, x: float, y: float, width: float, *, text_width: float | None = None) -> Iterator[Shape]:
        """The card with its top left corner at a point; its text takes all of its width or less."""
        about = self.title or "; ".join((self.heading, *(row.text for row in self.rows)))
        told = f"{about} ({self.mark})" if self.mark is not Mark.NONE else about
        yield Box(x, y, width, self.height, self.role, self.mark, told)
        room = (text_width or width) - 2 * PAD
        heading = fitted(signed(self.mark, self.heading), BODY, room)
        yield Text(x + PAD, y + PAD + LINE - 6, heading, BODY, ink_of(self.mark))
        for place, row in enumerate(self.rows, start=1):
            # What holds for the whole card is said once.
            mark = Mark.NONE if row.mark is self.mark else row.mark
            text = fitted(signed(mark, row.text), SMALL, room - row.indent)
            at = x + PAD + row.indent
            yield Text(at, y + PAD + LINE * (place + 1) - 6, text, SMALL, ink_of(mark, "muted"))
