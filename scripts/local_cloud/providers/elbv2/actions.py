"""What a listener or a rule does with a request: checked, and written out as AWS answers it."""

from __future__ import annotations

import re
from typing import Any

from scripts.local_cloud.providers.elbv2 import store as records
from scripts.local_cloud.providers.elbv2.store import ElbStore, LoadBalancer
from scripts.local_cloud.providers.framework import error

_REDIRECT = {
    "Protocol": "#{protocol}",
    "Port": "#{port}",
    "Host": "#{host}",
    "Path": "/#{path}",
    "Query": "#{query}",
}
_PROTOCOLS = {"application": {"HTTP", "HTTPS"}, "network": {"TCP", "UDP", "TCP_UDP", "TLS"}}


def _forward(action: dict[str, Any]) -> dict[str, Any]:
    """Both ways to name a target group are shown, whichever was used."""
    config = action.get("ForwardConfig") or {}
    groups = [{"Weight": 1, **each} for each in config.get("TargetGroups") or []]
    if not groups and action.get("TargetGroupArn"):
        groups = [{"TargetGroupArn": action["TargetGroupArn"], "Weight": 1}]
    if not groups:
        raise error("ValidationError", "A target group ARN must be specified for an action of type 'forward'")
    written: dict[str, Any] = {
        "Type": "forward",
        "ForwardConfig": {
            "TargetGroups": groups,
            "TargetGroupStickinessConfig": config.get("TargetGroupStickinessConfig") or {"Enabled": False},
        },
    }
    if len(groups) == 1:
        written["TargetGroupArn"] = groups[0]["TargetGroupArn"]
    return written


def _fixed_response(action: dict[str, Any]) -> dict[str, Any]:
    config = action.get("FixedResponseConfig") or {}
    if not re.fullmatch(r"[245]\d\d", config.get("StatusCode", "")):
        raise error(
            "InvalidLoadBalancerAction", f"The fixed response code '{config.get('StatusCode')}' is not valid"
        )
    return {"Type": "fixed-response", "FixedResponseConfig": config}


def _redirect(action: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "redirect", "RedirectConfig": {**_REDIRECT, **(action.get("RedirectConfig") or {})}}


_WRITTEN = {"forward": _forward, "fixed-response": _fixed_response, "redirect": _redirect}


def _check_target_groups(store: ElbStore, balancer: LoadBalancer, actions: list[dict[str, Any]]) -> None:
    for arn in records.forwarded_to(actions):
        group = store.target_groups.get(arn)
        if group is None:
            raise error("TargetGroupNotFound", f"Target groups '{arn}' not found")
        if group.target_type != "lambda" and group.description["Protocol"] not in _PROTOCOLS[balancer.kind]:
            raise error(
                "InvalidConfigurationRequest",
                f"Target group '{arn}' has protocol {group.description['Protocol']}, which a load balancer "
                f"of type {balancer.kind} cannot forward to",
            )
        if group.description.get("VpcId", balancer.description["VpcId"]) != balancer.description["VpcId"]:
            raise error(
                "InvalidConfigurationRequest",
                f"The following target groups are not in the load balancer's VPC: {arn}",
            )
        if set(records.load_balancers_of(store, arn)) - {balancer.arn}:
            raise error(
                "TargetGroupAssociationLimit",
                f"The following target groups cannot be associated with more than one load balancer: {arn}",
            )


def written(store: ElbStore, balancer: LoadBalancer, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The actions as AWS describes them.

    Raises
    ------
    CommonServiceException
        An action is incomplete, of a type that is not answered, or forwards to where it cannot.
    """
    actions = []
    for index, action in enumerate(given, start=1):
        if action["Type"] not in _WRITTEN:
            raise error(
                "UnsupportedOperation",
                f"The local cloud has no actions of type '{action['Type']}'; it has {', '.join(_WRITTEN)}.",
            )
        one = _WRITTEN[action["Type"]](action)
        if len(given) > 1 or action.get("Order"):
            one["Order"] = action.get("Order") or index
        actions.append(one)
    if len([each for each in actions if each["Type"] in _WRITTEN]) != 1:
        raise error(
            "InvalidLoadBalancerAction",
            "There must be exactly one forward, redirect or fixed-response action",
        )
    _check_target_groups(store, balancer, actions)
    return actions
