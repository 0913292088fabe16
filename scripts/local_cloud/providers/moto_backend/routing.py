"""Route tables, and whether a route's target is still there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scripts.local_cloud.providers.moto_backend import gateways
from scripts.local_cloud.providers.moto_backend.core import ec2, forget_tags


def table_vpc(account_id: str, region: str, table_id: str) -> str | None:
    """The id of the VPC that a route table belongs to, or None when there is no such table."""
    table = ec2(account_id, region).route_tables.get(table_id)
    return str(table.vpc_id) if table is not None else None


def routes(account_id: str, region: str, table_id: str) -> list[dict[str, str]]:
    """Destination and, where it is one, gateway of each of a table's routes."""
    shown = []
    for route in ec2(account_id, region).route_tables[table_id].routes.values():
        gateway = "local" if route.local else route.vpc_endpoint_id or (route.gateway and route.gateway.id)
        fields = {
            "DestinationCidrBlock": route.destination_cidr_block,
            "DestinationIpv6CidrBlock": route.destination_ipv6_cidr_block,
            "DestinationPrefixListId": route.destination_prefix_list and route.destination_prefix_list.id,
            "GatewayId": gateway,
        }
        shown.append({name: value for name, value in fields.items() if value})
    return shown


def main_association(account_id: str, region: str, table_id: str) -> str | None:
    """The id of the association that makes a table its VPC's main one, or None."""
    held: str | None = ec2(account_id, region).route_tables[table_id].main_association_id
    return held


def main_associations(account_id: str, region: str) -> set[str]:
    """The ids of the main associations of all VPCs."""
    tables = ec2(account_id, region).route_tables.values()
    return {table.main_association_id for table in tables if table.main_association_id}


def association_of(account_id: str, region: str, target_id: str) -> tuple[str, str] | None:
    """The association of a subnet or gateway, and its table, or None."""
    for table in ec2(account_id, region).route_tables.values():
        for association_id, target in table.associations.items():
            if target == target_id:
                return association_id, table.id
    return None


def associated(account_id: str, region: str, association_id: str) -> tuple[str, str] | None:
    """The table and the subnet (or gateway) of an association that is not a main one, or None."""
    for table in ec2(account_id, region).route_tables.values():
        if association_id in table.associations:
            return table.id, table.associations[association_id]
    return None


def forget_table(account_id: str, region: str, table_id: str) -> None:
    """Drop what Moto leaves of a table that is gone: tags, and gateway endpoints' mention of it."""
    for endpoint in ec2(account_id, region).vpc_end_points.values():
        endpoint.route_table_ids = [each for each in endpoint.route_table_ids or () if each != table_id]
    forget_tags(account_id, region, table_id)


def put_endpoint_route(account_id: str, region: str, table_id: str, list_id: str, endpoint_id: str) -> None:
    """Add a gateway endpoint's route to a table."""
    ec2(account_id, region).create_route(
        table_id, None, gateway_id=endpoint_id, destination_prefix_list_id=list_id
    )


def remove_endpoint_route(account_id: str, region: str, table_id: str, list_id: str) -> None:
    """Take a gateway endpoint's route from a table, if both are there."""
    table = ec2(account_id, region).route_tables.get(table_id)
    if table is not None:
        table.routes.pop(f"{table_id}~{list_id}", None)


def _interface(backend: Any, vpc_id: str, target: str) -> bool:
    return target in backend.enis and backend.enis[target].status == "in-use"


def _instance(backend: Any, vpc_id: str, target: str) -> bool:
    held = backend.get_instance_by_id(target)
    return held is not None and held.state == "running"


def _nat(backend: Any, vpc_id: str, target: str) -> bool:
    held = backend.nat_gateways.get(target)
    return held is not None and held.state == "available"


def _peering(backend: Any, vpc_id: str, target: str) -> bool:
    held = backend.vpc_pcxs.get(target)
    return held is not None and held._status.code == "active"


def _gateway(backend: Any, vpc_id: str, target: str) -> bool:
    if target.startswith("igw-"):
        return gateways.attached_to(backend.account_id, backend.region_name, target) == vpc_id
    if target.startswith("vpce-"):
        return target in backend.vpc_end_points
    if target.startswith("vgw-"):
        held = backend.vpn_gateways.get(target)
        return held is not None and any(each.vpc_id == vpc_id for each in held.attachments.values())
    return target == "local"


def _egress_only(backend: Any, vpc_id: str, target: str) -> bool:
    return target in backend.egress_only_internet_gateways


#: A route's field that names its target, to whether the target carries traffic of the VPC.
_ALIVE: dict[str, Callable[[Any, str, str], bool]] = {
    "InstanceId": _instance,
    "NetworkInterfaceId": _interface,
    "NatGatewayId": _nat,
    "VpcPeeringConnectionId": _peering,
    "GatewayId": _gateway,
    "EgressOnlyInternetGatewayId": _egress_only,
}


def is_alive(account_id: str, region: str, vpc_id: str, field: str, target: str) -> bool:
    """Whether the target that a field of a route names carries traffic; what we do not know of does."""
    known = _ALIVE.get(field)
    return known is None or known(ec2(account_id, region), vpc_id, target)


def exists(account_id: str, region: str, field: str, target: str) -> bool:
    """Whether there is such a target, be it carrying traffic or not."""
    backend = ec2(account_id, region)
    there: dict[str, Callable[[], bool]] = {
        "InstanceId": lambda: backend.get_instance_by_id(target) is not None,
        "NetworkInterfaceId": lambda: target in backend.enis,
        "NatGatewayId": lambda: (
            target in backend.nat_gateways and backend.nat_gateways[target].state not in ("deleted", "failed")
        ),
        "VpcPeeringConnectionId": lambda: (
            target in backend.vpc_pcxs
            and backend.vpc_pcxs[target]._status.code in ("active", "pending-acceptance")
        ),
        "GatewayId": lambda: target in backend.internet_gateways or target in backend.vpn_gateways,
        "EgressOnlyInternetGatewayId": lambda: target in backend.egress_only_internet_gateways,
        "TransitGatewayId": lambda: target in backend.transit_gateways,
    }
    return field in there and there[field]()


def peering_vpcs(account_id: str, region: str, connection_id: str) -> tuple[str, str]:
    """The ids of the two VPCs of a peering connection."""
    held = ec2(account_id, region).vpc_pcxs[connection_id]
    return str(held.vpc.id), str(held.peer_vpc.id)


def nat_vpc(account_id: str, region: str, gateway_id: str) -> str:
    """The id of a NAT gateway's VPC."""
    return str(ec2(account_id, region).nat_gateways[gateway_id].vpc_id)
