"""Cards with arrows: any graph of them can be read."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.inspection.drawing.card import Card, Row
from scripts.inspection.drawing.layered import Arrow, lay_out
from scripts.inspection.drawing.shapes import Box, Line
from tests.scripts.inspection.geometry import overlap, rectangle, segments

CARDS = "abcdefgh"


def boxes(shapes: tuple[object, ...]) -> dict[str, Box]:
    return {shape.title: shape for shape in shapes if isinstance(shape, Box)}


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, Card], list[Arrow]]:
    names = CARDS[: draw(st.integers(1, len(CARDS)))]
    heights = {name: draw(st.integers(0, 4)) for name in names}
    cards = {
        name: Card(f"card {name}", tuple(Row("row") for _ in range(count)), title=name)
        for name, count in heights.items()
    }
    pairs = draw(
        st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=12, unique=True)
    )
    arrows = [
        Arrow(source, target, draw(st.integers(-1, heights[target] - 1)))
        for source, target in pairs
        if source != target
    ]
    return cards, arrows


@settings(deadline=None, max_examples=150)
@given(graphs())
def test_cards_are_apart_and_no_arrow_runs_through_one(graph: tuple[dict[str, Card], list[Arrow]]) -> None:
    cards, arrows = graph
    laid = lay_out(cards, arrows, 10, 20, "chain")
    found = boxes(laid.shapes)
    assert set(found) == set(cards)
    for one, other in combinations(found.values(), 2):
        assert not overlap(rectangle(one), rectangle(other))
    for line in (shape for shape in laid.shapes if isinstance(shape, Line)):
        for segment in segments(line):
            assert not any(overlap(segment, rectangle(box)) for box in found.values())
        assert all(x0 == x1 or y0 == y1 for (x0, y0), (x1, y1) in pairwise(line.points))


@settings(deadline=None)
@given(graphs())
def test_everything_lies_within_the_extent_that_is_told(graph: tuple[dict[str, Card], list[Arrow]]) -> None:
    laid = lay_out(*graph, 10, 20, "chain")
    for shape in laid.shapes:
        if isinstance(shape, Box):
            assert shape.x >= 10
            assert shape.y >= 20
            assert shape.right <= 10 + laid.width
            assert shape.bottom <= 20 + laid.height


@settings(deadline=None)
@given(graphs())
def test_an_arrow_leads_from_its_source_to_the_row_that_it_is_for(
    graph: tuple[dict[str, Card], list[Arrow]],
) -> None:
    cards, arrows = graph
    laid = lay_out(cards, arrows, 0, 0, "chain")
    found = boxes(laid.shapes)
    drawn = [shape for shape in laid.shapes if isinstance(shape, Line)]
    assert {line.title for line in drawn} <= {f"{arrow.source} to {arrow.target}" for arrow in arrows}
    for line in drawn:
        source, target = line.title.split(" to ")
        arrow = next(each for each in arrows if (each.source, each.target) == (source, target))
        (start_x, start_y), (end_x, end_y) = line.points[0], line.points[-1]
        assert start_x == found[source].right
        assert found[source].y <= start_y <= found[source].bottom
        assert end_x == found[target].x
        row = found[target].y + 10 + 17 * (arrow.row + 1)
        assert row <= end_y <= row + 17


def test_arrows_without_circles_are_all_drawn_from_left_to_right() -> None:
    cards = {name: Card(name, title=name) for name in "abcd"}
    arrows = [Arrow("a", "b"), Arrow("b", "c"), Arrow("a", "c"), Arrow("d", "c")]
    laid = lay_out(cards, arrows, 0, 0, "chain")
    found = boxes(laid.shapes)
    assert found["a"].x < found["b"].x < found["c"].x
    assert found["d"].x == found["b"].x, "as near as may be to what it points to"
    assert len([shape for shape in laid.shapes if isinstance(shape, Line)]) == 4
