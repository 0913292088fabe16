"""Load balancers: made, described, deleted."""

from __future__ import annotations

import re
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.elbv2 import attributes, network, placement
from scripts.local_cloud.providers.elbv2 import store as records
from scripts.local_cloud.providers.elbv2.store import LoadBalancer, answers, operations, store_of
from scripts.local_cloud.providers.framework import Request, Response, error

#: How long a new load balancer stays in state ``provisioning``; on AWS it is minutes.
PROVISIONING_SECONDS = 2.0

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?")

#: Hosted zones of load balancers' names (application, network), by region.
#: Source: AWS General Reference, "Elastic Load Balancing endpoints and quotas".
_HOSTED_ZONES = {
    "us-east-1": ("Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI"),
    "us-east-2": ("Z3AADJGX6KTTL2", "ZLMOA37VPKANP"),
    "us-west-1": ("Z368ELLRRE2KJ0", "Z24FKFUX50B4VW"),
    "us-west-2": ("Z1H1FL5HABSF5", "Z18D5FSROUN65G"),
    "eu-west-1": ("Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F"),
    "eu-central-1": ("Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90"),
}

operations.passed_on("DescribeAccountLimits", "DescribeSSLPolicies")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or name.startswith("internal-"):
        raise error(
            "ValidationError",
            f"The load balancer name '{name}' must have 1 to 32 alphanumeric characters or hyphens, "
            "must not begin or end with a hyphen, and must not begin with 'internal-'",
        )


def _kind(request: Request) -> str:
    kind = request.get("Type") or "application"
    if kind not in {"application", "network"}:
        raise error(
            "UnsupportedOperation",
            f"The local cloud has no load balancers of type '{kind}'; it has application and network ones.",
        )
    return kind


def _security_groups(context: RequestContext, request: Request, kind: str, vpc_id: str) -> list[str]:
    given = request.get("SecurityGroups") or []
    if given:
        network.check_security_groups(context, vpc_id, given)
        return list(given)
    return [network.default_security_group(context, vpc_id)] if kind == "application" else []


def _dns_name(name: str, kind: str, scheme: str, region: str, identity: str) -> str:
    if kind == "network":
        return f"{name}-{identity}.elb.{region}.amazonaws.com"
    prefix = "internal-" if scheme == "internal" else ""
    return f"{prefix}{name}-{secrets.randbelow(2 * 10**9) + 10**8}.{region}.elb.amazonaws.com"


def _describe(context: RequestContext, request: Request, subnets: list[dict[str, Any]]) -> dict[str, Any]:
    name, kind, identity = request["Name"], _kind(request), records.new_id()
    scheme = request.get("Scheme") or "internet-facing"
    vpc_id = subnets[0]["VpcId"]
    zones = _HOSTED_ZONES.get(context.region)
    groups = _security_groups(context, request, kind, vpc_id)
    resource = f"{'app' if kind == 'application' else 'net'}/{name}/{identity}"
    return {
        "LoadBalancerArn": f"arn:aws:elasticloadbalancing:{context.region}:{context.account_id}"
        f":loadbalancer/{resource}",
        "LoadBalancerName": name,
        "DNSName": _dns_name(name, kind, scheme, context.region, identity),
        "CreatedTime": datetime.now(UTC),
        "Scheme": scheme,
        "VpcId": vpc_id,
        "Type": kind,
        "AvailabilityZones": placement.zones(subnets),
        "IpAddressType": request.get("IpAddressType") or "ipv4",
        **({"CanonicalHostedZoneId": zones[kind == "network"]} if zones else {}),
        **({"SecurityGroups": groups} if groups or kind == "application" else {}),
    }


def _shown(balancer: LoadBalancer) -> dict[str, Any]:
    state = "active" if time.monotonic() >= balancer.active_at else "provisioning"
    return {**balancer.description, "State": {"Code": state}}


def _same_settings(balancer: LoadBalancer, request: Request, subnet_ids: list[str]) -> bool:
    """Does the request ask for what is there already? Then AWS answers with it."""
    there = balancer.description
    return (
        balancer.kind == _kind(request)
        and there["Scheme"] == (request.get("Scheme") or "internet-facing")
        and there["IpAddressType"] == (request.get("IpAddressType") or "ipv4")
        and set(balancer.interfaces) == set(subnet_ids)
        and (
            not request.get("SecurityGroups")
            or set(there["SecurityGroups"]) == set(request["SecurityGroups"])
        )
    )


@answers("CreateLoadBalancer")
def _create(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    _check_name(request["Name"])
    subnet_ids = placement.subnet_ids(request)
    for balancer in store.load_balancers.values():
        if balancer.description["LoadBalancerName"] == request["Name"]:
            if _same_settings(balancer, request, subnet_ids):
                return {"LoadBalancers": [_shown(balancer)]}
            raise error(
                "DuplicateLoadBalancerName",
                f"A load balancer with the same name '{request['Name']}' exists, but with different settings",
            )
    kind = _kind(request)
    subnets = network.subnets(context, kind, subnet_ids)
    if kind == "application":
        network.check_room(subnets)
    if request.get("Scheme") != "internal":
        network.check_internet_gateway(context, subnets[0]["VpcId"])
    balancer = LoadBalancer(
        _describe(context, request, subnets),
        attributes.of_load_balancer(kind),
        active_at=time.monotonic() + PROVISIONING_SECONDS,
    )
    placement.join(context, balancer, subnet_ids)
    store.load_balancers[balancer.arn] = balancer
    store.tags.tag_resource(balancer.arn, request.get("Tags") or [])
    return {"LoadBalancers": [_shown(balancer)]}


@answers("DescribeLoadBalancers")
def _describe_load_balancers(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    found = list(store.load_balancers.values())
    if arns := request.get("LoadBalancerArns"):
        found = [records.load_balancer(store, arn) for arn in arns]
    elif names := request.get("Names"):
        found = [each for each in found if each.description["LoadBalancerName"] in names]
        if missing := set(names) - {each.description["LoadBalancerName"] for each in found}:
            raise error("LoadBalancerNotFound", f"Load balancers '[{', '.join(sorted(missing))}]' not found")
    shown, marker = records.page([_shown(each) for each in found], "LoadBalancerArn", request)
    return {"LoadBalancers": shown, **({"NextMarker": marker} if marker else {})}


@answers("DeleteLoadBalancer")
def _delete(context: RequestContext, request: Request) -> Response:
    """Deleting what is not there succeeds, as on AWS."""
    store = store_of(context)
    arn = request["LoadBalancerArn"]
    balancer = store.load_balancers.get(arn)
    if balancer is None:
        return {}
    if balancer.attributes["deletion_protection.enabled"] == "true":
        raise error(
            "OperationNotPermitted",
            f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
        )
    for listener in [each for each in store.listeners.values() if each.load_balancer_arn == arn]:
        records.forget_listener(store, listener)
    placement.leave(context, balancer, list(balancer.interfaces))
    del store.load_balancers[arn]
    store.tags.del_resource(arn)
    return {}


@answers("SetSecurityGroups")
def _set_security_groups(context: RequestContext, request: Request) -> Response:
    balancer = records.load_balancer(store_of(context), request["LoadBalancerArn"])
    if balancer.kind == "network" and not balancer.description.get("SecurityGroups"):
        raise error(
            "InvalidConfigurationRequest",
            "Security groups cannot be added to a Network Load Balancer that was created without any",
        )
    if not request["SecurityGroups"]:
        raise error("ValidationError", "At least one security group must be specified")
    network.check_security_groups(context, balancer.description["VpcId"], request["SecurityGroups"])
    for interface_id in balancer.interfaces.values():
        network_interfaces.set_groups(
            context.account_id, context.region, interface_id, request["SecurityGroups"]
        )
    balancer.description["SecurityGroups"] = list(request["SecurityGroups"])
    return {"SecurityGroupIds": balancer.description["SecurityGroups"]}


@answers("SetIpAddressType")
def _set_ip_address_type(context: RequestContext, request: Request) -> Response:
    balancer = records.load_balancer(store_of(context), request["LoadBalancerArn"])
    balancer.description["IpAddressType"] = request["IpAddressType"]
    return {"IpAddressType": request["IpAddressType"]}


@answers("DescribeCapacityReservation")
def _describe_capacity_reservation(context: RequestContext, request: Request) -> Response:
    """Nobody can have reserved any: ModifyCapacityReservation is refused."""
    records.load_balancer(store_of(context), request["LoadBalancerArn"])
    return {"CapacityReservationState": []}
