"""The whole drawing: each VPC, the chain of its security groups, and what lies beside the network."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.inspection.drawing import content, flows, network
from scripts.inspection.drawing.card import Card, Row
from scripts.inspection.drawing.layered import GAP, Arrow, Laid, lay_out
from scripts.inspection.drawing.palette import SIGNS, ink_of, signed
from scripts.inspection.drawing.shapes import (
    BODY,
    HEADING,
    TITLE,
    Box,
    Drawing,
    Shape,
    Text,
    text_width,
)
from scripts.inspection.model import (
    Environment,
    LogGroup,
    Resource,
    Role,
    Secret,
    SecurityGroup,
    Subnet,
    Table,
    Vpc,
)

_MARGIN = 20.0


def draw(env: Environment, *, lists: bool = True) -> Drawing:
    """The environment as a drawing; the same environment is always drawn the same.

    Parameters
    ----------
    lists
        Whether what takes part in no flow (tables, log groups, secrets, roles) is listed.
    """
    x, y = _MARGIN, _MARGIN + 20
    shapes: list[Shape] = [
        Text(x, y, env.name, TITLE),
        Text(x + text_width(env.name, TITLE) + 12, y, env.source, BODY, "muted"),
    ]
    right = x + text_width(env.name, TITLE) + 12 + text_width(env.source, BODY)
    y += 24
    marks = [mark for mark in SIGNS if any(each.mark is mark for each in env.resources)]
    at = x
    for mark in marks:
        sign = signed(mark, str(mark))
        shapes.append(Text(at, y, sign, BODY, ink_of(mark)))
        at += text_width(sign, BODY) + 24
    right = max(right, at)
    y += 16 if marks else 0
    for vpc in env.of(Vpc):
        block = network.draw(env, vpc, x, y)
        shapes += block.shapes
        right, y = max(right, block.right), block.bottom + 34
        groups = [each for each in env.of(SecurityGroup) if each.vpc == vpc.id]
        if groups:
            shapes.append(Text(x, y, "Security groups: who may open connections to whom", HEADING))
            laid = _chain(env, groups, x, y + 16)
            shapes += laid.shapes
            right, y = max(right, x + laid.width), y + 16 + laid.height + 38
    laid = _beside(env, x, y + 16, right, _lists(env) if lists else [])
    if laid.shapes:
        shapes.append(Text(x, y, "Beside the network", HEADING))
        shapes += laid.shapes
        right, y = max(right, x + laid.width), y + 16 + laid.height + 20
    width, height = right + _MARGIN, y + _MARGIN
    page = Box(0, 0, width, height, "page")
    return Drawing(width, height, f"The environment {env.name}", describe(env), (page, *shapes))


def describe(env: Environment) -> str:
    """The drawing in words, for who cannot see it."""
    counts: dict[str, int] = {}
    for each in env.resources:
        counts[each.kind] = counts.get(each.kind, 0) + 1
    return f"Read from {env.source}. " + ", ".join(f"{kind}: {count}" for kind, count in counts.items()) + "."


def _chain(env: Environment, groups: Sequence[SecurityGroup], x: float, y: float) -> Laid:
    """Groups as cards, an arrow for each that admits another; admitted networks stand for themselves."""
    own = {group.id for group in groups}
    used = [group for group in groups if group.rules or any(_admits(other, group) for other in groups)]
    cards: dict[str, Card] = {}
    arrows: list[Arrow] = []
    for group in used:
        for row, peer in enumerate(content.admitted(group)):
            if peer not in own:
                cards.setdefault(peer, Card(content.label(env, peer), (), "outside"))
            if peer != group.id:
                arrows.append(Arrow(peer, group.id, row))
    cards |= {group.id: content.group_card(env, group) for group in used}
    idle = [group for group in groups if group not in used]
    laid = lay_out(cards, arrows, x, y, "chain")
    if not idle:
        return laid
    card = Card("groups without rules", tuple(Row(each.name, each.mark) for each in idle), "outside")
    top = y + laid.height + (GAP if cards else 0)
    width = min(card.width, 340)
    return Laid(max(laid.width, width), top + card.height - y, (*laid.shapes, *card.draw(x, top, width)))


def _admits(group: SecurityGroup, peer: SecurityGroup) -> bool:
    return any(rule.peer == peer.id for rule in group.rules)


def _beside(env: Environment, x: float, y: float, right: float, lists: Sequence[Card]) -> Laid:
    """Flows of data and messages first, lists of what has none below."""
    cards, arrows = flows.of(env)
    laid = lay_out(cards, arrows, x, y, "flow")
    shapes, top, widest = list(laid.shapes), y + laid.height + (GAP if cards else 0), laid.width
    left, lowest = x, top
    for card in lists:
        width = min(max(card.width, 150), 360)
        if left > x and left + width > right:
            left, top = x, lowest + GAP
        shapes += card.draw(left, top, width)
        left += width + GAP
        widest, lowest = max(widest, left - GAP - x), max(lowest, top + card.height)
    return Laid(widest, lowest - y, tuple(shapes))


def _lists(env: Environment) -> list[Card]:
    kinds: tuple[tuple[type[Resource], str], ...] = (
        (Table, "DynamoDB tables"), (LogGroup, "log groups"), (Secret, "secrets (names only)"),
        (Role, "IAM roles"),
    )  # fmt: skip
    vpcs = {each.id for each in env.of(Vpc)}
    within: tuple[Subnet | SecurityGroup, ...] = (*env.of(Subnet), *env.of(SecurityGroup))
    rows = tuple(Row(f"{each.kind} {each.name}", each.mark) for each in within if each.vpc not in vpcs)
    homeless = [Card("in a VPC that is not known here", rows, "outside")] if rows else []
    return homeless + [
        Card(
            f"{title} ({len(found)})",
            tuple(Row(each.name, each.mark) for each in found),
            "outside",
        )
        for kind, title in kinds
        if (found := list(env.of(kind)))
    ]
