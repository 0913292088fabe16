"""Where a load balancer stands: its subnets, with one network interface of its own in each."""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.elbv2 import network
from scripts.local_cloud.providers.elbv2 import store as records
from scripts.local_cloud.providers.elbv2.store import LoadBalancer, answers, store_of
from scripts.local_cloud.providers.framework import Request, Response, error

#: Owner of a load balancer's interfaces, as EC2 shows it.
REQUESTER = "amazon-elb"


def subnet_ids(request: Request) -> list[str]:
    """The subnets that a request names, in either of the two ways."""
    mappings = request.get("SubnetMappings") or []
    if mappings and request.get("Subnets"):
        raise error("ValidationError", "You can specify either subnets or subnet mappings, not both")
    if any(each.keys() - {"SubnetId"} for each in mappings):
        raise error(
            "UnsupportedOperation",
            "The local cloud gives a load balancer its addresses itself; name only the subnets.",
        )
    ids = [each["SubnetId"] for each in mappings] or list(request.get("Subnets") or [])
    if not ids:
        raise error("ValidationError", "At least one subnet must be specified")
    return ids


def zones(subnets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """AWS's list of a load balancer's zones."""
    return [
        {
            "ZoneName": subnet["AvailabilityZone"],
            "SubnetId": subnet["SubnetId"],
            "LoadBalancerAddresses": [],
        }
        for subnet in subnets
    ]


def join(context: RequestContext, balancer: LoadBalancer, ids: list[str]) -> None:
    """Put an interface into each subnet; when one cannot be made, none is left."""
    made: list[str] = []
    try:
        for subnet_id in ids:
            interface = network_interfaces.create(
                context.account_id,
                context.region,
                subnet_id=subnet_id,
                group_ids=balancer.description.get("SecurityGroups", []),
                description=f"ELB {balancer.resource}",
                interface_type="network_load_balancer" if balancer.kind == "network" else "interface",
                requester_id=REQUESTER,
                public=balancer.description["Scheme"] == "internet-facing",
            )
            balancer.interfaces[subnet_id] = interface["NetworkInterfaceId"]
            made.append(subnet_id)
    except BaseException:
        leave(context, balancer, made)
        raise


def leave(context: RequestContext, balancer: LoadBalancer, ids: list[str]) -> None:
    """Take the interfaces out of the subnets."""
    for subnet_id in ids:
        network_interfaces.delete(context.account_id, context.region, balancer.interfaces.pop(subnet_id))


@answers("SetSubnets")
def _set_subnets(context: RequestContext, request: Request) -> Response:
    balancer = records.load_balancer(store_of(context), request["LoadBalancerArn"])
    ids = subnet_ids(request)
    subnets = network.subnets(context, balancer.kind, ids)
    if subnets[0]["VpcId"] != balancer.description["VpcId"]:
        raise error("InvalidConfigurationRequest", "All subnets must belong to the load balancer's VPC")
    if balancer.kind == "network" and set(balancer.interfaces) - set(ids):
        raise error(
            "InvalidConfigurationRequest", "Subnet removal is not supported for Network Load Balancers"
        )
    joined = [each for each in ids if each not in balancer.interfaces]
    if balancer.kind == "application":
        network.check_room([each for each in subnets if each["SubnetId"] in joined])
    join(context, balancer, joined)
    leave(context, balancer, [each for each in balancer.interfaces if each not in ids])
    balancer.description["AvailabilityZones"] = zones(subnets)
    if request.get("IpAddressType"):
        balancer.description["IpAddressType"] = request["IpAddressType"]
    return {
        "AvailabilityZones": balancer.description["AvailabilityZones"],
        "IpAddressType": balancer.description["IpAddressType"],
    }
