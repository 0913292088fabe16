"""Load balancers: from a client to each node, and from each node to every target that it has to reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import islice
from typing import TypeVar

from scripts.reachability import wording
from scripts.reachability.answer import EPHEMERAL, Blocker, Direction
from scripts.reachability.flow import Flow, Place, place
from scripts.reachability.model import (
    TCP,
    Component,
    Interface,
    Listener,
    LoadBalancer,
    Network,
    Target,
    TargetGroup,
)
from scripts.reachability.paths.gateways import address_of_node
from scripts.reachability.ranges import Range, minus
from scripts.reachability.repairs import AddBalancerSubnet, CreateListener, EnableCrossZone, Repair
from scripts.reachability.traffic import Packets, packets

A = TypeVar("A", IPv4Address, IPv6Address)


@dataclass(frozen=True)
class Registered:
    """A target, and the interface that it is; None where there is no such instance or address."""

    group: TargetGroup
    target: Target
    interface: Interface | None


def listeners_at(balancer: LoadBalancer, sent: Packets) -> list[Listener]:
    """Listeners that take some of what is sent."""
    first, last = sent.ports
    return [
        each for each in balancer.listeners if each.protocol == sent.protocol and first <= each.port <= last
    ]


def registered(network: Network, balancer: LoadBalancer, group: TargetGroup) -> list[Registered]:
    """Targets of a group; addresses are looked up in the balancer's VPC, then in peered ones."""
    return [Registered(group, each, _interface(network, balancer, group, each)) for each in group.targets]


def _interface(
    network: Network, balancer: LoadBalancer, group: TargetGroup, target: Target
) -> Interface | None:
    if not group.by_ip:
        instance = network.instances.get(target.id)
        return network.interfaces.get(instance.interfaces[0]) if instance and instance.interfaces else None
    address = ip_address(target.id)
    across = (each.across(balancer.vpc) for each in network.peerings.values())
    for vpc in (balancer.vpc, *(each for each in across if each is not None)):
        if (vpc, address) in network.interface_at:
            return network.interface_at[vpc, address]
    return None


def behind(network: Network, balancer: LoadBalancer, sent: Packets, version: int) -> Iterator[Flow]:
    """From every node to its targets, at their port and at the one where health is checked."""
    zones = {_zone(network, each) for each in balancer.subnets}
    done: set[object] = set()
    for listener in listeners_at(balancer, sent):
        for group in _groups(network, listener):
            for each in registered(network, balancer, group):
                blockers = _target_blockers(network, balancer, each, zones)
                for flow in _to_target(network, balancer, each, version, blockers):
                    if flow.key not in done:
                        done.add(flow.key)
                        yield flow


def _to_target(
    network: Network,
    balancer: LoadBalancer,
    each: Registered,
    version: int,
    blockers: tuple[Blocker, ...],
) -> Iterator[Flow]:
    sent = [packets(each.group.protocol, version, (each.target.port,) * 2, EPHEMERAL)]
    health = each.group.health_port
    if health is not None and health != each.target.port:
        sent.append(packets(TCP, version, (health, health), EPHEMERAL))
    if blockers or each.interface is None:
        component = each.interface or each.group
        target = place(network, each.interface) if each.interface is not None else Place(component)
        yield Flow(Place(balancer), Place(target.component), sent[0], version, blockers)
        return
    target = place(network, each.interface)
    for node in balancer.interfaces:
        interface = network.interfaces[node]
        if balancer.cross_zone or _zone(network, interface.subnet) == _zone(network, each.interface.subnet):
            for one in sent:
                yield Flow(Place(balancer, node), target, one, version)


def _target_blockers(
    network: Network, balancer: LoadBalancer, each: Registered, zones: set[str]
) -> tuple[Blocker, ...]:
    if each.interface is None:
        because = f"The target {each.target.id} of {wording.called(each.group)} does not exist."
        return (_blocker("NO_SOURCE_OR_DESTINATION", each.group, because),)
    zone = _zone(network, each.interface.subnet)
    if zone in zones:
        return ()
    others = [one.interface for one in registered(network, balancer, each.group) if one.interface is not None]
    nowhere = not any(_zone(network, one.subnet) in zones for one in others)
    code = "ELBV2_NO_TARGETS_IN_AZ" if nowhere else "ELB_INSTALLED_AZ_RESTRICTION"
    because = (
        f"The target {each.target.id} lies in {zone}, where {wording.called(balancer)} has no subnet: "
        "a load balancer sends nothing to a zone that is not enabled for it."
    )
    return (_blocker(code, balancer, because, _new_node(network, balancer, each.interface.subnet)),)


def _new_node(network: Network, balancer: LoadBalancer, subnet: str) -> Repair | None:
    """A further subnet, where the balancer lies in the same VPC as the target."""
    where = network.subnets[subnet]
    if where.vpc != balancer.vpc or where.cidr is None:
        return None
    like = network.interfaces[balancer.interfaces[0]] if balancer.interfaces else None
    address = _free(network, where.vpc, where.cidr.hosts())
    if address is None:
        return None
    six = None
    if like is not None and like.ipv6_addresses and where.ipv6_cidr is not None:
        six = _free(network, where.vpc, where.ipv6_cidr.hosts())
    node = Interface(
        id=f"the new node of {balancer.name or balancer.id} in {subnet}",
        vpc=where.vpc,
        subnet=subnet,
        private_ips=(address,),
        ipv6_addresses=(six,) if six is not None else (),
        groups=like.groups if like is not None else (),
        owner=balancer.id,
        assumed=True,
    )
    if like is not None and like.public_ip is not None:
        node = replace(node, public_ip=address_of_node(network, subnet))
    return AddBalancerSubnet(balancer.id, node)


def _free(network: Network, vpc: str, hosts: Iterator[A]) -> A | None:
    """An address that nobody has; AWS keeps the first four of a subnet to itself."""
    return next((each for each in islice(hosts, 3, None) if (vpc, each) not in network.interface_at), None)


def node_blockers(network: Network, balancer: LoadBalancer, node: str, sent: Packets) -> tuple[Blocker, ...]:
    """What keeps a node from passing on what comes to it, whatever the network does."""
    missing = _missing_listeners(balancer, sent)
    if missing is not None:
        return (missing,)
    found: list[Blocker] = []
    for listener in listeners_at(balancer, sent):
        groups = _groups(network, listener)
        empty: list[Component] = [each for each in groups if not each.targets]
        if (empty or not groups) and not listener.answers_itself:
            where = empty[0] if empty else listener
            because = (
                f"The listener at port {listener.port} of {wording.called(balancer)} forwards to "
                f"{wording.called(where)}, in which no target is registered."
                if empty
                else f"The listener at port {listener.port} of {wording.called(balancer)} forwards to nobody."
            )
            found.append(_blocker("ELBV2_LISTENER_HAS_NO_TG", where, because))
        for group in groups:
            found += _zone_blockers(network, balancer, node, group)
    return tuple(found)


def _zone_blockers(network: Network, balancer: LoadBalancer, node: str, group: TargetGroup) -> list[Blocker]:
    """A node that may only send inside its zone, and has no target there."""
    if balancer.cross_zone or not group.targets:
        return []
    zone = _zone(network, network.interfaces[node].subnet)
    zones = {
        _zone(network, each.interface.subnet)
        for each in registered(network, balancer, group)
        if each.interface is not None
    }
    if zone in zones:
        return []
    because = (
        f"{wording.called(balancer)} has no target in {zone}, and cross-zone load balancing is off: its node "
        "there has nobody to send to."
    )
    return [_blocker("ELB_NOT_CROSSZONE", balancer, because, EnableCrossZone(balancer.id))]


def _missing_listeners(balancer: LoadBalancer, sent: Packets) -> Blocker | None:
    if balancer.type == "application" and sent.protocol != TCP:
        because = f"{wording.called(balancer)} is an application load balancer: it takes TCP only."
        return _blocker("PROTOCOL_RESTRICTION", balancer, because)
    left: tuple[Range, ...] = (sent.ports,)
    listening = listeners_at(balancer, sent)
    for each in listening:
        left = minus(left, (each.port, each.port))
    if not left:
        return None
    ports = sorted({each.port for each in balancer.listeners})
    because = (
        f"{wording.called(balancer)} has no listener for {wording.traffic(sent.protocol, left[0])}; "
        f"it listens at {', '.join(map(str, ports)) or 'no port'}."
    )
    code = "ELBV2_LISTENER_PORT_RESTRICTION" if listening else "ELBV2_LISTENERS_MISMATCH"
    return _blocker(code, balancer, because, _new_listener(balancer, sent, left))


def _new_listener(balancer: LoadBalancer, sent: Packets, left: tuple[Range, ...]) -> Repair | None:
    """One for the one port that is missing, which forwards where the others do."""
    groups = next((each.target_groups for each in balancer.listeners if each.target_groups), ())
    (first, last), *others = left
    if others or first != last or not groups:
        return None
    identifier = f"the new listener at {first} of {balancer.name or balancer.id}"
    listener = Listener(id=identifier, port=first, protocol=sent.protocol, target_groups=groups)
    return CreateListener(balancer.id, listener)


def _groups(network: Network, listener: Listener) -> list[TargetGroup]:
    return [network.target_groups[each] for each in listener.target_groups if each in network.target_groups]


def _zone(network: Network, subnet: str) -> str:
    return network.subnets[subnet].zone


def _blocker(code: str, component: Component, because: str, repair: Repair | None = None) -> Blocker:
    return Blocker(code, component, Direction.FORWARD, None, because, repair)
