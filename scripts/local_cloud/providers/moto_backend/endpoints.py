"""VPC endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.ec2.models.vpcs import VPCBackend, VPCEndPoint

from scripts.local_cloud.providers.moto_backend.core import ec2, forget_tags, tags_of

#: The policy that an endpoint has until it is given another one.
DEFAULT_POLICY: dict[str, Any] = VPCEndPoint.DEFAULT_POLICY


def change(account_id: str, region: str, endpoint_id: str, attributes: Mapping[str, Any]) -> None:
    """Set attributes, by Moto's names, of an endpoint."""
    for name, value in attributes.items():
        setattr(ec2(account_id, region).vpc_end_points[endpoint_id], name, value)


def remove(account_id: str, region: str, endpoint_id: str) -> None:
    """Forget an endpoint."""
    ec2(account_id, region).vpc_end_points.pop(endpoint_id)
    forget_tags(account_id, region, endpoint_id)


def service_types(account_id: str, region: str) -> dict[str, set[str]]:
    """Name of each service that AWS offers endpoints of, to the types that it offers."""
    offered: dict[str, set[str]] = {}
    for each in VPCBackend._collect_default_endpoint_services(account_id, region):
        types = {kind["ServiceType"] for kind in each["ServiceType"]}
        offered.setdefault(each["ServiceName"], set()).update(types)
    for name in ("s3", "dynamodb"):
        offered.setdefault(f"com.amazonaws.{region}.{name}", set()).add("Gateway")
    return offered


def describe_all(account_id: str, region: str) -> list[dict[str, Any]]:
    """Every endpoint as ``DescribeVpcEndpoints`` shows it."""
    return [
        {
            "VpcEndpointId": held.id,
            "VpcEndpointType": held.vpc_endpoint_type,
            "VpcId": held.vpc_id,
            "ServiceName": held.service_name,
            "State": held.state,
            "PolicyDocument": held.policy_document,
            "RouteTableIds": list(held.route_table_ids or ()),
            "SubnetIds": list(held.subnet_ids or ()),
            "NetworkInterfaceIds": list(held.network_interface_ids),
            "Groups": held.groups,
            "IpAddressType": "ipv4",
            "DnsOptions": {"DnsRecordIpType": "ipv4"},
            "PrivateDnsEnabled": bool(held.private_dns_enabled),
            "RequesterManaged": False,
            "DnsEntries": [
                {"DnsName": entry["dns_name"], "HostedZoneId": entry["hosted_zone_id"]}
                for entry in held.dns_entries or ()
            ],
            "CreationTimestamp": held.creation_timestamp,
            "Tags": tags_of(account_id, region, held.id),
            "OwnerId": account_id,
        }
        for held in ec2(account_id, region).vpc_end_points.values()
    ]


def add_interface(account_id: str, region: str, endpoint_id: str, subnet_id: str, interface_id: str) -> None:
    """Note an endpoint's interface in a subnet."""
    held = ec2(account_id, region).vpc_end_points[endpoint_id]
    held.subnet_ids = [*(held.subnet_ids or ()), subnet_id]
    held.network_interface_ids = [*held.network_interface_ids, interface_id]


def drop_interface(account_id: str, region: str, endpoint_id: str, subnet_id: str, interface_id: str) -> None:
    """Note that an endpoint's interface in a subnet is gone."""
    held = ec2(account_id, region).vpc_end_points[endpoint_id]
    held.subnet_ids = [each for each in held.subnet_ids if each != subnet_id]
    held.network_interface_ids = [each for each in held.network_interface_ids if each != interface_id]
