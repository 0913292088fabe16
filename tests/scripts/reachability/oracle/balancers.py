"""Load balancers take what their listeners are there for, and begin anew towards the targets."""

from __future__ import annotations

from ipaddress import ip_address

from scripts.reachability.answer import Question
from scripts.reachability.model import (
    TCP,
    UDP,
    Interface,
    Listener,
    LoadBalancer,
    Network,
    Target,
    TargetGroup,
)
from tests.scripts.reachability.oracle.ends import own_port
from tests.scripts.reachability.oracle.exchange import carry
from tests.scripts.reachability.oracle.packets import EPHEMERAL, Dropped, with_ports


def behind(network: Network, balancer: LoadBalancer, question: Question, version: int) -> None:
    protocol = {"tcp": TCP, "udp": UDP}.get(question.protocol, 0)
    first, last = question.ports or own_port(network, question)
    for port in range(first, last + 1):
        listeners = [each for each in balancer.listeners if (each.port, each.protocol) == (port, protocol)]
        if not listeners:
            raise Dropped(f"no listener at {port}")
        for listener in listeners:
            _listener(network, balancer, listener, version)


def _listener(network: Network, balancer: LoadBalancer, listener: Listener, version: int) -> None:
    groups = [network.target_groups[each] for each in listener.target_groups]
    if not groups and not listener.answers_itself:
        raise Dropped(f"{listener.id} forwards to nobody")
    for group in groups:
        if not group.targets and not listener.answers_itself:
            raise Dropped(f"{group.id} has no targets")
        _target_group(network, balancer, group, version)


def _target_group(network: Network, balancer: LoadBalancer, group: TargetGroup, version: int) -> None:
    enabled = {network.subnets[each].zone for each in balancer.subnets}
    targets = [(target, _target_interface(network, balancer, group, target)) for target in group.targets]
    for target, there in targets:
        if network.subnets[there.subnet].zone not in enabled:
            raise Dropped(f"{target.id} lies in a zone that is not enabled")
    for name in balancer.interfaces:
        node = network.interfaces[name]
        zone = network.subnets[node.subnet].zone
        mine = [
            each
            for each in targets
            if balancer.cross_zone or network.subnets[each[1].subnet].zone == zone
        ]  # fmt: skip
        if targets and not mine:
            raise Dropped(f"{node.id} has no target in its zone")
        for target, there in mine:
            for port in {target.port, group.health_port or target.port}:
                protocol = TCP if port != target.port else group.protocol
                for exchange in with_ports(network, protocol, (port, port), EPHEMERAL):
                    carry(network, node, there, version, exchange)


def _target_interface(
    network: Network, balancer: LoadBalancer, group: TargetGroup, target: Target
) -> Interface:
    if not group.by_ip:
        instance = network.instances.get(target.id)
        if instance is None:
            raise Dropped(f"target {target.id} does not exist")
        return network.interfaces[instance.interfaces[0]]
    vpcs = [balancer.vpc] + [
        across for each in network.peerings.values() if (across := each.across(balancer.vpc)) is not None
    ]
    for vpc in vpcs:
        for each in network.interfaces.values():
            if each.vpc == vpc and ip_address(target.id) in (*each.private_ips, *each.ipv6_addresses):
                return each
    raise Dropped(f"nobody has the target's address {target.id}")
