"""What is named and not declared: another stack's, or looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from scripts.reachability.model import (
    Component,
    InternetGateway,
    Network,
    PrefixList,
    RouteTable,
    SecurityGroup,
    Subnet,
    Unmodelled,
    Vpc,
)
from scripts.reachability.readers.assembly import Found, references

#: Network's field to a component of which nothing is known but its id, and in whose VPC it is named.
_STAND_INS: Mapping[str, Callable[[str, str], Component]] = {
    "vpcs": lambda identifier, vpc: Vpc(id=identifier),
    "subnets": lambda identifier, vpc: Subnet(id=identifier, vpc=vpc),
    "groups": lambda identifier, vpc: SecurityGroup(id=identifier, vpc=vpc),
    "prefix_lists": lambda identifier, vpc: PrefixList(id=identifier),
    "route_tables": lambda identifier, vpc: RouteTable(id=identifier, vpc=vpc),
    "internet_gateways": lambda identifier, vpc: InternetGateway(id=identifier, vpc=vpc or None),
}


def completed(found: Sequence[Found]) -> Iterator[Found]:
    """What was found, and a stand-in with a report for everything that it names and that is not there."""
    yield from found
    components = [each for each in found if isinstance(each, Component)]
    while True:
        network = Network.of(components)
        missing: dict[tuple[str, str], str] = {}
        for component, kind, wanted in references(network):
            if wanted and kind in _STAND_INS and wanted not in getattr(network, kind):
                missing.setdefault((kind, wanted), getattr(component, "vpc", None) or "")
        if not missing:
            return
        for (kind, wanted), vpc in missing.items():
            stand_in = _STAND_INS[kind](wanted, vpc)
            components.append(stand_in)
            yield stand_in
            told = f"this {stand_in.kind} is declared elsewhere: nothing is known of it but that it is there"
            yield Unmodelled(wanted, "not declared here", told)
