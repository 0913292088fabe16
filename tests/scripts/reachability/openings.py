"""Rules and entries that let a question's packets through, in many ways; now and then one is missing."""

from __future__ import annotations

from ipaddress import ip_network

from scripts.reachability.answer import Question
from scripts.reachability.model import (
    ICMP,
    ICMPV6,
    TCP,
    UDP,
    AclEntry,
    Cidr,
    GroupPeer,
    GroupRule,
    Interface,
    ListPeer,
    LoadBalancer,
    NetworkAcl,
    Subnet,
    TargetGroup,
    Traffic,
    Vpc,
)
from tests.scripts.reachability.drafts import EVERYWHERE, OUR_LIST, SERVICE_LIST, Draft

NUMBERS = {"tcp": TCP, "udp": UDP}
#: Rules for echo requests, of both versions; the last are for their replies, which nobody asks for.
PINGS = [(ICMP, 8), (ICMP, 0), (ICMPV6, 128), (ICMPV6, 129)]
ECHOES = [
    [Traffic(ICMP, -1, -1), Traffic(ICMPV6, -1, -1)],
    [Traffic()],
    [Traffic(ICMP, 8, -1), Traffic(ICMPV6, 128, -1)],
    [Traffic(ICMP, 8, 0), Traffic(ICMPV6, 128, 0)],
    [Traffic(ICMP, 0, -1), Traffic(ICMPV6, 129, -1)],
    [Traffic(ICMP, 8, 1), Traffic(ICMPV6, 128, 1)],
]


def open_for(draft: Draft, question: Question) -> None:
    """Filters of both ends, and of what stands behind a load balancer, for one question."""
    sources, destinations = draft.faces(question.source), draft.faces(question.destination)
    traffic = _traffic(draft, question)
    for here in sources:
        _groups(draft, here, destinations, question.destination, traffic, egress=True)
    for here in destinations:
        _groups(draft, here, sources, question.source, traffic, egress=False)
    if question.destination == "lb":
        _targets(draft, draft.get(LoadBalancer, "lb"))
    for acl in draft.all(NetworkAcl):
        if not acl.default:
            _acl(draft, acl)


def _traffic(draft: Draft, question: Question) -> list[Traffic]:
    """Rules that together mean everything that is asked."""
    if question.protocol == "icmp":
        return draft.pick(ECHOES)
    if question.protocol not in NUMBERS:
        return [Traffic()]
    number = NUMBERS[question.protocol]
    first, last = question.ports or {"db": (5432, 5432), "lb": (80, 80)}.get(question.destination, (0, 65535))
    ways = [
        [Traffic(number, first, last)],
        [Traffic()],
        [Traffic(number, max(0, first - 10), min(65535, last + 10))],
        [Traffic(number, 0, 65535)],
    ]
    if draft.rarely():
        # Missed by one port.
        ways = [[Traffic(number, max(0, first - 1), max(0, last - 1))], [Traffic(number, first + 1, 65535)]]
    elif first < last:
        middle = (first + last) // 2
        ways.append([Traffic(number, first, middle), Traffic(number, middle + 1, last)])
    return draft.pick(ways)


def _groups(
    draft: Draft,
    here: Interface,
    others: list[Interface],
    name: str,
    traffic: list[Traffic],
    *,
    egress: bool,
) -> None:
    if not here.groups or draft.rarely():
        return
    group = draft.pick(here.groups)
    for each in traffic:
        for peer in _peers(draft, others, name):
            draft.rule(group, GroupRule(egress, each, peer))


def _peers(draft: Draft, others: list[Interface], name: str) -> list[Cidr | GroupPeer | ListPeer]:
    """Ways to mean whoever is at the other end; not each is right for each end."""
    ways: list[list[Cidr | GroupPeer | ListPeer]] = [list(EVERYWHERE), list(EVERYWHERE)]
    if name == "s3":
        ways.append([ListPeer(SERVICE_LIST)])
    elif name[0].isdigit() and not others:
        ways.append([ip_network(f"{name}/{128 if ':' in name else 32}")])
        ways.append([ListPeer(OUR_LIST)])
    for other in others[:1]:
        subnet, vpc = draft.get(Subnet, other.subnet), draft.get(Vpc, other.vpc)
        ways.append([cidr for cidr in (subnet.cidr, subnet.ipv6_cidr) if cidr is not None])
        ways.append([*vpc.cidrs, *vpc.ipv6_cidrs])
        ways.append([ListPeer(OUR_LIST)])
        if other.groups:
            ways += [[GroupPeer(draft.pick(other.groups))]] * 2
    return draft.pick(ways)


def _targets(draft: Draft, balancer: LoadBalancer) -> None:
    nodes = [draft.get(Interface, each) for each in balancer.interfaces]
    for listener in balancer.listeners:
        for name in listener.target_groups:
            group = draft.get(TargetGroup, name)
            for target in group.targets:
                faces = draft.faces(target.id) if not group.by_ip else _by_ip(draft, balancer, target.id)
                ports = {target.port, group.health_port or target.port}
                traffic = [Traffic(TCP, min(ports), max(ports))] if draft.half() else [Traffic()]
                for face in faces:
                    _groups(draft, face, nodes, "lb", traffic, egress=False)
                _groups(draft, nodes[0], faces, target.id, traffic, egress=True)


def _by_ip(draft: Draft, balancer: LoadBalancer, address: str) -> list[Interface]:
    return [
        each
        for each in draft.all(Interface)
        if each.vpc == balancer.vpc and address in {str(one) for one in each.private_ips}
    ]


def _acl(draft: Draft, acl: NetworkAcl) -> None:
    """A list of its own: everything, or what is asked for and the ports that answers go to."""
    for egress in (False, True):
        for six, cidr in enumerate(EVERYWHERE):
            way = draft.pick(("all", "protocols", "halves", "echoes"))
            if way == "all":
                parts = [Traffic()]
            elif way == "protocols":
                parts = [Traffic(TCP, 0, 65535), Traffic(UDP, 0, 65535), Traffic((ICMP, ICMPV6)[six], -1, -1)]
            elif way == "echoes":
                parts = [Traffic(each, kind, -1) for each, kind in PINGS] + [Traffic(TCP, 0, 65535)]
            else:
                parts = [Traffic(TCP, 0, 1023), Traffic(TCP, 1024, 65535), Traffic(UDP, 1024, 65535)]
            for part in parts:
                if draft.mostly():
                    draft.entry(acl.id, AclEntry(200, egress, allow=True, traffic=part, cidr=cidr))
