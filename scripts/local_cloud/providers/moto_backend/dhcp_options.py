"""Sets of DHCP options.

Moto has none by default, drops the tags of a new one (`responses/dhcp_options.py:20`), remembers only the
last network that a set was given to, and deletes a set with any network that has it (`models/vpcs.py:883`).
"""

from __future__ import annotations

from typing import Any

from scripts.local_cloud.providers.moto_backend.core import ec2, forget_tags, tags_of


def describe_all(account_id: str, region: str) -> list[dict[str, Any]]:
    """Every set, in the shape of ``DescribeDhcpOptions``."""
    return [
        {
            "DhcpOptionsId": held.id,
            "OwnerId": account_id,
            "DhcpConfigurations": [
                {"Key": key, "Values": [{"Value": value} for value in values]}
                for key, values in held.options.items()
                if values
            ],
            "Tags": tags_of(account_id, region, held.id),
        }
        for held in ec2(account_id, region).dhcp_options_sets.values()
    ]


def give_default(account_id: str, region: str, vpc_id: str) -> None:
    """Give a new VPC the set that AWS keeps for every account and region, made when it is first needed."""
    backend = ec2(account_id, region)
    held = backend.dhcp_options_sets.get(getattr(backend, "lab_default_dhcp_options", None))
    if held is None:
        domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
        held = backend.create_dhcp_options(domain_name_servers=["AmazonProvidedDNS"], domain_name=[domain])
        backend.lab_default_dhcp_options = held.id
    backend.vpcs[vpc_id].dhcp_options = held


def of_vpc(account_id: str, region: str, vpc_id: str) -> str:
    """The id of a VPC's set; ``default`` when its options were taken away."""
    return str(ec2(account_id, region).vpcs[vpc_id].dhcp_options_id)


def take_from(account_id: str, region: str, vpc_id: str) -> None:
    """Take its set from a VPC, so that the one does not go with the other."""
    ec2(account_id, region).vpcs[vpc_id].dhcp_options = None


def in_use(account_id: str, region: str, options_id: str) -> bool:
    """Whether any VPC has the set."""
    held = (vpc.dhcp_options for vpc in ec2(account_id, region).vpcs.values())
    return any(each is not None and each.id == options_id for each in held)


def remove(account_id: str, region: str, options_id: str) -> None:
    """Drop a set with its tags."""
    ec2(account_id, region).dhcp_options_sets.pop(options_id)
    forget_tags(account_id, region, options_id)
