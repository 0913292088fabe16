"""What a drawing is made of, and how wide a text is."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import cache

from PIL import ImageFont

from scripts.inspection.model import Mark

#: Sizes of text in pixels: nothing is smaller than SMALL.
TITLE, HEADING, BODY, SMALL = 20.0, 15.0, 13.0, 12.0
LINE = 17.0
"""From one line of text to the next."""

#: The widest sans serif that a viewer is likely to fall back to (DejaVu Sans, Verdana) against ours.
_WIDEST = 1.16


@dataclass(frozen=True)
class Box:
    """A rectangle; ``role`` names its colours, ``title`` is what a reader or a pointer is told of it."""

    x: float
    y: float
    width: float
    height: float
    role: str
    mark: Mark = Mark.NONE
    title: str = ""
    dashed: bool = False

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True)
class Line:
    """A line through points, at right angles; with ``arrow`` its last point is its aim."""

    points: tuple[tuple[float, float], ...]
    role: str = "route"
    arrow: bool = True
    title: str = ""


@dataclass(frozen=True)
class Text:
    """One line of text; ``x`` is its left edge, or its middle when centred, ``y`` its base line."""

    x: float
    y: float
    text: str
    size: float = BODY
    role: str = "ink"
    centred: bool = False

    @property
    def width(self) -> float:
        """Upper bound of its width in any usual font."""
        return text_width(self.text, self.size)


Shape = Box | Line | Text


@dataclass(frozen=True)
class Drawing:
    """Shapes in the order in which they are painted.

    Attributes
    ----------
    width, height
        In pixels.
    title, description
        For who cannot see it.
    """

    width: float
    height: float
    title: str
    description: str
    shapes: tuple[Shape, ...] = field(repr=False)


@cache
def font() -> bytes:
    """The font that comes with Pillow (Aileron, public domain): the same everywhere, installed or not."""
    regular = ImageFont.load_default(100)
    if not isinstance(regular, ImageFont.FreeTypeFont) or not isinstance(regular.path, io.BytesIO):
        raise TypeError("this Pillow was built without FreeType, or brings no font of its own")
    return regular.path.getvalue()


@cache
def _measure() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(font()), 100, layout_engine=ImageFont.Layout.BASIC)


@cache
def text_width(text: str, size: float) -> float:
    """Upper bound in pixels of a text's width, whichever usual sans serif shows it."""
    latin = "".join(character for character in text if character.isascii() or character == "·")
    # A character beyond our font's may be as wide as it is high.
    others = len(text) - len(latin)
    return (_measure().getlength(latin) / 100 * _WIDEST + others) * size


def fitted(text: str, size: float, width: float) -> str:
    """The text, cut with an ellipsis where it is wider than there is room."""
    if text_width(text, size) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle].rstrip() + "...", size) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "..."
