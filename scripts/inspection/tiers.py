"""Which tier a subnet belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scripts.inspection.model import InternetGateway, Resource, RouteTable, Subnet

ANYWHERE = ("0.0.0.0/0", "::/0")


def with_tiers(resources: Sequence[Resource]) -> list[Resource]:
    """The same resources, in which every subnet has a tier.

    Without a tag Tier it follows from the routes: ``public`` with one to an internet gateway, ``private``
    with one to anywhere else, ``isolated`` with none.
    """
    gateways = {each.id for each in resources if isinstance(each, InternetGateway)}
    tables = [each for each in resources if isinstance(each, RouteTable)]

    def tier(subnet: Subnet) -> str:
        own = next((table for table in tables if subnet.id in table.subnets), None)
        table = own or next((table for table in tables if table.main and table.vpc == subnet.vpc), None)
        ways = [route.target for route in table.routes if route.destination in ANYWHERE] if table else []
        if not ways:
            return "isolated"
        return "public" if any(way in gateways for way in ways) else "private"

    return [
        replace(each, tier=tier(each)) if isinstance(each, Subnet) and not each.tier else each
        for each in resources
    ]
