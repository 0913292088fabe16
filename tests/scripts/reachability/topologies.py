"""Small networks and questions to them: about half of the questions open, the others blocked in a few places.

A network is first laid out so that the question's path may exist, then opened for the question in one of many
ways (a rule for everybody, for an address, a group, a list ...), each step being forgotten now and then, and
last it is disturbed: entries that deny, routes that lead elsewhere, parts that are stopped or detached.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from hypothesis import strategies as st

from scripts.reachability.answer import Question
from scripts.reachability.model import (
    DbInstance,
    EgressOnlyGateway,
    Endpoint,
    Instance,
    Interface,
    InternetGateway,
    Listener,
    LoadBalancer,
    NatGateway,
    Network,
    Peering,
    PrefixList,
    Subnet,
    Target,
    TargetGroup,
    TargetKind,
    Vpc,
)
from tests.scripts.reachability.disturbances import disturb
from tests.scripts.reachability.drafts import SERVICE_LIST, Draft
from tests.scripts.reachability.made_up_questions import question_between, question_of
from tests.scripts.reachability.openings import open_for

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


@dataclass(frozen=True)
class Case:
    """A network and what is asked of it."""

    network: Network
    question: Question


@st.composite
def cases(draw: st.DrawFn, *, overlapping: bool = False, boxed: bool = False) -> Case:
    """A network and a question that it can be asked.

    ``overlapping`` asks between VPCs that overlap, ``boxed`` over a middlebox where routes lead over one.
    """
    draft = Draft(draw, boxed=boxed)
    _vpcs(draft, overlapping=overlapping)
    _peerings(draft)
    _instances(draft)
    if boxed or draft.mostly_not():
        _middlebox(draft)
    if draft.mostly_not():
        _database(draft)
    if draft.mostly_not():
        _load_balancer(draft)
    _service(draft)
    question = question_between(draft) if overlapping else question_of(draft, boxed=boxed)
    open_for(draft, question)
    if draft.half():
        disturb(draft, question)
    return Case(draft.network(), question)


def _vpcs(draft: Draft, *, overlapping: bool) -> None:
    count = 2 if overlapping else draft.pick((1, 1, 2, 2, 3))
    for number in range(count):
        clash = number > 0 and (overlapping or draft.rarely())
        octet = 0 if clash and draft.half() else number
        cidr = IPv4Network("10.0.0.0/14" if clash and octet else f"10.{octet}.0.0/16")
        dual = draft.half()
        six = (IPv6Network(f"2600:1f00:0:{number:x}00::/56"),) if dual else ()
        vpc = Vpc(id=f"vpc-{number}", cidrs=(cidr,), ipv6_cidrs=six)
        draft.add(vpc)
        for place in range(draft.pick((2, 3) if draft.boxed else (1, 2, 2, 3))):
            draft.add(
                Subnet(
                    id=f"subnet-{number}-{place}",
                    vpc=vpc.id,
                    zone=draft.pick((ZONES[place], ZONES[place], ZONES[0])),
                    cidr=IPv4Network(f"10.{octet}.{place}.0/24"),
                    ipv6_cidr=IPv6Network(f"2600:1f00:0:{number:x}0{place}::/64") if dual else None,
                )
            )
        draft.groups_of(vpc.id)
        _gateways(draft, vpc)
        draft.acls_of(vpc.id)


def _gateways(draft: Draft, vpc: Vpc) -> None:
    """Internet, NAT and egress-only gateways, and tables that lead to them."""
    gateway = InternetGateway(id=vpc.id.replace("vpc", "igw"), vpc=vpc.id)
    draft.add(gateway)
    subnets = draft.subnets(vpc.id)
    nat = None
    if draft.half():
        place = subnets[0]
        face = _interface(draft, place, "nat", public=True, groups=False)
        nat = NatGateway(
            id=vpc.id.replace("vpc", "nat"),
            vpc=vpc.id,
            subnet=place.id,
            interface=face.id,
            public=not draft.rarely(),
        )
        draft.replace(face, owner=nat.id, public_ip=face.public_ip if nat.public else None)
        draft.add(nat)
    egress_only = None
    if vpc.ipv6_cidrs and draft.half():
        egress_only = EgressOnlyGateway(id=vpc.id.replace("vpc", "eigw"), vpc=vpc.id)
        draft.add(egress_only)
    draft.tables_of(vpc.id)
    for table in draft.tables(vpc.id):
        holds_nat = nat is not None and draft.table_of(nat.subnet) == table
        if nat is not None and not holds_nat and draft.half():
            draft.route(table, ip_network("0.0.0.0/0"), TargetKind.NAT_GATEWAY, nat.id)
        elif holds_nat or draft.mostly():
            draft.route(table, ip_network("0.0.0.0/0"), TargetKind.INTERNET_GATEWAY, gateway.id)
        if egress_only is not None and draft.half():
            draft.route(table, ip_network("::/0"), TargetKind.EGRESS_ONLY_GATEWAY, egress_only.id)
        elif vpc.ipv6_cidrs and draft.mostly():
            draft.route(table, ip_network("::/0"), TargetKind.INTERNET_GATEWAY, gateway.id)


def _peerings(draft: Draft) -> None:
    """Between neighbours, with routes on both sides; overlapping ones are never asked to be active."""
    vpcs = draft.all(Vpc)
    for one, other in itertools.pairwise(vpcs):
        overlap = one.cidrs[0].overlaps(other.cidrs[0])
        if not draft.mostly() or overlap:
            continue
        peering = Peering(id=f"pcx-{one.id[4:]}{other.id[4:]}", requester=one.id, accepter=other.id)
        draft.add(peering)
        for here, there in ((one, other), (other, one)):
            for table in draft.tables(here.id):
                for cidr in draft.ranges(there.id):
                    if draft.mostly():
                        length = cidr.prefixlen + (8 if draft.rarely() else 0)
                        to = ip_network(f"{cidr.network_address}/{length}")
                        draft.route(table, to, TargetKind.PEERING, peering.id)


def _interface(
    draft: Draft, subnet: Subnet, name: str, *, public: bool | None = None, groups: bool = True
) -> Interface:
    vpc, place = subnet.id.split("-")[1:]
    number = 10 + len(draft.all(Interface))
    assert subnet.cidr is not None
    found = Interface(
        id=f"eni-{name}-{vpc}-{place}-{number}",
        vpc=subnet.vpc,
        subnet=subnet.id,
        private_ips=(IPv4Address(int(subnet.cidr.network_address) + number),),
        ipv6_addresses=(IPv6Address(int(subnet.ipv6_cidr.network_address) + number),)
        if subnet.ipv6_cidr is not None and name != "nat"
        else (),
        public_ip=IPv4Address(f"3.{vpc}.{place}.{number}")
        if (draft.half() if public is None else public)
        else None,
        groups=draft.some_groups(subnet.vpc) if groups else (),
    )
    draft.add(found)
    return found


def _instance(draft: Draft, subnet: Subnet, name: str = "vm") -> Instance:
    face = _interface(draft, subnet, name)
    found = Instance(id=face.id.replace("eni", "i"), interfaces=(face.id,))
    draft.replace(face, owner=found.id)
    draft.add(found)
    return found


def _instances(draft: Draft) -> None:
    for subnet in draft.all(Subnet):
        for _ in range(draft.pick((1, 1, 1, 2))):
            found = _instance(draft, subnet)
            if draft.rarely():
                second = _interface(draft, draft.pick(draft.subnets(subnet.vpc)), "second")
                draft.replace(second, owner=found.id)
                draft.replace(found, interfaces=(*found.interfaces, second.id))


def _middlebox(draft: Draft) -> None:
    """Routes between two subnets of a VPC that lead over an instance; not always in both tables."""
    subnets = draft.subnets("vpc-0")
    box = _instance(draft, subnets[-1], "box")
    face = draft.get(Interface, box.interfaces[0])
    draft.replace(face, source_dest_check=draft.rarely())
    draft.open_box(face)
    for here in subnets:
        # From its own subnet they would lead in circles.
        if here.id == face.subnet and draft.mostly():
            continue
        for there in subnets:
            if here != there and (draft.boxed or draft.half()) and draft.table_of(here.id).endswith(here.id):
                for cidr in (there.cidr, there.ipv6_cidr):
                    if cidr is not None:
                        draft.route(draft.table_of(here.id), cidr, TargetKind.INTERFACE, face.id)


def _database(draft: Draft) -> None:
    vpc = draft.pick(tuple(draft.all(Vpc)))
    subnets = draft.subnets(vpc.id)
    public = draft.rarely()
    groups = draft.some_groups(vpc.id)
    places = subnets if draft.half() else subnets[:1]
    faces = [_interface(draft, each, "db", public=public) for each in places]
    for face in faces:
        draft.replace(face, owner="db", groups=groups, assumed=len(faces) > 1)
    draft.add(
        DbInstance(
            id="db",
            engine="postgres",
            port=5432,
            interfaces=tuple(each.id for each in faces),
            publicly_accessible=public,
        )
    )


def _load_balancer(draft: Draft) -> None:
    vpc = draft.pick(tuple(draft.all(Vpc)))
    subnets = draft.subnets(vpc.id)
    places = subnets if draft.mostly() else subnets[:1]
    network_type = draft.rarely()
    facing = draft.half()
    groups = () if network_type and draft.half() else draft.some_groups(vpc.id)
    faces = [_interface(draft, each, "lb", public=facing, groups=False) for each in places]
    for face in faces:
        draft.replace(face, owner="lb", groups=groups)
    listeners = []
    for number in range(draft.pick((1, 1, 2))):
        names = tuple(
            _target_group(draft, vpc.id, f"tg-{number}-{each}") for each in range(draft.pick((1, 1, 2)))
        )
        answers = draft.rarely()
        listeners.append(
            Listener(
                id=f"listener-{number}",
                port=(80, 443)[number],
                target_groups=() if answers and draft.half() else names,
                answers_itself=answers,
            )
        )
    draft.add(
        LoadBalancer(
            id="lb",
            vpc=vpc.id,
            type="network" if network_type else "application",
            internet_facing=facing,
            subnets=tuple(each.id for each in places),
            interfaces=tuple(each.id for each in faces),
            listeners=tuple(listeners),
            cross_zone=not draft.rarely(),
        )
    )


def _target_group(draft: Draft, vpc: str, name: str) -> str:
    instances = [each for each in draft.all(Instance) if draft.get(Interface, each.interfaces[0]).vpc == vpc]
    by_ip = draft.rarely()
    chosen = draft.some(instances, 1, 3)
    port = draft.pick((80, 8080))
    targets = tuple(
        Target(
            str(draft.get(Interface, each.interfaces[0]).private_ips[0]) if by_ip else each.id,
            port=port,
        )
        for each in chosen
    )
    draft.add(
        TargetGroup(
            id=name,
            vpc=vpc,
            by_ip=by_ip,
            health_port=draft.pick((None, None, 8081)),
            targets=() if draft.rarely() else targets,
        )
    )
    return name


def _service(draft: Draft) -> None:
    """The service's prefix list, and endpoints that lead to it."""
    ranges = (ip_network("52.216.0.0/15"), ip_network("3.5.0.0/19"))
    draft.add(
        PrefixList(id=SERVICE_LIST, name="com.amazonaws.us-east-1.s3", cidrs=ranges[: draft.pick((1, 2))])
    )
    for vpc in draft.all(Vpc):
        if draft.half():
            tables = draft.some(draft.tables(vpc.id), 1, 3)
            endpoint = Endpoint(
                id=vpc.id.replace("vpc", "vpce"),
                vpc=vpc.id,
                service="s3",
                prefix_list=SERVICE_LIST,
                route_tables=tuple(tables),
            )
            draft.add(endpoint)
            for table in tables:
                draft.route(table, SERVICE_LIST, TargetKind.GATEWAY_ENDPOINT, endpoint.id)
