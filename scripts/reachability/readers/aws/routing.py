"""VPCs, subnets, route tables and gateways from AWS's answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network

from scripts.reachability.model import (
    Cidr,
    EgressOnlyGateway,
    Endpoint,
    InternetGateway,
    NatGateway,
    Peering,
    PrefixList,
    Route,
    RouteTable,
    Subnet,
    TargetKind,
    Unmodelled,
    Vpc,
)
from scripts.reachability.readers.assembly import Found
from scripts.reachability.readers.aws.documents import Documents, Entry, read, tags
from scripts.reachability.readers.aws.fields import unknown
from scripts.reachability.readers.services import service


def routing(documents: Documents) -> Iterator[Found]:
    """Everything that says where packets may go."""
    found = list(prefix_lists(documents))
    lists = {each.name: each.id for each in found if isinstance(each, PrefixList)}
    kinds = {each["VpcEndpointId"]: each["VpcEndpointType"] for each in _endpoints(documents)}
    yield from read(documents, "describe-vpcs", _vpc)
    yield from read(documents, "describe-subnets", _subnet)
    yield from read(documents, "describe-route-tables", partial(_table, endpoints=kinds))
    yield from read(documents, "describe-internet-gateways", _internet_gateway)
    yield from read(documents, "describe-egress-only-internet-gateways", _egress_only_gateway)
    yield from read(documents, "describe-nat-gateways", _nat_gateway)
    yield from read(documents, "describe-vpc-peering-connections", _peering)
    yield from _across(documents)
    yield from read(documents, "describe-vpc-endpoints", partial(_endpoint, lists=lists))
    yield from found


def _endpoints(documents: Documents) -> list[Entry]:
    found = documents.entries("describe-vpc-endpoints")
    return [each for each in found if "VpcEndpointId" in each and "VpcEndpointType" in each]


def _vpc(entry: Entry) -> Iterator[Found]:
    ipv4 = [
        each for each in entry.get("CidrBlockAssociationSet") or () if _associated(each, "CidrBlockState")
    ]
    ipv6 = entry.get("Ipv6CidrBlockAssociationSet") or ()
    blocks = dict.fromkeys((entry["CidrBlock"], *(each["CidrBlock"] for each in ipv4)))
    yield Vpc(
        id=entry["VpcId"],
        name=tags(entry).get("Name", ""),
        cidrs=tuple(map(IPv4Network, blocks)),
        ipv6_cidrs=tuple(
            IPv6Network(each["Ipv6CidrBlock"]) for each in ipv6 if _associated(each, "Ipv6CidrBlockState")
        ),
    )
    yield from unknown("Vpc", entry["VpcId"], entry)
    yield from _blocked(entry["VpcId"], entry)


def _associated(block: Entry, state: str) -> bool:
    return bool((block.get(state) or {}).get("State", "associated") == "associated")


def _blocked(identifier: str, entry: Entry) -> Iterator[Unmodelled]:
    """VPC Block Public Access."""
    mode = (entry.get("BlockPublicAccessStates") or {}).get("InternetGatewayBlockMode", "off")
    if mode != "off":
        told = "traffic of internet gateways is blocked here, whatever routes and rules say"
        yield Unmodelled(identifier, f"BlockPublicAccessStates {mode}", told)


def _subnet(entry: Entry) -> Iterator[Found]:
    ipv6 = [
        IPv6Network(each["Ipv6CidrBlock"])
        for each in entry.get("Ipv6CidrBlockAssociationSet") or ()
        if _associated(each, "Ipv6CidrBlockState")
    ]
    yield Subnet(
        id=entry["SubnetId"],
        name=tags(entry).get("Name", ""),
        vpc=entry["VpcId"],
        zone=entry.get("AvailabilityZone") or "",
        cidr=IPv4Network(entry["CidrBlock"]) if entry.get("CidrBlock") else None,
        ipv6_cidr=ipv6[0] if ipv6 else None,
        map_public_ip=bool(entry.get("MapPublicIpOnLaunch")),
    )
    if len(ipv6) > 1:
        told = f"only {ipv6[0]} is taken as its own"
        yield Unmodelled(entry["SubnetId"], "several IPv6 blocks", told)
    yield from unknown("Subnet", entry["SubnetId"], entry)
    yield from _blocked(entry["SubnetId"], entry)


def _table(entry: Entry, *, endpoints: Mapping[str, str]) -> Iterator[Found]:
    identifier = entry["RouteTableId"]
    joined = [
        each
        for each in entry.get("Associations") or ()
        if (each.get("AssociationState") or {}).get("State", "associated") in ("associated", "associating")
    ]
    routes = [_route(each, endpoints) for each in entry.get("Routes") or ()]
    yield RouteTable(
        id=identifier,
        name=tags(entry).get("Name", ""),
        vpc=entry["VpcId"],
        main=any(each.get("Main") for each in joined),
        subnets=tuple(each["SubnetId"] for each in joined if each.get("SubnetId")),
        routes=tuple(routes),
    )
    yield from unknown("RouteTable", identifier, entry)
    for each in joined:
        if each.get("GatewayId") or each.get("PublicIpv4Pool"):
            gateway = each.get("GatewayId") or each["PublicIpv4Pool"]
            told = f"traffic that comes in through {gateway} may be led elsewhere first"
            yield Unmodelled(identifier, "gateway route table", told)
    for written, route in zip(entry.get("Routes") or (), routes, strict=True):
        yield from unknown("Route", identifier, written)
        if route.kind is TargetKind.UNMODELLED:
            told = f"nobody here knows whether packets to {route.destination} arrive that way"
            yield Unmodelled(identifier, f"route to {route.target}", told)
        elif route.kind is TargetKind.NAT_GATEWAY and isinstance(route.destination, IPv6Network):
            told = "NAT64 is not followed: IPv6 clients of IPv4 services are judged as blocked"
            yield Unmodelled(identifier, f"route {route.destination} to {route.target}", told)


#: Field of a route to what it leads to, in the order in which they are looked at: a route to an instance also
#: names its interface.
_TARGETS = (
    ("NatGatewayId", TargetKind.NAT_GATEWAY),
    ("VpcPeeringConnectionId", TargetKind.PEERING),
    ("EgressOnlyInternetGatewayId", TargetKind.EGRESS_ONLY_GATEWAY),
    ("NetworkInterfaceId", TargetKind.INTERFACE),
    ("TransitGatewayId", TargetKind.UNMODELLED),
    ("LocalGatewayId", TargetKind.UNMODELLED),
    ("CarrierGatewayId", TargetKind.UNMODELLED),
    ("CoreNetworkArn", TargetKind.UNMODELLED),
    ("OdbNetworkArn", TargetKind.UNMODELLED),
    ("InstanceId", TargetKind.UNMODELLED),
    ("IpAddress", TargetKind.UNMODELLED),
)


def _route(entry: Entry, endpoints: Mapping[str, str]) -> Route:
    written = entry.get("DestinationCidrBlock") or entry.get("DestinationIpv6CidrBlock")
    kind, target = _target(entry, endpoints)
    return Route(
        destination=ip_network(written) if written else str(entry["DestinationPrefixListId"]),
        kind=kind,
        target=target,
        active=entry.get("State", "active") == "active",
    )


def _target(entry: Entry, endpoints: Mapping[str, str]) -> tuple[TargetKind, str]:
    gateway = entry.get("GatewayId") or ""
    if gateway == "local":
        return TargetKind.LOCAL, "local"
    if gateway.startswith("igw-"):
        return TargetKind.INTERNET_GATEWAY, gateway
    if gateway.startswith("eigw-"):
        return TargetKind.EGRESS_ONLY_GATEWAY, gateway
    if gateway.startswith("vpce-") and endpoints.get(gateway, "Gateway") == "Gateway":
        return TargetKind.GATEWAY_ENDPOINT, gateway
    if gateway:
        return TargetKind.UNMODELLED, gateway
    for field, kind in _TARGETS:
        if entry.get(field):
            return kind, entry[field]
    named = next((f"{name} {value}" for name, value in entry.items() if name.endswith(("Id", "Arn"))), "")
    return TargetKind.UNMODELLED, named or "nothing that is named"


def _internet_gateway(entry: Entry) -> Iterator[Found]:
    yield InternetGateway(
        id=entry["InternetGatewayId"], name=tags(entry).get("Name", ""), vpc=_attached(entry)
    )
    yield from unknown("InternetGateway", entry["InternetGatewayId"], entry)


def _egress_only_gateway(entry: Entry) -> Iterator[Found]:
    identifier = entry["EgressOnlyInternetGatewayId"]
    yield EgressOnlyGateway(id=identifier, name=tags(entry).get("Name", ""), vpc=_attached(entry))
    yield from unknown("EgressOnlyInternetGateway", identifier, entry)


def _attached(entry: Entry) -> str | None:
    """The VPC that a gateway is attached to; AWS calls it ``available`` or ``attached``."""
    return next(
        (
            each["VpcId"]
            for each in entry.get("Attachments") or ()
            if each.get("State", "attached") in ("attached", "available")
        ),
        None,
    )


def _nat_gateway(entry: Entry) -> Iterator[Found]:
    state = entry["State"]
    if state == "deleted":
        return
    addresses = entry.get("NatGatewayAddresses") or ()
    first = next((each for each in addresses if each.get("IsPrimary")), addresses[0] if addresses else {})
    yield NatGateway(
        id=entry["NatGatewayId"],
        name=tags(entry).get("Name", ""),
        vpc=entry["VpcId"],
        subnet=entry["SubnetId"],
        interface=first.get("NetworkInterfaceId"),
        public=entry.get("ConnectivityType", "public") == "public",
        state=state,
    )
    if len(addresses) > 1:
        told = "connections may leave from any of them; the primary one is taken"
        yield Unmodelled(entry["NatGatewayId"], "several addresses", told)
    yield from unknown("NatGateway", entry["NatGatewayId"], entry)


#: Status codes of peerings that are no more.
_GONE = {"deleted", "rejected", "expired", "failed"}


def _peering(entry: Entry) -> Iterator[Found]:
    status = entry["Status"]["Code"]
    if status in _GONE:
        return
    identifier = entry["VpcPeeringConnectionId"]
    sides = (entry["RequesterVpcInfo"], entry["AccepterVpcInfo"])
    yield Peering(
        id=identifier,
        name=tags(entry).get("Name", ""),
        requester=sides[0]["VpcId"],
        accepter=sides[1]["VpcId"],
        status=status,
    )
    yield from unknown("VpcPeeringConnection", identifier, entry)


def _across(documents: Documents) -> Iterator[Found]:
    """VPCs of other accounts and regions, as far as peerings tell of them."""
    own = {each.get("VpcId") for each in documents.entries("describe-vpcs")}
    blocks: dict[str, dict[Cidr, None]] = defaultdict(dict)

    def note(entry: Entry) -> Iterator[Found]:
        sides = (entry["RequesterVpcInfo"], entry["AccepterVpcInfo"])
        foreign = [side for side in sides if side["VpcId"] not in own]
        # Where neither side is ours, the answer about our VPCs is missing, and that is an error.
        for side in foreign if len(foreign) == 1 and entry["Status"]["Code"] not in _GONE else ():
            written = [side.get("CidrBlock")]
            written += [each["CidrBlock"] for each in side.get("CidrBlockSet") or ()]
            written += [each["Ipv6CidrBlock"] for each in side.get("Ipv6CidrBlockSet") or ()]
            blocks[side["VpcId"]] |= {ip_network(each): None for each in written if each}
        yield from ()

    yield from read(documents, "describe-vpc-peering-connections", note)
    for vpc, found in blocks.items():
        yield Vpc(
            id=vpc,
            cidrs=tuple(each for each in found if isinstance(each, IPv4Network)),
            ipv6_cidrs=tuple(each for each in found if isinstance(each, IPv6Network)),
        )
        told = "it is in another account or region: of it only addresses are known"
        yield Unmodelled(vpc, "not in the input", told)


def _endpoint(entry: Entry, *, lists: Mapping[str, str]) -> Iterator[Found]:
    kind, identifier = entry["VpcEndpointType"], entry["VpcEndpointId"]
    state = entry["State"].lower()
    if state == "deleted":
        return
    if kind not in ("Gateway", "Interface"):
        yield Unmodelled(identifier, f"VPC endpoint of type {kind}", "what lies behind it is not known here")
    yield Endpoint(
        id=identifier,
        name=tags(entry).get("Name", ""),
        vpc=entry["VpcId"],
        service=service(entry.get("ServiceName") or ""),
        gateway=kind == "Gateway",
        prefix_list=lists.get(entry.get("ServiceName") or "") if kind == "Gateway" else None,
        route_tables=tuple(entry.get("RouteTableIds") or ()),
        interfaces=tuple(entry.get("NetworkInterfaceIds") or ()),
        state=state,
    )
    yield from unknown("VpcEndpoint", identifier, entry)


_LISTS = (("describe-prefix-lists", "PrefixList"), ("describe-managed-prefix-lists", "ManagedPrefixList"))


def prefix_lists(documents: Documents) -> Iterator[Found]:
    """Lists of AWS and of customers, and a report on those whose entries nobody asked for."""
    names: dict[str, str] = {}
    cidrs: dict[str, dict[Cidr, None]] = defaultdict(dict)
    told: set[str] = set()

    def note(entry: Entry) -> Iterator[Found]:
        identifier, name = entry["PrefixListId"], entry.get("PrefixListName") or ""
        asked = documents.about("get-managed-prefix-list-entries", identifier, name)
        written = [*(entry.get("Cidrs") or ()), *(each["Cidr"] for each in asked or ())]
        names[identifier] = name
        cidrs[identifier] |= {ip_network(each): None for each in written}
        if asked is not None or "Cidrs" in entry:
            told.add(identifier)
        yield from ()

    for command, shape in _LISTS:
        yield from read(documents, command, note)
        yield from read(documents, command, partial(_unknown_of_list, shape))
    for identifier, name in names.items():
        yield PrefixList(id=identifier, name=name, cidrs=tuple(cidrs[identifier]))
        if identifier not in told:
            missing = "get-managed-prefix-list-entries is not in the input"
            yield Unmodelled(identifier, missing, "the list is taken to be empty")


def _unknown_of_list(shape: str, entry: Entry) -> Iterator[Found]:
    yield from unknown(shape, entry["PrefixListId"], entry)
