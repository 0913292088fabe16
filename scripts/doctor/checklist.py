"""The course's six-step checklist of a connection, each step with what was found and a mark.

The order is that in which one looks by hand: from what the whole VPC needs down to the single machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from scripts.doctor import settings
from scripts.doctor.settings import Setting
from scripts.doctor.wording import called, named, placed
from scripts.reachability import ends
from scripts.reachability.answer import Answer, Hop
from scripts.reachability.model import (
    EgressOnlyGateway,
    Endpoint,
    Interface,
    InternetGateway,
    NatGateway,
    Network,
    NetworkAcl,
    Peering,
    RouteTable,
    SecurityGroup,
    Subnet,
)


class Mark(StrEnum):
    """``-``: the path does not need what the step is about."""

    OK = "ok"
    FAILS = "FAILS"
    UNUSED = "-"


class Place(IntEnum):
    """The steps, in their order."""

    GATEWAY = 0
    ROUTES = 1
    ASSOCIATIONS = 2
    GROUPS = 3
    ACLS = 4
    PLACEMENT = 5


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    title
        What is looked at.
    mark
        Whether it lets the connection pass.
    found
        What decides there, a part of the network each.
    settings
        Numbers, from 1, of the answer's settings that must change here.
    """

    title: str
    mark: Mark
    found: tuple[str, ...]
    settings: tuple[int, ...] = ()


_TITLES = {
    Place.GATEWAY: ("Gateway attached", "no gateway is on the way"),
    Place.ROUTES: ("Routes", "no route table is asked on the way"),
    Place.ASSOCIATIONS: ("Associations", "no subnet of ours is on the way"),
    Place.GROUPS: ("Security groups", "no security group is on the way"),
    Place.ACLS: ("Network ACLs", "the packets cross no subnet's border"),
    Place.PLACEMENT: ("Instance placement", "neither end is a machine of ours"),
}

_GATEWAYS = (InternetGateway, EgressOnlyGateway, NatGateway, Peering, Endpoint)

#: Which step a code belongs to, whatever component it is told of.
_BY_CODE = {
    "NO_ROUTE_TO_DESTINATION": Place.ROUTES,
    "BAD_STATE_ROUTE": Place.ROUTES,
    "HIGHER_PRIORITY_ROUTE": Place.ROUTES,
    "MORE_SPECIFIC_ROUTE": Place.ROUTES,
    "UNASSOCIATED_COMPONENT": Place.ASSOCIATIONS,
    "BAD_STATE_ATTACHMENT": Place.GATEWAY,
    "ENI_SG_RULES_MISMATCH": Place.GROUPS,
    "SG_HAS_NO_RULES": Place.GROUPS,
    "SG_REFERENCES_NOT_PRESERVED": Place.GROUPS,
    "UNKNOWN_PEERED_SGS": Place.GROUPS,
    "SUBNET_ACL_RESTRICTION": Place.ACLS,
    "DISCONNECTED_VPCS": Place.PLACEMENT,
}


def of(network: Network, answer: Answer) -> tuple[Step, ...]:
    """The six steps of one answer."""
    places = [_place(each) for each in settings.of(answer)]
    found = _found(network, answer)
    steps = []
    for place, (title, without) in _TITLES.items():
        numbers = tuple(number for number, at in enumerate(places, 1) if at is place)
        facts = tuple(dict.fromkeys(found[place]))
        mark = Mark.FAILS if numbers else Mark.OK if facts else Mark.UNUSED
        steps.append(Step(title, mark, facts or (() if numbers else (without,)), numbers))
    return tuple(steps)


def _place(setting: Setting) -> Place:
    component = setting.component
    if setting.code in _BY_CODE:
        return _BY_CODE[setting.code]
    if isinstance(component, _GATEWAYS):
        return Place.GATEWAY
    if isinstance(component, RouteTable):
        return Place.ROUTES
    if isinstance(component, SecurityGroup):
        return Place.GROUPS
    return Place.ACLS if isinstance(component, NetworkAcl) else Place.PLACEMENT


def _found(network: Network, answer: Answer) -> dict[Place, list[str]]:
    found: dict[Place, list[str]] = {place: [] for place in Place}
    asked = [ends.resolve(network, each) for each in (answer.question.source, answer.question.destination)]
    for path in answer.paths:
        for hop in (*path.forward, *path.back):
            if hop.passes:
                for place, fact in _facts(network, hop):
                    found[place].append(fact)
            if isinstance(hop.component, Interface):
                whose = (each.component for each in asked if hop.component.id in each.interfaces)
                found[Place.PLACEMENT].append(placed(network, hop.component, next(whose, None)))
    return found


def _facts(network: Network, hop: Hop) -> Iterator[tuple[Place, str]]:
    """What a hop shows of a step, by names: the path below has ids and rules."""
    component = hop.component
    if isinstance(component, _GATEWAYS):
        yield Place.GATEWAY, _gateway(network, component)
    elif isinstance(component, RouteTable):
        yield Place.ROUTES, f"{named(component)}: {hop.decided}"
    elif isinstance(component, SecurityGroup):
        yield Place.GROUPS, named(component)
    elif isinstance(component, NetworkAcl):
        yield Place.ACLS, named(component)
    elif isinstance(component, Interface) and component.subnet in network.subnets:
        yield Place.ASSOCIATIONS, _associated(network, network.subnets[component.subnet])


def _gateway(
    network: Network, gateway: InternetGateway | EgressOnlyGateway | NatGateway | Peering | Endpoint
) -> str:
    def vpc(id_: str) -> str:
        return named(network.vpcs[id_]) if id_ in network.vpcs else id_

    if isinstance(gateway, Peering):
        between = f"{vpc(gateway.requester)} and {vpc(gateway.accepter)}"
        return f"{called(gateway)} is {gateway.status}, between {between}"
    if isinstance(gateway, NatGateway | Endpoint):
        return f"{called(gateway)} is {gateway.state}, in {vpc(gateway.vpc)}"
    return f"{called(gateway)} is attached to {vpc(gateway.vpc) if gateway.vpc else 'no VPC'}"


def _associated(network: Network, subnet: Subnet) -> str:
    table, acl = network.table_of.get(subnet.id), network.acl_of.get(subnet.id)
    parts = []
    if table is not None:
        how = "" if subnet.id in table.subnets else " (the VPC's main one)"
        parts.append(f"route table {named(table)}{how}")
    if acl is not None:
        parts.append(f"network ACL {named(acl)}{' (the default one)' if acl.default else ''}")
    return f"{named(subnet)}: {', '.join(parts) or 'neither route table nor network ACL'}"
