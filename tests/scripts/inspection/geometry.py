"""What must not happen in a drawing: an oracle that knows nothing of how it was laid out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from scripts.inspection.drawing.shapes import Box, Drawing, Line, Shape, Text

Rectangle = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def extent(text: Text) -> Rectangle:
    left = text.x - text.width / 2 if text.centred else text.x
    return left, text.y - 0.78 * text.size, left + text.width, text.y + 0.22 * text.size


def rectangle(box: Box) -> Rectangle:
    return box.x, box.y, box.right, box.bottom


def overlap(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def within(inner: Rectangle, outer: Rectangle) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def segments(line: Line) -> Iterator[Rectangle]:
    for (x0, y0), (x1, y1) in pairwise(line.points):
        yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def overlapping_texts(shapes: Sequence[Shape]) -> list[tuple[str, str]]:
    texts = [shape for shape in shapes if isinstance(shape, Text)]
    return [(a.text, b.text) for a, b in combinations(texts, 2) if overlap(extent(a), extent(b))]


def crossed_texts(shapes: Sequence[Shape]) -> list[tuple[str, str]]:
    lines = [shape for shape in shapes if isinstance(shape, Line)]
    texts = [shape for shape in shapes if isinstance(shape, Text)]
    return [
        (line.title, text.text)
        for line in lines
        for text in texts
        if any(overlap(segment, extent(text)) for segment in segments(line))
    ]


def half_covered_boxes(shapes: Sequence[Shape]) -> list[tuple[str, str]]:
    """Cards that neither contain one another nor are apart."""
    boxes = [shape for shape in shapes if isinstance(shape, Box) and shape.role in ("chip", "data", "group")]
    return [
        (a.title, b.title)
        for a, b in combinations(boxes, 2)
        if overlap(rectangle(a), rectangle(b))
        and not within(rectangle(a), rectangle(b))
        and not within(rectangle(b), rectangle(a))
    ]


def slanted(shapes: Sequence[Shape]) -> list[str]:
    return [
        line.title
        for line in shapes
        if isinstance(line, Line)
        and any(x0 != x1 and y0 != y1 for (x0, y0), (x1, y1) in pairwise(line.points))
    ]


def beyond_the_page(drawing: Drawing) -> list[Shape]:
    page = (0.0, 0.0, drawing.width, drawing.height)
    return [
        shape
        for shape in drawing.shapes
        if not (
            all(within(each, page) for each in segments(shape))
            if isinstance(shape, Line)
            else within(extent(shape) if isinstance(shape, Text) else rectangle(shape), page)
        )
    ]
