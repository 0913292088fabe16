"""Networks in a few lines: parts whose ids say what they are, and rules written as the console does.

Rules of a security group are ``tcp 5432 sg-bastion``, ``tcp 1024-65535 10.0.0.0/16``, ``icmp 8 0.0.0.0/0``
or ``all pl-s3``; entries of a network ACL ``100 in allow tcp 5432 10.0.0.0/16``; routes are given as
``{"0.0.0.0/0": "igw-1"}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from scripts.reachability.answer import Answer, Question
from scripts.reachability.engine import ask
from scripts.reachability.model import (
    ALL,
    ICMP,
    ICMPV6,
    TCP,
    UDP,
    AclEntry,
    Cidr,
    Component,
    DbInstance,
    GroupPeer,
    GroupRule,
    Instance,
    Interface,
    Listener,
    ListPeer,
    LoadBalancer,
    NatGateway,
    Network,
    NetworkAcl,
    Route,
    RouteTable,
    SecurityGroup,
    Subnet,
    Target,
    TargetGroup,
    TargetKind,
    Traffic,
    Vpc,
)

EVERYTHING = ("100 in allow all 0.0.0.0/0", "100 out allow all 0.0.0.0/0")

_PROTOCOLS = {"all": ALL, "tcp": TCP, "udp": UDP, "icmp": ICMP, "icmpv6": ICMPV6}
_KINDS = {
    "local": TargetKind.LOCAL,
    "igw": TargetKind.INTERNET_GATEWAY,
    "eigw": TargetKind.EGRESS_ONLY_GATEWAY,
    "nat": TargetKind.NAT_GATEWAY,
    "pcx": TargetKind.PEERING,
    "vpce": TargetKind.GATEWAY_ENDPOINT,
    "eni": TargetKind.INTERFACE,
    "tgw": TargetKind.UNMODELLED,
}


def vpc(identifier: str, *cidrs: str, ipv6: str = "") -> Vpc:
    return Vpc(
        id=identifier,
        cidrs=tuple(IPv4Network(each) for each in cidrs),
        ipv6_cidrs=(IPv6Network(ipv6),) if ipv6 else (),
    )


def subnet(identifier: str, of: str, cidr: str, zone: str = "us-east-1a", ipv6: str = "") -> Subnet:
    six = IPv6Network(ipv6) if ipv6 else None
    return Subnet(id=identifier, vpc=of, zone=zone, cidr=IPv4Network(cidr), ipv6_cidr=six)


def route(destination: str, target: str) -> Route:
    """A route; its target's kind is the beginning of its id, ``blackhole`` after it makes it one."""
    name, _, state = target.partition(" ")
    where: Cidr | str = destination if destination.startswith("pl-") else ip_network(destination)
    return Route(where, _KINDS[name.split("-")[0]], name, active=not state)


def table(identifier: str, of: str, routes: Mapping[str, str], *subnets: str) -> RouteTable:
    """A route table of some subnets; the main one where none is named."""
    made = tuple(route(*each) for each in routes.items())
    return RouteTable(id=identifier, vpc=of, main=not subnets, subnets=subnets, routes=made)


def acl(identifier: str, of: str, entries: Iterable[str] = EVERYTHING, *subnets: str) -> NetworkAcl:
    """A network ACL of some subnets; the default one where none is named."""
    made = tuple(map(entry, entries))
    return NetworkAcl(id=identifier, vpc=of, default=not subnets, subnets=subnets, entries=made)


def entry(text: str) -> AclEntry:
    number, way, does, *what, cidr = text.split()
    return AclEntry(int(number), way == "out", does == "allow", traffic(*what), ip_network(cidr))


def traffic(protocol: str, ports: str = "") -> Traffic:
    number = _PROTOCOLS.get(protocol) or int(protocol)
    if not ports:
        return Traffic(number)
    first, _, last = ports.partition("-")
    return Traffic(number, int(first), -1 if number in (ICMP, ICMPV6) else int(last or first))


def group(identifier: str, of: str, ingress: Iterable[str] = (), egress: Iterable[str] = ()) -> SecurityGroup:
    rules = [rule(each, egress=False) for each in ingress] + [rule(each, egress=True) for each in egress]
    return SecurityGroup(id=identifier, vpc=of, rules=tuple(rules))


def rule(text: str, *, egress: bool) -> GroupRule:
    *what, peer = text.split()
    named: Cidr | GroupPeer | ListPeer
    if peer.startswith("sg-"):
        named = GroupPeer(peer)
    else:
        named = ListPeer(peer) if peer.startswith("pl-") else ip_network(peer)
    return GroupRule(egress, traffic(*what), named)


def interface(
    identifier: str,
    where: Subnet,
    address: str,
    *groups: str,
    public: str = "",
    owner: str = "",
    ipv6: str = "",
) -> Interface:
    return Interface(
        id=identifier,
        vpc=where.vpc,
        subnet=where.id,
        private_ips=(IPv4Address(address),),
        ipv6_addresses=(IPv6Address(ipv6),) if ipv6 else (),
        public_ip=IPv4Address(public) if public else None,
        groups=groups,
        owner=owner,
    )


def instance(
    name: str,
    where: Subnet,
    address: str,
    *groups: str,
    public: str = "",
    ipv6: str = "",
    state: str = "running",
) -> tuple[Interface, Instance]:
    """An instance ``i-<name>`` with its interface ``eni-<name>``."""
    face = interface(f"eni-{name}", where, address, *groups, public=public, owner=f"i-{name}", ipv6=ipv6)
    return face, Instance(id=f"i-{name}", name=name, interfaces=(face.id,), state=state)


def database(
    name: str, where: Subnet, address: str, *groups: str, port: int = 5432, status: str = "available"
) -> tuple[Interface, DbInstance]:
    """A DB instance with its interface ``eni-<name>``."""
    face = interface(f"eni-{name}", where, address, *groups, owner=name)
    return face, DbInstance(id=name, engine="postgres", port=port, interfaces=(face.id,), status=status)


def nat(
    identifier: str, where: Subnet, address: str, public: str = "3.0.0.1", state: str = "available"
) -> tuple[Interface, NatGateway]:
    face = interface(f"eni-{identifier}", where, address, public=public, owner=identifier)
    made = NatGateway(id=identifier, vpc=where.vpc, subnet=where.id, interface=face.id, state=state)
    return replace(face, source_dest_check=False), made


def balancer(
    name: str,
    nodes: Mapping[str, Subnet],
    *groups: str,
    port: int = 80,
    target_groups: tuple[str, ...] = ("tg",),
) -> tuple[Component, ...]:
    """A load balancer with a node at each address, and one listener."""
    faces = [
        interface(f"eni-{name}-{number}", where, address, *groups, owner=name)
        for number, (address, where) in enumerate(nodes.items())
    ]
    listener = Listener(id=f"{name}-listener", port=port, target_groups=target_groups)
    made = LoadBalancer(
        id=name,
        vpc=faces[0].vpc,
        internet_facing=False,
        subnets=tuple(each.id for each in nodes.values()),
        interfaces=tuple(each.id for each in faces),
        listeners=(listener,),
    )
    return (*faces, made)


def target_group(
    *targets: str, identifier: str = "tg", port: int = 8080, health: int | None = None
) -> TargetGroup:
    """Instances, or addresses, registered at one port."""
    by_ip = any(each[0].isdigit() for each in targets)
    registered = tuple(Target(each, port) for each in targets)
    return TargetGroup(id=identifier, by_ip=by_ip, health_port=health, targets=registered)


def network(*parts: Component | Iterable[Component]) -> Network:
    """A network of parts, and of tuples of parts."""
    flat: list[Component] = []
    for part in parts:
        flat += [part] if isinstance(part, Component) else list(part)
    return Network.of(flat)


def asked(
    where: Network,
    source: str,
    destination: str,
    port: int | None = None,
    protocol: str = "tcp",
    version: int | None = None,
) -> Answer:
    """What the engine says."""
    ports = (port, port) if port is not None else None
    return ask(where, Question(source, destination, protocol, ports, version))


def mended(where: Network, answer: Answer, *, but: object = None) -> Network:
    """The network with every proposed repair done, but one perhaps."""
    for repair in dict.fromkeys(each.repair for each in answer.blockers):
        if repair is not None and repair != but:
            where = repair.apply(where)
    return where
