"""Cards in columns, with arrows from left to right: chains of security groups, flows of data.

The usual way (Sugiyama): every card stands right of all that point to it, an arrow that passes a column gets
a place of its own in it, and the cards of a column are put in the order of their neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scripts.inspection.drawing.card import Card
from scripts.inspection.drawing.shapes import Line, Shape

GAP = 14.0
_CHANNEL, _TRACK = 34.0, 9.0
_NARROWEST, _WIDEST = 150.0, 420.0


@dataclass(frozen=True)
class Arrow:
    """From one card to a row of another (0 is the first below the heading), or to its heading (-1)."""

    source: str
    target: str
    row: int = -1


@dataclass(frozen=True)
class Laid:
    """Shapes with their extent, from an origin of (0, 0)."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


_Link = tuple[str, str, int]
"""From a place in one column to a place in the next; the arrow's number."""


def lay_out(cards: Mapping[str, Card], arrows: Sequence[Arrow], x: float, y: float, role: str) -> Laid:
    """Draw cards and arrows with the top left corner at a point.

    Parameters
    ----------
    cards
        By any id; their order breaks ties.
    arrows
        Between them. One that would close a circle is left out: the row of its target tells it.
    role
        Colour of the arrows.
    """
    forward = _without_circles(list(cards), arrows)
    columns, links = _columns(
        list(cards), arrows, _layers(list(cards), [arrows[n] for n in forward]), forward
    )
    _order(columns, links)
    widths = [
        max([_NARROWEST, *(min(cards[each].width, _WIDEST) for each in column if each in cards)])
        for column in columns
    ]
    channels = [len({n for s, _, n in links if s in column}) for column in columns]
    lefts, left = [], x
    for width, tracks in zip(widths, channels, strict=True):
        lefts.append(left)
        left += width + _CHANNEL + _TRACK * tracks
    tops = {each: top for column in columns for each, top in _stacked(column, cards, y).items()}
    bottom = max((top + (cards[e].height if e in cards else 0) for e, top in tops.items()), default=y)
    shapes: list[Shape] = []
    for number, column in enumerate(columns):
        for each in column:
            if each in cards:
                shapes += cards[each].draw(lefts[number], tops[each], widths[number])
    shapes += _lines(cards, arrows, columns, links, lefts, widths, tops, role)
    width = (lefts[-1] + widths[-1] - x) if columns else 0.0
    return Laid(width, bottom - y, tuple(shapes))


def _without_circles(cards: Sequence[str], arrows: Sequence[Arrow]) -> list[int]:
    """Numbers of the arrows that are left when those that close a circle are taken out."""
    after: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for number, arrow in enumerate(arrows):
        after[arrow.source].append((arrow.target, number))
    kept: list[int] = []
    done: set[str] = set()
    for start in cards:
        open_: list[str] = []
        stack = [(start, False)]
        while stack:
            card, leaving = stack.pop()
            if leaving:
                open_.remove(card)
                done.add(card)
            elif card not in done and card not in open_:
                open_.append(card)
                stack.append((card, True))
                for target, number in after[card]:
                    if target not in open_:
                        kept.append(number)
                        stack.append((target, False))
    return sorted(kept)


def _layers(cards: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, int]:
    """Column of each card: right of all that point to it, and as near as may be to what it points to."""
    layer = dict.fromkeys(cards, 0)
    for _ in cards:
        for arrow in arrows:
            layer[arrow.target] = max(layer[arrow.target], layer[arrow.source] + 1)
    for _ in cards:
        for card in cards:
            targets = [layer[arrow.target] for arrow in arrows if arrow.source == card]
            if targets:
                layer[card] = min(targets) - 1
    return layer


def _columns(
    cards: Sequence[str], arrows: Sequence[Arrow], layer: Mapping[str, int], forward: Sequence[int]
) -> tuple[list[list[str]], list[_Link]]:
    """Cards by column with a stand-in wherever an arrow passes one, and the links from column to column."""
    columns: list[list[str]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for card in cards:
        columns[layer[card]].append(card)
    links: list[_Link] = []
    for number in forward:
        arrow = arrows[number]
        at = arrow.source
        for passed in range(layer[arrow.source] + 1, layer[arrow.target]):
            # One way for all arrows between the same two cards.
            stand_in = f"{arrow.source} {arrow.target} {passed}"
            if stand_in not in columns[passed]:
                columns[passed].append(stand_in)
            links.append((at, stand_in, number))
            at = stand_in
        links.append((at, arrow.target, number))
    return columns, links


def _order(columns: list[list[str]], links: Sequence[_Link]) -> None:
    """Sort each column by where its neighbours are, forth and back."""
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for source, target, _ in links:
        before[target].append(source)
        after[source].append(target)
    for _ in range(4):
        for neighbours, along in ((before, columns), (after, columns[::-1])):
            place: dict[str, float] = {}
            for column in along:
                column.sort(key=_middle_of(neighbours, place, column))
                place |= {card: float(number) for number, card in enumerate(column)}


def _middle_of(
    neighbours: Mapping[str, Sequence[str]], place: Mapping[str, float], column: Sequence[str]
) -> Callable[[str], float]:
    """Where a card belongs in its column: amid its neighbours, or where it is if it has none."""
    own = {card: float(number) for number, card in enumerate(column)}

    def key(card: str) -> float:
        found = [place[each] for each in neighbours.get(card, ()) if each in place]
        return sum(found) / len(found) if found else own[card]

    return key


def _stacked(column: Sequence[str], cards: Mapping[str, Card], y: float) -> dict[str, float]:
    tops, top = {}, y
    for each in column:
        tops[each] = top
        top += (cards[each].height if each in cards else 0.0) + GAP
    return tops


def _lines(
    cards: Mapping[str, Card],
    arrows: Sequence[Arrow],
    columns: Sequence[Sequence[str]],
    links: Sequence[_Link],
    lefts: Sequence[float],
    widths: Sequence[float],
    tops: Mapping[str, float],
    role: str,
) -> list[Shape]:
    """Every arrow as one line; each source has a track of its own in the channel right of it."""
    column_of = {each: number for number, column in enumerate(columns) for each in column}
    tracks: list[dict[str, int]] = [{} for _ in columns]
    shapes: list[Shape] = []
    for number, arrow in enumerate(arrows):
        own = [(source, target) for source, target, which in links if which == number]
        if not own:
            continue
        card = cards[arrow.source]
        points = [
            (
                lefts[column_of[arrow.source]] + widths[column_of[arrow.source]],
                tops[arrow.source] + min(card.height / 2, 22),
            )
        ]
        for source, target in own:
            column = column_of[source]
            track = tracks[column].setdefault(source, len(tracks[column]))
            x = lefts[column] + widths[column] + 12 + _TRACK * track
            y = cards[target].row_y(tops[target], arrow.row) if target in cards else tops[target]
            points += [(x, points[-1][1]), (x, y)]
            if target in cards:
                points.append((lefts[column_of[target]], y))
            else:
                points.append((lefts[column_of[target]] + widths[column_of[target]], y))
        shapes.append(Line(tuple(points), role, title=f"{arrow.source} to {arrow.target}"))
    return shapes
