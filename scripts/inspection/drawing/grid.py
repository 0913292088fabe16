"""Where each subnet of a VPC stands, zones as columns and tiers as rows, and what stands in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from scripts.inspection.drawing import content
from scripts.inspection.drawing.card import PAD, Card, Row
from scripts.inspection.drawing.shapes import LINE
from scripts.inspection.model import (
    DbInstance,
    Endpoint,
    Environment,
    GlueConnection,
    Instance,
    InternetGateway,
    LoadBalancer,
    NatGateway,
    Subnet,
    Vpc,
)
from scripts.inspection.tiers import ANYWHERE


class Grid:
    """Which subnet stands where, and what stands in it.

    Attributes
    ----------
    vpc
        Its id.
    zones, tiers
        Columns and rows.
    cells
        Subnets by row and column.
    chips
        Cards of what stands in one subnet.
    bands
        Cards of what stands in several subnets of a row, with its first and last column.
    """

    def __init__(self, env: Environment, vpc: Vpc) -> None:
        self.env = env
        self.vpc = vpc.id
        self.subnets = [each for each in env.of(Subnet) if each.vpc == vpc.id]
        self.zones = sorted({each.zone for each in self.subnets})
        self.tiers = _tiers(env, self.subnets)
        self.cells: dict[tuple[int, int], list[Subnet]] = defaultdict(list)
        for subnet in self.subnets:
            self.cells[self.tiers.index(subnet.tier), self.zones.index(subnet.zone)].append(subnet)
        self.row_of = {each.id: row for (row, _), cell in self.cells.items() for each in cell}
        self.column_of = {each.id: column for (_, column), cell in self.cells.items() for each in cell}
        self.chips: dict[str, list[Card]] = defaultdict(list)
        self.bands: dict[int, list[tuple[Card, int, int]]] = defaultdict(list)
        for card, subnets in _placed(env, vpc.id, {each.id: each for each in self.subnets}):
            self._place(card, subnets)

    def _place(self, card: Card, subnets: Sequence[str]) -> None:
        rows = {self.row_of[each] for each in subnets}
        columns = sorted(self.column_of[each] for each in subnets)
        if len(rows) == 1 and len(columns) > 1:
            (row,) = rows
            span = range(columns[0], columns[-1] + 1)
            if columns == list(span) and all(len(self.cells[row, column]) == 1 for column in span):
                self.bands[row].append((card, columns[0], columns[-1]))
                return
        for each in subnets:
            self.chips[each].append(card)

    def band_lanes(self, row: int) -> list[tuple[Card, int, int, float]]:
        """The row's bands, each with how far below the subnets' text it begins."""
        found, top = [], 0.0
        for card, first, last in self.bands[row]:
            found.append((card, first, last, top))
            top += card.height + PAD
        return found

    def text_height(self, row: int) -> float:
        """Of the highest text in a row of subnets."""
        rows = [
            len(content.subnet_rows(self.env, each))
            for c in range(len(self.zones))
            for each in self.cells[row, c]
        ]
        return 2 * PAD + LINE * (1 + max(rows, default=0))

    def bands_height(self, row: int) -> float:
        """Of all bands of a row, with what is below each."""
        return sum(card.height + PAD for card, _, _ in self.bands[row])

    def height(self, row: int) -> float:
        """Of a row of subnets: of its highest cell."""
        head = self.text_height(row) + self.bands_height(row)
        return max(
            sum(self.box_height(head, each) for each in self.cells[row, column])
            + PAD * (len(self.cells[row, column]) - 1)
            for column in range(len(self.zones))
        )

    def box_height(self, head: float, subnet: Subnet) -> float:
        cards = (*self.chips[subnet.id], *self.nats(subnet))
        return head + sum(card.height + PAD for card in cards) + (0 if cards else 2)

    def nats(self, subnet: Subnet) -> list[Card]:
        """Cards of the NAT gateways in a subnet."""
        return [content.nat_card(each) for each in self.env.of(NatGateway) if each.subnet == subnet.id]


def _tiers(env: Environment, subnets: Sequence[Subnet]) -> list[str]:
    """Tiers from the internet inwards."""
    gateways = {each.id for each in env.of(InternetGateway)}
    rank: dict[str, int] = {}
    for subnet in subnets:
        table = content.table_of(env, subnet)
        ways = [route.target for route in table.routes if route.destination in ANYWHERE] if table else []
        own = 0 if any(way in gateways for way in ways) else 1 if ways else 2
        rank[subnet.tier] = min(own, rank.get(subnet.tier, 2))
    return sorted(rank, key=lambda tier: (rank[tier], tier))


def _placed(env: Environment, vpc: str, subnets: dict[str, Subnet]) -> Iterator[tuple[Card, list[str]]]:
    """What stands in subnets, each with those that it stands in."""
    standing: list[tuple[Card, Sequence[str]]] = []
    for balancer in env.of(LoadBalancer):
        standing.append((content.load_balancer_card(env, balancer), balancer.subnets))
    for endpoint in (each for each in env.of(Endpoint) if each.vpc == vpc):
        standing.append((content.endpoint_card(endpoint), endpoint.subnets))
    for instance in env.of(Instance):
        standing.append((_undecided(content.instance_card(instance), instance.subnets), instance.subnets))
    for connection in env.of(GlueConnection):
        for card in content.job_cards(env, connection):
            standing.append((_undecided(card, connection.subnets), connection.subnets))
    for database in env.of(DbInstance):
        own = [each for each in database.subnets if each in subnets]
        here = [each for each in own if subnets[each].zone == database.zone]
        card = content.db_card(database)
        standing.append((card, here[:1]) if here else (_undecided(card, own), own))
    for card, within in standing:
        found = [each for each in within if each in subnets]
        if found:
            yield card, found


def _undecided(card: Card, subnets: Sequence[str]) -> Card:
    """Before an apply nobody knows in which of several zones something will run."""
    if len(subnets) < 2:
        return card
    return Card(card.heading, (*card.rows, Row("in one of these zones")), card.role, card.mark, card.title)
