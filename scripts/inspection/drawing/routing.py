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
    hubs: dict[str, int] = {each.id: 0 for each in env.of(InternetGateway)}
    for nat in env.of(NatGateway):
        if nat.subnet in grid.row_of:
            hubs[nat.id] = grid.row_of[nat.subnet] + 1
    tables = {subnet.id: content.table_of(env, subnet) for subnet in grid.subnets}
    for endpoint in env.of(Endpoint):
        rows = [grid.row_of[s] for s, table in tables.items() if table and table.id in endpoint.route_tables]
        if rows and endpoint.type == "Gateway":
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
        self.grid = grid
        # Where a subnet does not border on the gateway's gutter, the way goes round its column's side.
        self.around = {way for way in found if way.gutter not in self._borders(way)}
        self.tracks: dict[int, list[str]] = defaultdict(list)
        for way in found:
            for gutter in {way.gutter, self.exit(way)}:
                track = way.hub if gutter == way.gutter else f"{way.subnet} {way.hub}"
                if track not in self.tracks[gutter]:
                    self.tracks[gutter].append(track)
        sides = Counter(grid.column_of[way.subnet] for way in self.around)
        self.lefts, left = [], x + LABEL
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
        self._ports: Counter[tuple[str, bool]] = Counter()
        self._sides: Counter[int] = Counter()

    def _borders(self, way: Way) -> tuple[int, int]:
        row = self.grid.row_of[way.subnet]
        return row, row + 1

    def exit(self, way: Way) -> int:
        """The gutter into which a way leaves its subnet."""
        row = self.grid.row_of[way.subnet]
        return row if way.gutter <= row else row + 1

    def _gutter(self, number: int) -> float:
        return _GUTTER + _TRACK * max(0, len(self.tracks[number]) - 1)

    def track(self, gutter: int, name: str) -> float:
        """Height of a track in a gutter."""
        return self.gutters[gutter] + _GUTTER / 2 + _TRACK * self.tracks[gutter].index(name)

    def path(self, way: Way, boxes: dict[str, Box]) -> list[tuple[float, float]]:
        """From a subnet to its gateway's track."""
        box = boxes[way.subnet]
        upwards = self.exit(way) == self.grid.row_of[way.subnet]
        port = self._ports[way.subnet, upwards]
        self._ports[way.subnet, upwards] += 1
        x = box.right - 24 - 16 * port
        points = [(x, box.y if upwards else box.bottom)]
        if way in self.around:
            column = self.grid.column_of[way.subnet]
            side = self.lefts[column] + COLUMN + 10 + _SIDE_TRACK * self._sides[column]
            self._sides[column] += 1
            first = self.track(self.exit(way), f"{way.subnet} {way.hub}")
            points += [(x, first), (side, first), (side, self.track(way.gutter, way.hub))]
        else:
            points.append((x, self.track(way.gutter, way.hub)))
        return points
