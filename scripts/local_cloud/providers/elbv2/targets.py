"""Targets: registered, deregistered, and what can truly be said of their health."""

from __future__ import annotations

import ipaddress
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.elbv2 import network
from scripts.local_cloud.providers.elbv2 import store as records
from scripts.local_cloud.providers.elbv2.store import ElbStore, TargetGroup, answers, store_of
from scripts.local_cloud.providers.framework import Request, Response, error

_UNCHECKED = "No health check has been made: the local cloud does not check targets yet"
_GONE = {"shutting-down", "terminated"}


def _key(group: TargetGroup, target: dict[str, Any]) -> tuple[str, int | None]:
    return target["Id"], target.get("Port", group.description.get("Port"))


def _check_instances(context: RequestContext, group: TargetGroup, ids: list[str]) -> None:
    found = network.instances(context, ids)
    for instance_id in ids:
        instance = found.get(instance_id)
        if instance is None or instance["State"]["Name"] in _GONE:
            raise error("InvalidTarget", f"The following targets are not valid: '{instance_id}'")
        if instance["State"]["Name"] != "running":
            raise error(
                "InvalidTarget",
                f"The following targets are not in a running state and cannot be registered: '{instance_id}'",
            )
        if instance["VpcId"] != group.description["VpcId"]:
            raise error(
                "InvalidTarget",
                "The following targets are not in the target group's VPC and cannot be registered: "
                f"'{instance_id}'",
            )


def _check_addresses(targets: list[dict[str, Any]]) -> None:
    for target in targets:
        try:
            address = ipaddress.ip_address(target["Id"])
        except ValueError as wrong:
            raise error(
                "ValidationError", f"The IP address '{target['Id']}' is not a valid IP address"
            ) from wrong
        if address.is_global or address.is_loopback or address.is_link_local:
            raise error(
                "InvalidTarget",
                f"The IP address '{address}' must be one of the VPC's or of the private ranges of RFC 1918 "
                "and RFC 6598",
            )


@answers("RegisterTargets")
def _register(context: RequestContext, request: Request) -> Response:
    group = records.target_group(store_of(context), request["TargetGroupArn"])
    targets = request["Targets"]
    if group.target_type == "instance":
        _check_instances(context, group, [each["Id"] for each in targets])
    elif group.target_type == "ip":
        _check_addresses(targets)
    for target in targets:
        key = _key(group, target)
        group.targets[key] = {"Port": key[1], **target} if key[1] is not None else dict(target)
    return {}


@answers("DeregisterTargets")
def _deregister(context: RequestContext, request: Request) -> Response:
    """A target without requests in flight leaves at once; without a port, each of its ports leaves."""
    group = records.target_group(store_of(context), request["TargetGroupArn"])
    for target in request["Targets"]:
        for key in list(group.targets):
            if key[0] == target["Id"] and target.get("Port", key[1]) == key[1]:
                del group.targets[key]
    return {}


def _forget_terminated(context: RequestContext, group: TargetGroup) -> dict[str, str]:
    """Drop instances that are gone, as AWS does; the states of the others, by id."""
    if group.target_type != "instance" or not group.targets:
        return {}
    found = network.instances(context, sorted({key[0] for key in group.targets}))
    states = {instance_id: str(each["State"]["Name"]) for instance_id, each in found.items()}
    for key in list(group.targets):
        if states.get(key[0], "terminated") in _GONE:
            del group.targets[key]
    return states


def _health(store: ElbStore, group: TargetGroup, target: dict[str, Any], state: str) -> dict[str, str]:
    """Never ``healthy``: nothing has looked."""
    if not records.load_balancers_of(store, group.arn):
        return {
            "State": "unused",
            "Reason": "Target.NotInUse",
            "Description": "Target group is not configured to receive traffic from the load balancer",
        }
    if state not in {"running", ""}:
        return {
            "State": "unused",
            "Reason": "Target.InvalidState",
            "Description": f"Target is in the {state} state",
        }
    if not group.description["HealthCheckEnabled"]:
        return {
            "State": "unavailable",
            "Reason": "Target.HealthCheckDisabled",
            "Description": "Health checks are disabled for this target",
        }
    return {"State": "initial", "Reason": "Elb.InitialHealthChecking", "Description": _UNCHECKED}


def _checked_port(group: TargetGroup, target: dict[str, Any]) -> dict[str, str]:
    port = group.description.get("HealthCheckPort")
    if port is None:
        return {}
    return {"HealthCheckPort": str(target["Port"]) if port == "traffic-port" else str(port)}


@answers("DescribeTargetHealth")
def _describe_health(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    group = records.target_group(store, request["TargetGroupArn"])
    states = _forget_terminated(context, group)
    wanted = [_key(group, each) for each in request.get("Targets") or []] or list(group.targets)
    shown: list[dict[str, Any]] = []
    for key in wanted:
        target = group.targets.get(key)
        if target is None:
            shown.append(
                {
                    "Target": {"Id": key[0], **({"Port": key[1]} if key[1] is not None else {})},
                    "TargetHealth": {
                        "State": "unused",
                        "Reason": "Target.NotRegistered",
                        "Description": "Target is not registered to the target group",
                    },
                }
            )
            continue
        health = _health(store, group, target, states.get(key[0], ""))
        shown.append({"Target": target, "TargetHealth": health, **_checked_port(group, target)})
    return {"TargetHealthDescriptions": shown}
