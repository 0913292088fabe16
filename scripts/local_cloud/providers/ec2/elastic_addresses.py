"""Elastic IP addresses.

Moto hands out loopback addresses (`elastic_ip_addresses.py:33`) and releases one that is in use (`:266`).
"""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers import addresses, network_interfaces
from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import operations, tags_for
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import (
    core,
    elastic_addresses,
    gateways,
    instances,
    interfaces,
)

_NOT_FOUND = ("InvalidAllocationID.NotFound", "The allocation ID '{}' does not exist")

LISTING = Listing(
    "DescribeAddresses",
    "Addresses",
    ids="AllocationIds",
    id_field="AllocationId",
    not_found=_NOT_FOUND,
    filters={
        "allocation-id": "AllocationId",
        "association-id": "AssociationId",
        "domain": "Domain",
        "instance-id": "InstanceId",
        "network-border-group": "NetworkBorderGroup",
        "network-interface-id": "NetworkInterfaceId",
        "network-interface-owner-id": "NetworkInterfaceOwnerId",
        "private-ip-address": "PrivateIpAddress",
        "public-ip": "PublicIp",
    },
)


@operations.simulated("DescribeAddresses")
def describe(context: RequestContext, request: Request) -> Response:
    """Elastic addresses, by allocation id or by address."""
    held = elastic_addresses.describe_all(context.account_id, context.region)
    wanted = request.get("PublicIps")
    if wanted:
        for each in wanted:
            _by_address(context, each)
        held = [shown for shown in held if shown["PublicIp"] in wanted]
    return LISTING.answer(held, request)


@operations.simulated("DescribeAddressesAttribute")
def describe_attribute(context: RequestContext, request: Request) -> Response:
    """Addresses with their reverse names, of which none is ever set here."""
    listing = Listing("DescribeAddressesAttribute", "Addresses", "AllocationIds", "AllocationId", _NOT_FOUND)
    held = elastic_addresses.describe_all(context.account_id, context.region)
    shown = [{name: each[name] for name in ("PublicIp", "AllocationId")} for each in held]
    return listing.answer(shown, request)


@operations.simulated("AllocateAddress")
def allocate(context: RequestContext, request: Request) -> Response:
    """Hold a public address that nobody has."""
    if request.get("Address"):
        raise error(
            "InvalidAddress.NotFound", f"Address '{request['Address']}' is not one that can be recovered."
        )
    try:
        address = addresses.public_address(interfaces.taken_public())
    except addresses.AddressError as problem:
        raise error(problem.code, str(problem)) from problem
    tags = tags_for(request, "elastic-ip")
    allocation_id = elastic_addresses.allocate(context.account_id, context.region, address, tags)
    return {
        "PublicIp": address,
        "AllocationId": allocation_id,
        "Domain": "vpc",
        "PublicIpv4Pool": "amazon",
        "NetworkBorderGroup": context.region,
    }


@operations.simulated("AssociateAddress")
def associate(context: RequestContext, request: Request) -> Response:
    """Give an address to an interface, or to an instance's first one, in a network with a gateway."""
    held = _asked_for(context, request)
    interface_id = request.get("NetworkInterfaceId")
    if not interface_id:
        if not request.get("InstanceId"):
            raise error("MissingParameter", "Either 'instanceId' or 'networkInterfaceId' must be specified.")
        interface_id = instances.primary_interface(context.account_id, context.region, request["InstanceId"])
        if interface_id is None:
            raise error(
                "InvalidInstanceID.NotFound", f"The instance ID '{request['InstanceId']}' does not exist"
            )
    shown = network_interfaces.describe(context.account_id, context.region, interface_id)
    if held.get("NetworkInterfaceId") == interface_id:
        return {"AssociationId": held["AssociationId"]}
    check_free(held, allowed=request.get("AllowReassociation") is not False)
    if gateways.internet_gateway_of(context.account_id, context.region, shown["VpcId"]) is None:
        raise error(
            "Gateway.NotAttached", f"Network {shown['VpcId']} is not attached to any internet gateway"
        )
    return {
        "AssociationId": elastic_addresses.associate(
            context.account_id, context.region, held["AllocationId"], interface_id
        )
    }


def check_free(held: dict[str, Any], *, allowed: bool) -> None:
    """Refuse an address that is associated, unless it may be moved."""
    if held.get("AssociationId") and not allowed:
        raise error(
            "Resource.AlreadyAssociated",
            f"resource {held['AllocationId']} is already associated with "
            f"associate-id {held['AssociationId']}",
        )


@operations.simulated("DisassociateAddress")
def disassociate(context: RequestContext, request: Request) -> Response:
    """Take an address from its interface, which is lent a public address again if it had one."""
    held = _associated(context, request)
    interface_id = held["NetworkInterfaceId"]
    shown = network_interfaces.describe(context.account_id, context.region, interface_id)
    if shown["RequesterManaged"]:
        raise error("AuthFailure", "You do not have permission to access the specified resource.")
    elastic_addresses.disassociate(context.account_id, context.region, held["AllocationId"])
    if instances.wants_public_address(context.account_id, context.region, interface_id):
        network_interfaces.lend_public_address(context.account_id, context.region, interface_id)
    return {}


@operations.simulated("ReleaseAddress")
def release(context: RequestContext, request: Request) -> Response:
    """Give up an address that nothing has."""
    held = _asked_for(context, request)
    if held.get("AssociationId"):
        raise error("InvalidIPAddress.InUse", f"Address {held['PublicIp']} is in use.")
    elastic_addresses.release(context.account_id, context.region, held["AllocationId"])
    core.forget_tags(context.account_id, context.region, held["AllocationId"])
    return {}


def by_allocation(context: RequestContext, allocation_id: str) -> dict[str, Any]:
    """One elastic address, as described."""
    for held in elastic_addresses.describe_all(context.account_id, context.region):
        if held["AllocationId"] == allocation_id:
            return held
    raise error(_NOT_FOUND[0], _NOT_FOUND[1].format(allocation_id))


def _by_address(context: RequestContext, address: str) -> dict[str, Any]:
    for held in elastic_addresses.describe_all(context.account_id, context.region):
        if held["PublicIp"] == address:
            return held
    raise error("InvalidAddress.NotFound", f"Address '{address}' not found.")


def _asked_for(context: RequestContext, request: Request) -> dict[str, Any]:
    if request.get("AllocationId"):
        return by_allocation(context, request["AllocationId"])
    if request.get("PublicIp"):
        return _by_address(context, request["PublicIp"])
    raise error("MissingParameter", "Either public IP or allocation id must be specified")


def _associated(context: RequestContext, request: Request) -> dict[str, Any]:
    association_id = request.get("AssociationId")
    if not association_id:
        held = _asked_for(context, request)
        association_id = held.get("AssociationId") or ""
    for held in elastic_addresses.describe_all(context.account_id, context.region):
        if association_id and held.get("AssociationId") == association_id:
            return held
    raise error("InvalidAssociationID.NotFound", f"The association ID '{association_id}' does not exist")
