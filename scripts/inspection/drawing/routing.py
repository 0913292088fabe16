"""The lines of routes: which there are, and their ways through the gutters between subnets.

No text stands in a gutter and no line leaves the gutters, so that neither ever covers the other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from scripts.inspection.drawing import content
from scripts.inspection.drawing.grid import Grid
from scripts.inspection.drawing.shapes import Box
from scripts.inspection.model import Endpoint, Environment, InternetGateway, NatGateway

COLUMN = 330.0
LABEL = 104.0
_SIDE, _SIDE_TRACK = 26.0, 8.0
_GUTTER, _TRACK = 30.0, 9.0


@dataclass(frozen=True)
class Way:
    """A route worth a line: from a subnet to a gateway (``hub``), which is reached from one gutter."""

    subnet: str
    hub: str
    gutter: int


def ways(env: Environment, grid: Grid) -> list[Way]:
    """The routes that are drawn: to internet gateways, NAT gateways and gateway endpoints."""
    found: dict[tuple[str, str], Way] = {}
    hubs: dict[str, int] = {each.id: 0 for each in env.of(InternetGateway) if each.vpc == grid.vpc}
    for nat in env.of(NatGateway):
        if nat.subnet in grid.row_of:
            hubs[nat.id] = grid.row_of[nat.subnet] + 1
    tables = {subnet.id: content.table_of(env, subnet) for subnet in grid.subnets}
    for endpoint in env.of(Endpoint):
        rows = [grid.row_of[s] for s, table in tables.items() if table and table.id in endpoint.route_tables]
        if rows and endpoint.type == "Gateway" and endpoint.vpc == grid.vpc:
            hubs[endpoint.id] = max(rows) + 1
    for subnet, table in tables.items():
        for route in table.routes if table else ():
            hub = merged(env, route.target)
            if route.active and route.target in hubs:
                found[subnet, hub] = Way(subnet, hub, hubs[route.target])
    return list(found.values())


def merged(env: Environment, target: str) -> str:
    """Gateway endpoints of the same tables share one box: its id is the first one's."""
    this = env.get(target)
    if not isinstance(this, Endpoint):
        return target
    same = [each.id for each in env.of(Endpoint) if together(each) == together(this)]
    return same[0]


def together(endpoint: Endpoint) -> tuple[object, ...]:
    return endpoint.type, endpoint.vpc, endpoint.route_tables, endpoint.mark


class Geometry:
    """Where rows, columns and gutters are."""

    def __init__(self, grid: Grid, found: Sequence[Way], x: float, y: float) -> None:
        self._grid = grid
        self._tracks: dict[int, list[str]] = defaultdict(list)
        for way in found:
            if way.hub not in self._tracks[way.gutter]:
                self._tracks[way.gutter].append(way.hub)
        sides = Counter(grid.column_of[way.subnet] for way in found if not self._borders(way))
        self.lefts: list[float] = []
        left = x + LABEL
        for column in range(len(grid.zones)):
            self.lefts.append(left)
            left += COLUMN + _SIDE + _SIDE_TRACK * sides[column]
        self.right = left
        self.tops: list[float] = []
        self.gutters: list[float] = []
        top = y
        for row in range(len(grid.tiers)):
            self.gutters.append(top)
            top += self._gutter(row)
            self.tops.append(top)
            top += grid.height(row)
        self.gutters.append(top)
        self.bottom = top + self._gutter(len(grid.tiers))
        self._ports: Counter[tuple[str, str]] = Counter()
        self._sides: Counter[int] = Counter()

    def _borders(self, way: Way) -> bool:
        """Whether nothing stands between a subnet and its gateway's gutter."""
        row = self._grid.row_of[way.subnet]
        cell = self._grid.cells[row, self._grid.column_of[way.subnet]]
        above = way.gutter == row and cell[0].id == way.subnet
        return above or (way.gutter == row + 1 and cell[-1].id == way.subnet)

    def _gutter(self, number: int) -> float:
        return _GUTTER + _TRACK * max(0, len(self._tracks[number]) - 1)

    def track(self, gutter: int, hub: str) -> float:
        """Height of a gateway's track in its gutter."""
        return self.gutters[gutter] + _GUTTER / 2 + _TRACK * self._tracks[gutter].index(hub)

    def path(self, way: Way, boxes: dict[str, Box]) -> list[tuple[float, float]]:
        """From a subnet to its gateway's track: straight, or else out of its side and along its column."""
        box = boxes[way.subnet]
        level = self.track(way.gutter, way.hub)
        if self._borders(way):
            upwards = way.gutter == self._grid.row_of[way.subnet]
            x = box.right - 24 - 16 * self._next(way.subnet, "top" if upwards else "bottom")
            return [(x, box.y if upwards else box.bottom), (x, level)]
        column = self._grid.column_of[way.subnet]
        side = self.lefts[column] + COLUMN + 12 + _SIDE_TRACK * self._sides[column]
        self._sides[column] += 1
        out = box.y + 14 + 10 * self._next(way.subnet, "side")
        return [(box.right, out), (side, out), (side, level)]

    def _next(self, subnet: str, edge: str) -> int:
        """Number of the next free port at an edge of a subnet."""
        port = self._ports[subnet, edge]
        self._ports[subnet, edge] += 1
        return port
