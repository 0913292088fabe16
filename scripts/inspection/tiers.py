"""Which tier a subnet belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scripts.inspection.model import InternetGateway, Resource, RouteTable, Subnet

ANYWHERE = ("0.0.0.0/0", "::/0")


def table_of(tables: Sequence[RouteTable], subnet: Subnet) -> RouteTable | None:
    """The route table that governs a subnet: its own, else the VPC's main one; None while nobody knows."""
    own = next((table for table in tables if subnet.id in table.subnets), None)
    if own is not None or not subnet.table_known:
        return own
    return next((table for table in tables if table.main and table.vpc == subnet.vpc), None)


def with_tiers(resources: Sequence[Resource]) -> list[Resource]:
    """The same resources, in which every subnet has a tier.

    Without a tag Tier it follows from the routes: ``public`` with one to an internet gateway, ``private``
    with one to anywhere else, ``isolated`` with none; ``unknown`` while nobody knows them.
    """
    gateways = {each.id for each in resources if isinstance(each, InternetGateway)}
    tables = [each for each in resources if isinstance(each, RouteTable)]

    def tier(subnet: Subnet) -> str:
        if not subnet.table_known:
            return "unknown"
        table = table_of(tables, subnet)
        ways = [route.target for route in table.routes if route.destination in ANYWHERE] if table else []
        if not ways:
            return "isolated"
        return "public" if any(way in gateways for way in ways) else "private"

    return [
        replace(each, tier=tier(each)) if isinstance(each, Subnet) and not each.tier else each
        for each in resources
    ]
