"""Ids of interfaces that other resources bring along: AWS's where it is known, else what would name them."""

from __future__ import annotations

from scripts.declarations.declared import Declared
from scripts.reachability.model import Subnet
from scripts.reachability.readers.terraform.stack import SUBNET, Stack, identifier, name


def primary_interface(instance: Declared) -> str:
    """Of an instance that brings its own."""
    known = instance.values.get("primary_network_interface_id")
    return str(known or f"{instance.address}.primary_network_interface_id")


def nat_interface(gateway: Declared) -> str:
    """Of a NAT gateway."""
    return str(gateway.values.get("network_interface_id") or f"{gateway.address}.network_interface_id")


def endpoint_interfaces(stack: Stack, endpoint: Declared) -> list[tuple[str, str]]:
    """Id and subnet of each interface of a VPC endpoint."""
    if (endpoint.values.get("vpc_endpoint_type") or "Gateway") == "Gateway":
        return []
    subnets = stack.ids(endpoint, "subnet_ids", types=SUBNET)
    known = list(endpoint.values.get("network_interface_ids") or ())
    if len(known) == 1 and len(subnets) == 1:
        return [(str(known[0]), subnets[0])]
    # Terraform does not tell which of several is in which subnet.
    return [(f'{endpoint.address}.network_interface["{subnet}"]', subnet) for subnet in subnets]


def node_interface(balancer: Declared, subnet: str) -> str:
    """Of a load balancer's node."""
    return f'{balancer.address}.network_interface["{subnet}"]'


def database_interface(database: Declared, subnet: str) -> str:
    """Of a DB instance, in one of its subnets."""
    return f'{database.address}.network_interface["{subnet}"]'


def is_part_of(interface: str, declared: Declared) -> bool:
    """Whether an id is one of those above that AWS will name otherwise."""
    return interface.startswith(f"{declared.address}.")


def label(declared: Declared, subnet: Subnet) -> str:
    """What to call such a one: ``sourcelab-mysql in sourcelab-database-us-east-1a``."""
    owner = name(declared, "identifier", "name") or identifier(declared)
    return f"{owner} in {subnet.name or subnet.id}"
