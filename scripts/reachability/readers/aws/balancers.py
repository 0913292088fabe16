"""Load balancers with their listeners and targets from AWS's answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial

from scripts.reachability.model import Listener, LoadBalancer, Target, TargetGroup, Unmodelled
from scripts.reachability.readers.assembly import Found
from scripts.reachability.readers.aws.documents import Documents, Entry, read
from scripts.reachability.readers.aws.fields import unknown
from scripts.reachability.readers.aws.interfaces import described
from scripts.reachability.readers.balancing import PROTOCOLS, keeps_client, listeners, of_listener

_CROSS_ZONE = "load_balancing.cross_zone.enabled"


def balancers(documents: Documents) -> Iterator[Found]:
    """Load balancers and target groups."""
    if "LoadBalancerDescriptions" in documents.answer("describe-load-balancers"):
        yield Unmodelled("describe-load-balancers", "Classic Load Balancers", "they are not judged")
    by_balancer: dict[str, list[Entry]] = defaultdict(list)
    for entry in documents.entries("describe-listeners"):
        by_balancer[entry.get("LoadBalancerArn", "")].append(entry)
    rules = _rules(documents)
    groups = {
        each["TargetGroupArn"]: each
        for each in documents.entries("describe-target-groups")
        if "TargetGroupArn" in each
    }
    yield from read(documents, "describe-target-groups", partial(_group, documents=documents))
    nodes: dict[str, list[str]] = defaultdict(list)
    for entry in documents.entries("describe-network-interfaces"):
        if str(entry.get("Description")).startswith("ELB "):
            nodes[entry["Description"]].append(entry.get("NetworkInterfaceId", ""))
    yield from read(
        documents,
        "describe-load-balancers",
        partial(
            _balancer, documents=documents, listening=by_balancer, rules=rules, groups=groups, nodes=nodes
        ),
    )


def _rules(documents: Documents) -> Mapping[str, list[Entry]]:
    """Rules by the ARN of their listener, which is the beginning of their own."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in documents.entries("describe-rules"):
        beginning = entry.get("RuleArn", "").rpartition("/")[0]
        found[beginning.replace(":listener-rule/", ":listener/")].append(entry)
    return found


def _balancer(
    entry: Entry,
    *,
    documents: Documents,
    listening: Mapping[str, list[Entry]],
    rules: Mapping[str, list[Entry]],
    groups: Mapping[str, Entry],
    nodes: Mapping[str, list[str]],
) -> Iterator[Found]:
    arn, kind = entry["LoadBalancerArn"], entry["Type"]
    if kind not in ("application", "network"):
        yield Unmodelled(arn, f"load balancer of type {kind}", "it is not judged")
        return
    found: list[Listener] = []
    used: dict[str, None] = {}
    for each in listening.get(arn, ()):
        yield from unknown("Listener", arn, each)
        actions = [*(each.get("DefaultActions") or ())]
        for rule in rules.get(each["ListenerArn"], ()):
            actions += rule.get("Actions") or ()
            if any(condition.get("Field") == "source-ip" for condition in rule.get("Conditions") or ()):
                told = "its targets are judged for every client, whatever their address"
                yield Unmodelled(arn, f"listener rule {rule['Priority']} chooses by source-ip", told)
        for action in actions:
            if action["Type"].startswith("authenticate-"):
                told = "whether the load balancer reaches the identity provider is not judged"
                yield Unmodelled(arn, f"action {action['Type']}", told)
        targets, itself = of_listener(map(_action, actions))
        used |= dict.fromkeys(targets)
        found += listeners(each["ListenerArn"], int(each["Port"]), each["Protocol"], targets, itself)
    if "describe-listeners" in (missing := {command.name for command in documents.missing()}):
        yield Unmodelled(arn, "describe-listeners is not in the input", "it is taken to have no listener")
    elif found and "describe-rules" in missing:
        yield Unmodelled(arn, "describe-rules is not in the input", "only default actions are judged")
    cross_zone, reports = _cross_zone(entry, documents, [groups[each] for each in used if each in groups])
    yield from reports
    zones = entry.get("AvailabilityZones") or ()
    yield LoadBalancer(
        id=arn,
        name=entry["LoadBalancerName"],
        vpc=entry["VpcId"],
        type=kind,
        internet_facing=entry["Scheme"] == "internet-facing",
        subnets=tuple(zone["SubnetId"] for zone in zones),
        interfaces=tuple(nodes.get(described(arn), ())),
        listeners=tuple(found),
        cross_zone=cross_zone,
        state=entry["State"]["Code"],
    )
    yield from unknown("LoadBalancer", arn, entry)
    if kind == "network":
        for group in (groups[each] for each in used if each in groups):
            written = _attributes(documents, "describe-target-group-attributes", group, "TargetGroup")
            kept = written.get("preserve_client_ip.enabled")
            if keeps_client(kept, group.get("TargetType") or "instance", group.get("Protocol") or ""):
                told = (
                    f"targets of {group['TargetGroupName']} see the client's address, not the load balancer's"
                )
                yield Unmodelled(arn, "client IP preservation", told)


def _action(action: Entry) -> tuple[str, list[tuple[str, int]]]:
    """Type of an action, and the target groups that it forwards to, with their weights."""
    forward = (action.get("ForwardConfig") or {}).get("TargetGroups") or ()
    weighted = [(each["TargetGroupArn"], each.get("Weight", 1)) for each in forward]
    if not weighted and action.get("TargetGroupArn"):
        weighted = [(action["TargetGroupArn"], 1)]
    return action["Type"], weighted


def _attributes(documents: Documents, command: str, entry: Entry, what: str) -> dict[str, str]:
    found = documents.about(command, entry[f"{what}Arn"], entry[f"{what}Name"])
    return {each["Key"]: each.get("Value", "") for each in found or ()}


def _cross_zone(entry: Entry, documents: Documents, groups: list[Entry]) -> tuple[bool, list[Unmodelled]]:
    """Whether nodes send to targets in every zone: the target groups' word stands above the balancer's."""
    own = _attributes(documents, "describe-load-balancer-attributes", entry, "LoadBalancer").get(_CROSS_ZONE)
    by_itself = entry["Type"] == "application" if own is None else own == "true"
    said = {
        {"true": True, "false": False}.get(
            _attributes(documents, "describe-target-group-attributes", each, "TargetGroup").get(
                _CROSS_ZONE, ""
            ),
            by_itself,
        )
        for each in groups
    }
    if len(said) == 1:
        return said.pop(), []
    if not said:
        return by_itself, []
    told = f"its target groups differ; all are judged with {str(by_itself).lower()}"
    return by_itself, [Unmodelled(entry["LoadBalancerArn"], _CROSS_ZONE, told)]


def _group(entry: Entry, *, documents: Documents) -> Iterator[Found]:
    arn, kind = entry["TargetGroupArn"], entry.get("TargetType") or "instance"
    if kind not in ("instance", "ip"):
        yield Unmodelled(arn, f"target group of type {kind}", "what is behind it is not judged")
    health = documents.about("describe-target-health", arn, entry["TargetGroupName"])
    if health is None:
        yield Unmodelled(arn, "describe-target-health is not in the input", "it is taken to have no target")
    protocol = entry.get("Protocol") or "TCP"
    if len(PROTOCOLS.get(protocol, ())) > 1:
        yield Unmodelled(arn, f"protocol {protocol}", "only TCP is judged between load balancer and target")
    check = entry.get("HealthCheckPort") or "traffic-port"
    checked = entry.get("HealthCheckEnabled", True) and check != "traffic-port"
    yield TargetGroup(
        id=arn,
        name=entry["TargetGroupName"],
        vpc=entry.get("VpcId"),
        by_ip=kind == "ip",
        protocol=PROTOCOLS[protocol][0] if protocol in PROTOCOLS else 6,
        health_port=int(check) if checked else None,
        targets=tuple(
            Target(each["Target"]["Id"], int(each["Target"].get("Port") or entry["Port"]))
            for each in health or ()
            if each["TargetHealth"]["State"] != "draining" and kind in ("instance", "ip")
        ),
    )
    yield from unknown("TargetGroup", arn, entry)
