"""One VPC: its subnets in their grid, gateways at the edge, routes in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scripts.inspection.drawing import content
from scripts.inspection.drawing.card import PAD, Card, Row
from scripts.inspection.drawing.grid import Grid
from scripts.inspection.drawing.routing import COLUMN, LABEL, Geometry, Way, together, ways
from scripts.inspection.drawing.shapes import BODY, HEADING, Box, Line, Shape, Text, fitted
from scripts.inspection.model import Endpoint, Environment, InternetGateway, NatGateway, Resource, Subnet, Vpc

_EDGE = 170.0


@dataclass(frozen=True)
class Block:
    """Shapes with their lower right corner."""

    right: float
    bottom: float
    shapes: tuple[Shape, ...]


def draw(env: Environment, vpc: Vpc, x: float, y: float) -> Block:
    """A VPC with its top left corner at a point; the internet is above it."""
    grid = Grid(env, vpc)
    found = ways(env, grid)
    gateways = [each for each in env.of(InternetGateway) if each.vpc == vpc.id]
    top = y + (84 if gateways else 0)
    inside = top + 92
    geometry = Geometry(grid, found, x + PAD, inside)
    endpoints = _edge_cards(env, vpc, found)
    right = geometry.right + (_EDGE + 24 if endpoints else 0)
    centres = {way.hub: geometry.track(way.gutter, way.hub) for way in found if way.hub in endpoints}
    lowest = max((centres[hub] + card.height / 2 for hub, card in endpoints.items()), default=0.0)
    bottom = max(geometry.bottom, lowest) + PAD
    frame = Box(x, top, max(right - x, 420), bottom - top, "vpc", vpc.mark, _told(vpc))
    shapes: list[Shape] = [frame]
    shapes += _zones(grid, geometry, inside)
    boxes: dict[str, Box] = {}
    hubs: dict[str, list[tuple[float, float]]] = {}
    for row, tier in enumerate(grid.tiers):
        shapes += _tier(grid, geometry, row, tier, x + PAD, boxes, hubs)
    # Above the middle of the zones: a gutter, or the middle of a column, whose name stands at its left.
    middle = (geometry.lefts[0] + geometry.lefts[len(grid.zones) - 1] + COLUMN) / 2 if grid.zones else x + 210
    room = middle - x - 110 if gateways else frame.width - 2 * PAD
    heading = fitted(f"VPC {vpc.name} · {', '.join(vpc.cidrs)}", HEADING, room)
    shapes.append(Text(x + PAD, top + 26, heading, HEADING))
    for number, gateway in enumerate(gateways):
        at = middle - 95 - 210 * number
        shapes += _internet(gateway, at, y, top)
        hubs[gateway.id] = [(at + 95, top + 24)]
    for hub, card in endpoints.items():
        at = geometry.right + 14
        shapes += card.draw(at, centres[hub] - card.height / 2, _EDGE)
        hubs[hub] = [(at, centres[hub])]
    shapes += (_route(env, way, geometry.path(way, boxes), hubs[way.hub]) for way in found)
    return Block(frame.right, frame.bottom, tuple(shapes))


def _route(
    env: Environment, way: Way, points: list[tuple[float, float]], aim: list[tuple[float, float]]
) -> Line:
    """The line of a route: to its gateway's track, along it, and to the gateway."""
    whole = [*points, (aim[0][0], points[-1][1]), *aim]
    title = f"route from {content.label(env, way.subnet)} to {content.label(env, way.hub)}"
    role = "endpoint" if isinstance(env.get(way.hub), Endpoint) else "route"
    return Line(tuple(_straight(whole)), role, title=title)


def _straight(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without points that repeat the one before."""
    return [point for number, point in enumerate(points) if number == 0 or point != points[number - 1]]


def _told(resource: Resource) -> str:
    return f"{resource.kind} {resource.name}, {resource.id}"


def _zones(grid: Grid, geometry: Geometry, inside: float) -> Iterator[Shape]:
    for column, zone in enumerate(grid.zones):
        left = geometry.lefts[column]
        height = geometry.bottom - inside + 34
        yield Box(left - 9, inside - 34, COLUMN + 18, height, "zone", title=f"zone {zone}", dashed=True)
        yield Text(left + 3, inside - 14, zone or "zone known after apply", BODY, "muted")


def _tier(
    grid: Grid,
    geometry: Geometry,
    row: int,
    tier: str,
    x: float,
    boxes: dict[str, Box],
    hubs: dict[str, list[tuple[float, float]]],
) -> Iterator[Shape]:
    top, height = geometry.tops[row], grid.height(row)
    yield Text(x, top + 22, fitted(tier, HEADING, LABEL - 16), HEADING)
    head = grid.text_height(row) + grid.bands_height(row)
    for column in range(len(grid.zones)):
        cell, y = grid.cells[row, column], top
        for subnet in cell:
            own = height if len(cell) == 1 else grid.box_height(head, subnet)
            yield from _subnet(
                grid, subnet, geometry.lefts[column], y, own, head, _ground(row, grid), boxes, hubs
            )
            y += own + PAD
    for card, first, last, below in grid.band_lanes(row):
        left = geometry.lefts[first] + PAD
        width = geometry.lefts[last] + COLUMN - PAD - left
        # Ways run along the columns: its text stays in the first one.
        yield from card.draw(left, top + grid.text_height(row) + below, width, text_width=COLUMN - 2 * PAD)


def _ground(row: int, grid: Grid) -> str:
    return ("public", "private", "isolated")[min(row, 2) if len(grid.tiers) > 1 else 0]


def _subnet(
    grid: Grid,
    subnet: Subnet,
    x: float,
    y: float,
    height: float,
    head: float,
    ground: str,
    boxes: dict[str, Box],
    hubs: dict[str, list[tuple[float, float]]],
) -> Iterator[Shape]:
    box = Box(x, y, COLUMN, height, ground, subnet.mark, _told(subnet))
    boxes[subnet.id] = box
    yield box
    text = Card(subnet.name, tuple(content.subnet_rows(grid.env, subnet)), mark=subnet.mark)
    yield from (shape for shape in text.draw(x, y, COLUMN) if isinstance(shape, Text))
    at = y + head
    for card in grid.chips[subnet.id]:
        yield from card.draw(x + 18, at, COLUMN - 36)
        at += card.height + PAD
    # Gateways stand lowest, next to the gutter from which they are reached.
    nats = [each for each in grid.env.of(NatGateway) if each.subnet == subnet.id]
    at = box.bottom - sum(card.height + PAD for card in grid.nats(subnet))
    for nat, card in zip(nats, grid.nats(subnet), strict=True):
        yield from card.draw(x + 18, at, COLUMN - 36)
        middle = at + card.height / 2
        hubs[nat.id] = [(x + 9, middle), (x + 18, middle)]
        at += card.height + PAD


def _internet(gateway: InternetGateway, x: float, y: float, top: float) -> Iterator[Shape]:
    yield Box(x, y, 190, 34, "outside", title="the internet")
    yield Text(x + 95, y + 22, "internet", BODY, centred=True)
    yield Line(((x + 95, top - 24), (x + 95, y + 34)), "route")
    card = Card("internet gateway", (Row(gateway.name),), "gateway", gateway.mark, _told(gateway))
    yield from card.draw(x, top - 24, 190)


def _edge_cards(env: Environment, vpc: Vpc, found: Sequence[Way]) -> dict[str, Card]:
    """The boxes of gateway endpoints at the VPC's edge, by the id of the first endpoint in each."""
    cards: dict[str, Card] = {}
    for way in found:
        first = env.get(way.hub)
        if isinstance(first, Endpoint) and first.vpc == vpc.id and way.hub not in cards:
            same = [each for each in env.of(Endpoint) if together(each) == together(first)]
            services = tuple(Row(each.service) for each in same)
            title = "gateway endpoint " + ", ".join(each.service for each in same)
            cards[way.hub] = Card("gateway endpoint", services, "gateway", first.mark, title)
    return cards
