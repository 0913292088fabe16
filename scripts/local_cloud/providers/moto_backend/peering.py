"""VPC peering connections."""

from __future__ import annotations

from typing import Any

from scripts.local_cloud.providers.moto_backend.core import ec2, tags_of


def describe_all(account_id: str, region: str) -> list[dict[str, Any]]:
    """Every connection as ``DescribeVpcPeeringConnections`` shows it."""
    return [
        {
            "VpcPeeringConnectionId": held.id,
            "RequesterVpcInfo": _side(held.vpc, held.requester_options),
            "AccepterVpcInfo": _side(held.peer_vpc, held.accepter_options),
            "Status": {"Code": held._status.code, "Message": held._status.message},
            "Tags": tags_of(account_id, region, held.id),
        }
        for held in ec2(account_id, region).vpc_pcxs.values()
    ]


def _side(vpc: Any, options: dict[str, Any]) -> dict[str, Any]:
    blocks = vpc.get_cidr_block_association_set(ipv6=False)
    return {
        "VpcId": vpc.id,
        "OwnerId": vpc.owner_id,
        "Region": vpc.region,
        "CidrBlock": vpc.cidr_block,
        "CidrBlockSet": [{"CidrBlock": each["cidr_block"]} for each in blocks],
        "Ipv6CidrBlockSet": [
            {"Ipv6CidrBlock": each["cidr_block"]} for each in vpc.get_cidr_block_association_set(ipv6=True)
        ],
        "PeeringOptions": {name: value in (True, "true") for name, value in options.items()},
    }


def fail(account_id: str, region: str, connection_id: str, message: str) -> None:
    """Show a connection as failed."""
    status = ec2(account_id, region).vpc_pcxs[connection_id]._status
    status.code, status.message = "failed", message
