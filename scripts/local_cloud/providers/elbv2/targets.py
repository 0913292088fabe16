"""Targets: registered, deregistered, and their health."""

from __future__ import annotations

import ipaddress
import time
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.elbv2 import health, network
from scripts.local_cloud.providers.elbv2 import store as records
from scripts.local_cloud.providers.elbv2.store import TargetGroup, answers, store_of
from scripts.local_cloud.providers.framework import Fidelity, Request, Response, error

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
        # AWS takes no loopback address; here it is where a target can really listen.
        if address.is_global or address.is_link_local:
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
        group.draining.pop(key, None)
        group.targets[key] = {"Port": key[1], **target} if key[1] is not None else dict(target)
    return {}


@answers("DeregisterTargets")
def _deregister(context: RequestContext, request: Request) -> Response:
    """Without a port, each of a target's ports leaves.

    Nothing is in flight, so the target leaves at once; as on AWS it is shown as draining until the delay has
    passed all the same.
    """
    store = store_of(context)
    group = records.target_group(store, request["TargetGroupArn"])
    delay = float(group.attributes.get("deregistration_delay.timeout_seconds", "0"))
    in_use = bool(records.load_balancers_of(store, group.arn))
    for target in request["Targets"]:
        for key in list(group.targets):
            if key[0] == target["Id"] and target.get("Port", key[1]) == key[1]:
                gone = group.targets.pop(key)
                if in_use and delay:
                    group.draining[key] = gone, time.time() + delay
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


def _checked_port(group: TargetGroup, target: dict[str, Any]) -> dict[str, str]:
    port = health.checked_port(group, target)
    return {} if port is None else {"HealthCheckPort": port}


def _not_registered(key: tuple[str, int | None]) -> dict[str, Any]:
    return {
        "Target": {"Id": key[0], **({"Port": key[1]} if key[1] is not None else {})},
        "TargetHealth": {
            "State": "unused",
            "Reason": "Target.NotRegistered",
            "Description": "Target is not registered to the target group",
        },
    }


_DRAINING = {
    "State": "draining",
    "Reason": "Target.DeregistrationInProgress",
    "Description": "Target deregistration is in progress",
}


@answers("DescribeTargetHealth", Fidelity.REAL)
def _describe_health(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    group = records.target_group(store, request["TargetGroupArn"])
    states = _forget_terminated(context, group)
    # A state that was loaded brings targets that nobody registered.
    health.bring_up_to_date()
    networks = network.vpcs(context.account_id, context.region) if group.target_type == "ip" else {}
    shown = {}
    for key, target in group.targets.items():
        found = health.of_target(store, group, target, states.get(key[0], ""), networks)
        shown[key] = {"Target": target, "TargetHealth": found, **_checked_port(group, target)}
    for target in health.draining(store, group):
        shown[_key(group, target)] = {
            "Target": target,
            "TargetHealth": _DRAINING,
            **_checked_port(group, target),
        }
    wanted = [_key(group, each) for each in request.get("Targets") or []]
    if wanted:
        return {"TargetHealthDescriptions": [shown.get(key, _not_registered(key)) for key in wanted]}
    return {"TargetHealthDescriptions": list(shown.values())}
