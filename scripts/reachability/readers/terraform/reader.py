"""Declarations in, network out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from scripts.declarations.declared import Declarations
from scripts.reachability.model import Interface, Network, RouteTable, Subnet, Unmodelled
from scripts.reachability.readers.assembly import Found, assemble
from scripts.reachability.readers.terraform.balancers import balancers
from scripts.reachability.readers.terraform.elsewhere import completed
from scripts.reachability.readers.terraform.ends import Ends
from scripts.reachability.readers.terraform.filters import acls, groups
from scripts.reachability.readers.terraform.managed import managed
from scripts.reachability.readers.terraform.places import Places
from scripts.reachability.readers.terraform.routing import gateways, prefix_lists, subnets, vpcs
from scripts.reachability.readers.terraform.stack import Stack
from scripts.reachability.readers.terraform.tables import endpoints, lists_of_endpoints, route_tables
from scripts.reachability.readers.terraform.unread import unread

_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d+")


def network(
    declarations: Declarations, region: str | None = None, source: str = "Terraform's plan"
) -> Network:
    """The network that a state holds, or that there will be once a plan is applied.

    Addresses that only an apply will tell are possible ones (`Interface.assumed`). What is planned for
    destruction is not there. What is declared elsewhere is there with nothing but its id, and reported.

    Parameters
    ----------
    region
        Where; None to take it from the subnets' zones or the variable ``region``.
    source
        What is read, for messages.

    Raises
    ------
    BadInputError
        What is declared cannot be a network: ids or numbers of entries are double.
    """
    stack = Stack(declarations)
    found = list(completed(list(_all(stack))))
    reports = [*stack.reports, *unread(stack)]
    if not stack.exact:
        told = (
            "a plan says to which resources an argument refers, not how: lists may hold fewer than is taken"
        )
        reports.append(Unmodelled("plan", "code not known", told))
    return assemble([*found, *reports], region=region or _region(stack, found), source=source)


def _all(stack: Stack) -> Iterator[Found]:
    places = Places(_known_addresses(stack))
    vpcs_ = vpcs(stack, places)
    subnets_ = subnets(stack, vpcs_)
    lists = lists_of_endpoints(stack)
    endpoints_ = list(endpoints(stack, lists))
    yield from vpcs_
    yield from subnets_
    yield from lists.values()
    yield from prefix_lists(stack)
    yield from endpoints_
    yield from gateways(stack)
    yield from acls(stack, vpcs_)
    yield from groups(stack, vpcs_, subnets_, lists)
    ends = Ends(stack, places, {each.id: each for each in subnets_})
    others = [*ends.all(), *managed(ends)]
    interfaces = {each.id: each for each in others if isinstance(each, Interface)}
    yield from others
    yield from balancers(ends, interfaces)
    loose = {each.id for each in interfaces.values() if each.status == "available"}
    for table in route_tables(stack, vpcs_, endpoints_, lists):
        yield _with_blackholes(table, loose)


def _with_blackholes(table: RouteTable, loose: Collection[str]) -> RouteTable:
    """A route to an interface that is attached to nothing leads nowhere: AWS calls it a blackhole."""
    routes = (replace(each, active=False) if each.target in loose else each for each in table.routes)
    return replace(table, routes=tuple(routes))


def _known_addresses(stack: Stack) -> Iterator[str]:
    for each in stack.of("aws_instance", "aws_network_interface", "aws_nat_gateway"):
        for name in ("private_ip", "private_ips", "secondary_private_ips", "secondary_private_ip_addresses"):
            value = each.values.get(name)
            yield from value if isinstance(value, list) else [value] if value else []


def _region(stack: Stack, found: Sequence[Found]) -> str:
    zones = [each.zone for each in found if isinstance(each, Subnet)]
    regions = Counter(match[0] for zone in zones if (match := _REGION.match(zone)))
    if regions:
        return regions.most_common(1)[0][0]
    return str(stack.variables.get("region") or "us-east-1")
