"""Internet, NAT and egress-only gateways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.ec2.models.nat_gateways import NatGateway

from scripts.local_cloud.providers.moto_backend.core import ec2, tags_of


def internet_gateway_of(account_id: str, region: str, vpc_id: str) -> str | None:
    """The id of the internet gateway that is attached to a VPC, or None."""
    for gateway in ec2(account_id, region).internet_gateways.values():
        if gateway.vpc is not None and gateway.vpc.id == vpc_id:
            return str(gateway.id)
    return None


def attached_to(account_id: str, region: str, gateway_id: str) -> str | None:
    """The id of the VPC that an internet gateway is attached to: empty when to none, None when unknown."""
    gateway = ec2(account_id, region).internet_gateways.get(gateway_id)
    if gateway is None:
        return None
    return str(gateway.vpc.id) if gateway.vpc is not None else ""


def connect(account_id: str, region: str, vpc_id: str) -> None:
    """Attach a new internet gateway to a VPC, and send everything over it that is for nobody inside."""
    backend = ec2(account_id, region)
    gateway = backend.create_internet_gateway()
    backend.attach_internet_gateway(gateway.id, vpc_id)
    main = backend.describe_route_tables(filters={"vpc-id": [vpc_id], "association.main": ["true"]})[0]
    backend.create_route(main.id, "0.0.0.0/0", gateway_id=gateway.id)


def egress_only_gateway_vpc(account_id: str, region: str, gateway_id: str) -> str | None:
    """The id of an egress-only gateway's VPC, or None when there is no such gateway."""
    gateway = ec2(account_id, region).egress_only_internet_gateways.get(gateway_id)
    return str(gateway.vpc_id) if gateway is not None else None


class Nat(NatGateway):
    """A NAT gateway whose interface our factory made.

    Moto's own draws an address outside its subnet (`nat_gateways.py:24`), gives its interface the default
    group and no type, and leaves interface and address behind when it goes (`:143`).

    Attributes
    ----------
    interface_id
        Its interface, or None when it failed.
    failure
        AWS's code and message when it could not be made.
    deleted_at
        When it was deleted.
    """

    def __init__(  # Moto's constructor makes an interface of its own
        self,
        backend: Any,
        *,
        gateway_id: str,
        subnet_id: str,
        connectivity_type: str,
        created_at: Any,
    ) -> None:
        self.ec2_backend = backend
        self.id = gateway_id
        self.subnet_id = subnet_id
        self.vpc_id = backend.get_subnet(subnet_id).vpc_id
        self.connectivity_type = connectivity_type
        self.state = "available"
        self.address_set: list[dict[str, Any]] = []
        self.interface_id: str | None = None
        self.failure: tuple[str, str] | None = None
        self.deleted_at: Any = None
        self._created_at = created_at


def new_nat(
    account_id: str,
    region: str,
    *,
    gateway_id: str,
    subnet_id: str,
    connectivity_type: str,
    created_at: Any,
    tags: Mapping[str, str],
) -> None:
    """Register a NAT gateway that has no interface yet."""
    backend = ec2(account_id, region)
    backend.nat_gateways[gateway_id] = Nat(
        backend,
        gateway_id=gateway_id,
        subnet_id=subnet_id,
        connectivity_type=connectivity_type,
        created_at=created_at,
    )
    backend.nat_gateways[gateway_id].add_tags(dict(tags))


def change_nat(account_id: str, region: str, gateway_id: str, attributes: Mapping[str, Any]) -> None:
    """Set attributes of a NAT gateway."""
    for name, value in attributes.items():
        setattr(ec2(account_id, region).nat_gateways[gateway_id], name, value)


def describe_nat(account_id: str, region: str, gateway_id: str) -> dict[str, Any] | None:
    """A NAT gateway as ``DescribeNatGateways`` shows it, or None."""
    held = ec2(account_id, region).nat_gateways.get(gateway_id)
    if held is None:
        return None
    shown = {
        "NatGatewayId": held.id,
        "SubnetId": held.subnet_id,
        "VpcId": held.vpc_id,
        "ConnectivityType": held.connectivity_type,
        "State": held.state,
        "CreateTime": held._created_at,
        "NatGatewayAddresses": held.address_set,
        "Tags": tags_of(account_id, region, held.id),
    }
    if held.failure:
        shown["FailureCode"], shown["FailureMessage"] = held.failure
    if held.deleted_at:
        shown["DeleteTime"] = held.deleted_at
    return shown


def nat_interface(account_id: str, region: str, gateway_id: str) -> str | None:
    """The id of a NAT gateway's interface, or None when it has none."""
    held: str | None = ec2(account_id, region).nat_gateways[gateway_id].interface_id
    return held


def nat_ids(account_id: str, region: str) -> list[str]:
    """The ids of every NAT gateway, those that are gone among them."""
    return list(ec2(account_id, region).nat_gateways)
