"""Load balancers with their listeners and targets from Terraform's resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scripts.declarations.declared import Declared, value_at
from scripts.reachability.model import Interface, Listener, LoadBalancer, Target, TargetGroup
from scripts.reachability.readers.assembly import Found
from scripts.reachability.readers.balancing import PROTOCOLS, keeps_client, listeners, of_listener
from scripts.reachability.readers.terraform.ends import Ends
from scripts.reachability.readers.terraform.interfaces import node_interface
from scripts.reachability.readers.terraform.stack import (
    BALANCER,
    GROUP,
    LISTENER,
    SUBNET,
    TARGET_GROUP,
    Stack,
    blocks,
    common,
    identifier,
    name,
)

_BY_ADDRESS = ("aws_instance", "aws_network_interface", "aws_lb", "aws_alb")
_LATER = "only an apply will tell"


def balancers(ends: Ends, interfaces: Mapping[str, Interface]) -> Iterator[Found]:
    """Load balancers with the interfaces of their nodes, and target groups.

    Parameters
    ----------
    interfaces
        Of instances, by id: targets by address may be known by whose address it is.
    """
    stack = ends.stack
    targets = _targets(stack, interfaces)
    for each in stack.of(*TARGET_GROUP):
        yield from _group(stack, each, targets.get(identifier(each), ()))
    by_balancer = _listeners(stack)
    for each in stack.of(*BALANCER):
        yield from _balancer(ends, each, by_balancer.get(identifier(each), ()))
    for each in stack.of("aws_elb"):
        stack.report(each, "Classic Load Balancer", "it is not judged")


def _listeners(stack: Stack) -> dict[str, list[Listener]]:
    rules: dict[str, list[Declared]] = defaultdict(list)
    for each in stack.of("aws_lb_listener_rule", "aws_alb_listener_rule"):
        rules[stack.one(each, "listener_arn", types=LISTENER)].append(each)
        if any(one.get("source_ip") for one in blocks(each, "condition")):
            told = "its targets are judged for every client, whatever their address"
            stack.report(each, "source_ip", told)
    found: dict[str, list[Listener]] = defaultdict(list)
    for each in stack.of(*LISTENER):
        actions = list(_actions(stack, each, "default_action"))
        for rule in rules[identifier(each)]:
            actions += _actions(stack, rule, "action")
        groups, itself = of_listener(actions)
        port, protocol = each.values.get("port"), each.values.get("protocol") or "HTTP"
        balancer = stack.one(each, "load_balancer_arn", types=BALANCER)
        if port is None or not balancer:
            stack.report(each, "port or load_balancer_arn", f"{_LATER}: the listener is left out")
            continue
        found[balancer] += listeners(identifier(each), int(port), protocol, groups, itself, each.address)
    return found


def _actions(stack: Stack, each: Declared, attribute: str) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    for place, action in enumerate(blocks(each, attribute)):
        kind = str(action.get("type") or "forward")
        if kind.startswith("authenticate-"):
            told = "whether the load balancer reaches the identity provider is not judged"
            stack.report(each, f"action {kind}", told)
        groups = [
            (one, 1) for one in stack.ids(each, attribute, place, "target_group_arn", types=TARGET_GROUP)
        ]
        for number, forward in enumerate(value_at(action, ("forward", 0, "target_group")) or ()):
            path = (attribute, place, "forward", 0, "target_group", number, "arn")
            # Blocks of a set: a plan's order is not that of the code.
            named = stack.ids(each, *path, types=TARGET_GROUP) if forward.get("arn") else ()
            weight = forward.get("weight")
            groups += [(one, 1 if weight is None else int(weight)) for one in named]
        if kind == "forward" and not groups:
            found = stack.referred(each, attribute, types=TARGET_GROUP)
            groups = [(identifier(one), 1) for one in found]
            if not groups:
                stack.report(each, attribute, f"{_LATER} to which target group it forwards")
        yield kind, groups


def _targets(stack: Stack, interfaces: Mapping[str, Interface]) -> dict[str, list[Target]]:
    ports = {identifier(each): each.values.get("port") for each in stack.of(*TARGET_GROUP)}
    found: dict[str, list[Target]] = defaultdict(list)
    by_owner = {each.owner: each for each in interfaces.values() if each.owner}
    for each in stack.of("aws_lb_target_group_attachment", "aws_alb_target_group_attachment"):
        group = stack.one(each, "target_group_arn", types=TARGET_GROUP)
        port = each.values.get("port") or ports.get(group)
        by_ip = any(
            identifier(one) == group and one.values.get("target_type") == "ip"
            for one in stack.of(*TARGET_GROUP)
        )
        names = list(stack.named(each, "target_id", types=_BY_ADDRESS))
        if not group or not port or not names:
            stack.report(each, "target_group_arn, target_id or port", f"{_LATER}: the target is left out")
            continue
        for one in names:
            target = one if isinstance(one, str) else identifier(one)
            if by_ip and isinstance(one, Declared):
                interface = interfaces.get(target) or by_owner.get(target)
                if interface is None or not interface.private_ips:
                    stack.report(each, "target_id", f"{_LATER}: the target is left out")
                    continue
                target = str(interface.private_ips[0])
            found[group].append(Target(target, int(port)))
    return found


def _group(stack: Stack, each: Declared, targets: Sequence[Target]) -> Iterator[Found]:
    values = each.values
    kind = values.get("target_type") or "instance"
    if kind not in ("instance", "ip"):
        stack.report(each, f"target group of type {kind}", "what is behind it is not judged")
        targets = ()
    protocol = values.get("protocol") or "TCP"
    if len(PROTOCOLS.get(protocol, ())) > 1:
        stack.report(each, f"protocol {protocol}", "only TCP is judged between load balancer and target")
    check = value_at(values, ("health_check", 0)) or {}
    port = check.get("port") or "traffic-port"
    checked = check.get("enabled") is not False and port != "traffic-port"
    yield TargetGroup(
        **(common(each) | {"name": values.get("name") or name(each)}),
        vpc=stack.vpc(each) or None,
        by_ip=kind == "ip",
        protocol=PROTOCOLS[protocol][0] if protocol in PROTOCOLS else 6,
        health_port=int(port) if checked else None,
        targets=tuple(targets),
    )


def _balancer(ends: Ends, each: Declared, listening: Sequence[Listener]) -> Iterator[Found]:
    stack, values = ends.stack, each.values
    kind = values.get("load_balancer_type") or "application"
    if kind not in ("application", "network"):
        stack.report(each, f"load balancer of type {kind}", "it is not judged")
        return
    internal = bool(values.get("internal"))
    fixed = _mapped(stack, each)
    subnets = stack.ids(each, "subnets", types=SUBNET) or tuple(fixed)
    if not subnets:
        stack.report(each, "subnets", f"{_LATER}: the load balancer is left out")
        return
    vpc = stack.vpc(each) or ends.vpc_of(subnets[0]) or _vpc_of_groups(stack, each)
    if not vpc:
        stack.report(each, "vpc_id", f"{_LATER}: the load balancer is left out")
        return
    groups = _groups(ends, each, kind, vpc)
    nodes: list[Interface] = []
    dual = str(values.get("ip_address_type") or "").startswith("dualstack")
    for subnet in subnets:
        mapped = fixed.get(subnet, {})
        nodes += ends.interface(
            node_interface(each, subnet), subnet, groups, each,
            owner=identifier(each),
            private=[one for one in (mapped.get("private_ipv4_address"),) if one],
            ipv6=[one for one in (mapped.get("ipv6_address"),) if one],
            wants_ipv6=int(dual and ends.speaks_ipv6(subnet)),
            public=not internal and values.get("ip_address_type") != "dualstack-without-public-ipv4",
        )  # fmt: skip
    yield from nodes
    cross_zone = kind == "application" or bool(values.get("enable_cross_zone_load_balancing"))
    yield LoadBalancer(
        **(common(each) | {"name": values.get("name") or name(each)}),
        vpc=vpc,
        type=kind,
        internet_facing=not internal,
        subnets=subnets,
        interfaces=tuple(one.id for one in nodes),
        listeners=tuple(listening),
        cross_zone=_cross_zone(stack, each, listening, cross_zone),
    )
    if kind == "network":
        _report_kept(stack, each, listening)


def _groups(ends: Ends, each: Declared, kind: str, vpc: str) -> Sequence[str]:
    if kind == "network" and not ends.stack.named(each, "security_groups", types=GROUP):
        return ()
    return ends.groups(each, "security_groups", vpc)


def _vpc_of_groups(stack: Stack, each: Declared) -> str:
    for group in stack.named(each, "security_groups", types=GROUP):
        if isinstance(group, Declared):
            return stack.vpc(group)
    return ""


def _mapped(stack: Stack, each: Declared) -> dict[str, Mapping[str, Any]]:
    """Subnet to its mapping, where subnets are given with addresses."""
    found = {}
    for place, values in enumerate(blocks(each, "subnet_mapping")):
        for subnet in stack.ids(each, "subnet_mapping", place, "subnet_id", types=SUBNET):
            found[subnet] = values
    return found


def _used(stack: Stack, listening: Sequence[Listener]) -> list[Declared]:
    wanted = {group for one in listening for group in one.target_groups}
    return [each for each in stack.of(*TARGET_GROUP) if identifier(each) in wanted]


def _cross_zone(stack: Stack, each: Declared, listening: Sequence[Listener], own: bool) -> bool:
    said = {
        {"true": True, "false": False}.get(str(one.values.get("load_balancing_cross_zone_enabled")), own)
        for one in _used(stack, listening)
    }
    if len(said) > 1:
        told = f"its target groups differ; all are judged with {str(own).lower()}"
        stack.report(each, "load_balancing_cross_zone_enabled", told)
        return own
    return said.pop() if said else own


def _report_kept(stack: Stack, each: Declared, listening: Sequence[Listener]) -> None:
    for group in _used(stack, listening):
        values = group.values
        written = values.get("preserve_client_ip")
        protocol = values.get("protocol") or "TCP"
        if keeps_client(written or None, values.get("target_type") or "instance", protocol):
            told = f"targets of {values.get('name') or group.address} see the client's address"
            stack.report(each, "client IP preservation", told)
