"""Target groups: made, described, changed, deleted."""

from __future__ import annotations

import re
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.elbv2 import attributes, network
from scripts.local_cloud.providers.elbv2 import store as records
from scripts.local_cloud.providers.elbv2.store import ElbStore, TargetGroup, answers, store_of
from scripts.local_cloud.providers.framework import Request, Response, error

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?")
_CODES = re.compile(r"\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*")
_PROTOCOLS = ("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP")
_HTTP = {"HTTP", "HTTPS"}

#: What a request may say of health checks, apart from the matcher.
_SETTINGS = (
    "HealthCheckProtocol",
    "HealthCheckPort",
    "HealthCheckEnabled",
    "HealthCheckPath",
    "HealthCheckIntervalSeconds",
    "HealthCheckTimeoutSeconds",
    "HealthyThresholdCount",
    "UnhealthyThresholdCount",
)


def _checks_by_default(target_type: str, protocol: str | None, request: Request) -> dict[str, Any]:
    """AWS's health check settings for what the request leaves out.

    Source: API reference of CreateTargetGroup.
    """
    if target_type == "lambda":
        return {
            "HealthCheckEnabled": False,
            "HealthCheckPath": "/",
            "HealthCheckIntervalSeconds": 35,
            "HealthCheckTimeoutSeconds": 30,
            "HealthyThresholdCount": 5,
            "UnhealthyThresholdCount": 2,
        }
    by_default = "HTTP" if protocol in _HTTP or target_type == "alb" else "TCP"
    checked_by = request.get("HealthCheckProtocol") or by_default
    timeout = 5 if protocol in _HTTP else 6 if checked_by == "HTTP" else 10
    return {
        "HealthCheckProtocol": checked_by,
        "HealthCheckPort": "traffic-port",
        "HealthCheckEnabled": True,
        "HealthCheckIntervalSeconds": 30,
        "HealthCheckTimeoutSeconds": timeout,
        "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2,
        **({"HealthCheckPath": "/"} if checked_by in _HTTP else {}),
    }


def _matcher(request: Request, group: dict[str, Any]) -> dict[str, Any]:
    """The codes that count as healthy, where the check is made by HTTP."""
    given = request.get("Matcher") or group.get("Matcher")
    if codes := (given or {}).get("HttpCode"):
        if not _CODES.fullmatch(codes):
            raise error(
                "ValidationError", f"Health check matcher HTTP code '{codes}' must be within '200-599'"
            )
        return {"Matcher": {"HttpCode": codes}}
    if given:
        return {"Matcher": given}
    if group["TargetType"] != "lambda" and group["HealthCheckProtocol"] not in _HTTP:
        return {}
    if group.get("ProtocolVersion") == "GRPC":
        return {"Matcher": {"GrpcCode": "12"}}
    return {"Matcher": {"HttpCode": "200" if group.get("Protocol") in {*_HTTP, None} else "200-399"}}


def _check_settings(group: dict[str, Any]) -> None:
    interval, timeout = group["HealthCheckIntervalSeconds"], group["HealthCheckTimeoutSeconds"]
    if not 5 <= interval <= 300:
        raise error(
            "ValidationError", f"Health check interval '{interval}' must be between '5-300' inclusive"
        )
    if not 2 <= timeout <= 120:
        raise error("ValidationError", f"Health check timeout '{timeout}' must be between '2-120' inclusive")
    if timeout > interval or (timeout == interval and group.get("Protocol") in _HTTP):
        raise error(
            "ValidationError",
            f"Health check timeout '{timeout}' must be smaller than the interval '{interval}'",
        )
    for key in ("HealthyThresholdCount", "UnhealthyThresholdCount"):
        if not 2 <= group[key] <= 10:
            raise error("ValidationError", f"{key} '{group[key]}' must be between '2-10' inclusive")


def _reached_by(context: RequestContext, request: Request, target_type: str) -> dict[str, Any]:
    """Protocol, port and VPC, which all but functions need."""
    given = {key: request[key] for key in ("Protocol", "Port", "VpcId") if request.get(key) is not None}
    if target_type == "lambda":
        if given:
            raise error(
                "ValidationError", f"{next(iter(given))} cannot be specified for target type 'lambda'"
            )
        return {}
    for key in ("Protocol", "Port", "VpcId"):
        if key not in given:
            raise error("ValidationError", f"A {key} must be specified")
    if given["Protocol"] not in _PROTOCOLS:
        raise error(
            "ValidationError",
            f"Target group protocol '{given['Protocol']}' must be one of '{', '.join(_PROTOCOLS)}'",
        )
    network.check_vpc(context, given["VpcId"])
    if given["Protocol"] in _HTTP:
        given["ProtocolVersion"] = request.get("ProtocolVersion") or "HTTP1"
    return {**given, "IpAddressType": request.get("IpAddressType") or "ipv4"}


def _shown(store: ElbStore, group: TargetGroup) -> dict[str, Any]:
    return {**group.description, "LoadBalancerArns": records.load_balancers_of(store, group.arn)}


def _same_settings(group: TargetGroup, description: dict[str, Any]) -> bool:
    own = group.description.keys() - {"TargetGroupArn"}
    return own == description.keys() and all(group.description[key] == description[key] for key in own)


@answers("CreateTargetGroup")
def _create(context: RequestContext, request: Request) -> Response:
    store, name = store_of(context), request["Name"]
    if not _NAME.fullmatch(name):
        raise error(
            "ValidationError",
            f"Target group name '{name}' must have 1 to 32 alphanumeric characters or hyphens, "
            "and must not begin or end with a hyphen",
        )
    target_type = request.get("TargetType") or "instance"
    description: dict[str, Any] = {
        "TargetGroupName": name,
        "TargetType": target_type,
        **_reached_by(context, request, target_type),
    }
    given = {key: request[key] for key in _SETTINGS if request.get(key) is not None}
    description |= _checks_by_default(target_type, description.get("Protocol"), request) | given
    description |= _matcher(request, description)
    _check_settings(description)
    for group in store.target_groups.values():
        if group.description["TargetGroupName"] == name:
            if _same_settings(group, description):
                return {"TargetGroups": [_shown(store, group)]}
            raise error(
                "DuplicateTargetGroupName",
                f"A target group with the same name '{name}' exists, but with different settings",
            )
    arn = (
        f"arn:aws:elasticloadbalancing:{context.region}:{context.account_id}"
        f":targetgroup/{name}/{records.new_id()}"
    )
    group = TargetGroup(
        {"TargetGroupArn": arn, **description},
        attributes.of_target_group(target_type, description.get("Protocol")),
    )
    store.target_groups[arn] = group
    store.tags.tag_resource(arn, request.get("Tags") or [])
    return {"TargetGroups": [_shown(store, group)]}


@answers("DescribeTargetGroups")
def _describe(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    found = list(store.target_groups.values())
    if arns := request.get("TargetGroupArns"):
        found = [records.target_group(store, arn) for arn in arns]
    elif names := request.get("Names"):
        found = [each for each in found if each.description["TargetGroupName"] in names]
        if len(found) < len(set(names)):
            raise error("TargetGroupNotFound", "One or more target groups not found")
    elif balancer_arn := request.get("LoadBalancerArn"):
        records.load_balancer(store, balancer_arn)
        found = [each for each in found if balancer_arn in records.load_balancers_of(store, each.arn)]
    shown, marker = records.page([_shown(store, each) for each in found], "TargetGroupArn", request)
    return {"TargetGroups": shown, **({"NextMarker": marker} if marker else {})}


@answers("ModifyTargetGroup")
def _modify(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    group = records.target_group(store, request["TargetGroupArn"])
    changed = group.description | {key: request[key] for key in _SETTINGS if request.get(key) is not None}
    if changed.get("HealthCheckProtocol") in _HTTP:
        changed.setdefault("HealthCheckPath", "/")
    elif group.target_type != "lambda":
        changed.pop("HealthCheckPath", None)
        changed.pop("Matcher", None)
    changed |= _matcher(request, changed)
    _check_settings(changed)
    group.description = changed
    return {"TargetGroups": [_shown(store, group)]}


@answers("DeleteTargetGroup")
def _delete(context: RequestContext, request: Request) -> Response:
    """Deleting what is not there succeeds, as on AWS."""
    store, arn = store_of(context), request["TargetGroupArn"]
    if records.load_balancers_of(store, arn):
        raise error("ResourceInUse", f"Target group '{arn}' is currently in use by a listener or a rule")
    store.target_groups.pop(arn, None)
    store.tags.del_resource(arn)
    return {}
