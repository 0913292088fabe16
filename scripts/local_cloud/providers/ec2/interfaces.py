"""Network interfaces: the API in front of the factory.

Moto: addresses outside the rules (`elastic_network_interfaces.py:118`), groups that cannot be taken away
(`:305`), no types, no check on deletion of an interface in use (`:390`), a source/destination check that is
the interface's alone.
"""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import operations, pass_on, tags_for
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import interfaces

LISTING = Listing(
    "DescribeNetworkInterfaces",
    "NetworkInterfaces",
    ids="NetworkInterfaceIds",
    id_field="NetworkInterfaceId",
    not_found=("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '{}' does not exist"),
    filters={
        "addresses.association.owner-id": "PrivateIpAddresses[].Association.IpOwnerId",
        "addresses.association.public-ip": "PrivateIpAddresses[].Association.PublicIp",
        "addresses.primary": "PrivateIpAddresses[].Primary",
        "addresses.private-ip-address": "PrivateIpAddresses[].PrivateIpAddress",
        "association.allocation-id": "Association.AllocationId",
        "association.association-id": "Association.AssociationId",
        "association.ip-owner-id": "Association.IpOwnerId",
        "association.public-dns-name": "Association.PublicDnsName",
        "association.public-ip": "Association.PublicIp",
        "attachment.attach-time": "Attachment.AttachTime",
        "attachment.attachment-id": "Attachment.AttachmentId",
        "attachment.delete-on-termination": "Attachment.DeleteOnTermination",
        "attachment.device-index": "Attachment.DeviceIndex",
        "attachment.instance-id": "Attachment.InstanceId",
        "attachment.instance-owner-id": "Attachment.InstanceOwnerId",
        "attachment.status": "Attachment.Status",
        "availability-zone": "AvailabilityZone",
        "description": "Description",
        "group-id": "Groups[].GroupId",
        "group-name": "Groups[].GroupName",
        "interface-type": "InterfaceType",
        "ipv6-addresses.ipv6-address": "Ipv6Addresses[].Ipv6Address",
        "mac-address": "MacAddress",
        "network-interface-id": "NetworkInterfaceId",
        "owner-id": "OwnerId",
        "private-dns-name": "PrivateDnsName",
        "private-ip-address": "PrivateIpAddress",
        "requester-id": "RequesterId",
        "requester-managed": "RequesterManaged",
        "source-dest-check": "SourceDestCheck",
        "status": "Status",
        "subnet-id": "SubnetId",
        "vpc-id": "VpcId",
    },
)
LISTING.register(lambda context: network_interfaces.describe_all(context.account_id, context.region))


def customers_own(context: RequestContext, interface_id: str) -> dict[str, Any]:
    """The interface, refused when a service manages it."""
    shown = network_interfaces.describe(context.account_id, context.region, interface_id)
    if shown["RequesterManaged"]:
        raise error(
            "OperationNotPermitted",
            f"The network interface '{interface_id}' is managed by {shown['RequesterId']}.",
        )
    return shown


@operations.simulated("CreateNetworkInterface")
def create(context: RequestContext, request: Request) -> Response:
    """Make a customer's own interface."""
    shown = network_interfaces.create(
        context.account_id,
        context.region,
        subnet_id=request["SubnetId"],
        group_ids=request.get("Groups") or None,
        description=request.get("Description") or "",
        interface_type=request.get("InterfaceType") or "interface",
        requester_managed=False,
        tags=tags_for(request, "network-interface"),
        **requested_addresses(request),
    )
    return {"NetworkInterface": shown, "ClientToken": request.get("ClientToken") or ""}


def requested_addresses(request: Request) -> dict[str, Any]:
    """The factory's arguments for the addresses that a request or an interface specification names."""
    listed = request.get("PrivateIpAddresses") or []
    primary = request.get("PrivateIpAddress") or next(
        (each["PrivateIpAddress"] for each in listed if each.get("Primary")), None
    )
    secondary: list[str | None] = [
        each["PrivateIpAddress"] for each in listed if each["PrivateIpAddress"] != primary
    ]
    secondary += [None] * (request.get("SecondaryPrivateIpAddressCount") or 0)
    ipv6: list[str | None] = [each["Ipv6Address"] for each in request.get("Ipv6Addresses") or ()]
    ipv6 += [None] * (request.get("Ipv6AddressCount") or 0)
    return {"private_ip": primary, "secondary_ips": secondary, "ipv6": ipv6}


@operations.simulated("DeleteNetworkInterface")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove an interface that nothing is attached to."""
    interface_id = request["NetworkInterfaceId"]
    shown = network_interfaces.describe(context.account_id, context.region, interface_id)
    if shown["Status"] == "in-use":
        raise error("InvalidParameterValue", f"Network interface '{interface_id}' is currently in use.")
    network_interfaces.delete(context.account_id, context.region, interface_id)
    return {}


@operations.simulated("ModifyNetworkInterfaceAttribute")
def modify(context: RequestContext, request: Request) -> Response:
    """Change groups, description, source/destination check or what becomes of it on termination."""
    interface_id = request["NetworkInterfaceId"]
    shown = customers_own(context, interface_id)
    if request.get("Groups"):
        network_interfaces.set_groups(context.account_id, context.region, interface_id, request["Groups"])
    changes: dict[str, Any] = {}
    if request.get("Description") is not None:
        changes["description"] = request["Description"].get("Value") or ""
    if request.get("SourceDestCheck") is not None:
        changes["source_dest_check"] = request["SourceDestCheck"]["Value"]
    attachment = request.get("Attachment")
    if attachment:
        if attachment.get("AttachmentId") != shown.get("Attachment", {}).get("AttachmentId"):
            raise error(
                "InvalidAttachmentID.NotFound",
                f"The attachment ID '{attachment.get('AttachmentId')}' does not exist",
            )
        changes["delete_on_termination"] = attachment.get("DeleteOnTermination", False)
    interfaces.change(context.account_id, context.region, interface_id, changes)
    return {}


@operations.simulated("ResetNetworkInterfaceAttribute")
def reset(context: RequestContext, request: Request) -> Response:
    """Turn the source/destination check on again."""
    interface_id = request["NetworkInterfaceId"]
    customers_own(context, interface_id)
    interfaces.change(context.account_id, context.region, interface_id, {"source_dest_check": True})
    return {}


@operations.simulated("DescribeNetworkInterfaceAttribute")
def describe_attribute(context: RequestContext, request: Request) -> Response:
    """One attribute of an interface."""
    shown = network_interfaces.describe(context.account_id, context.region, request["NetworkInterfaceId"])
    attributes: dict[str, tuple[str, Any]] = {
        "description": ("Description", {"Value": shown["Description"]}),
        "groupSet": ("Groups", shown["Groups"]),
        "sourceDestCheck": ("SourceDestCheck", {"Value": shown["SourceDestCheck"]}),
        "attachment": ("Attachment", shown.get("Attachment") or {}),
    }
    wanted = request.get("Attribute")
    if wanted not in attributes:
        raise error("InvalidParameterValue", f"Value ({wanted}) for parameter attribute is invalid.")
    name, value = attributes[wanted]
    return {"NetworkInterfaceId": shown["NetworkInterfaceId"], name: value}


@operations.simulated("AttachNetworkInterface")
def attach(context: RequestContext, request: Request) -> Response:
    """Attach an interface to an instance of its zone, at a device index that is free."""
    interface_id = request["NetworkInterfaceId"]
    shown = customers_own(context, interface_id)
    if shown["Status"] != "available":
        raise error(
            "InvalidParameterValue", f"Interface: [{interface_id}] is not in the available state: in-use."
        )
    used = [
        each["Attachment"]["DeviceIndex"]
        for each in network_interfaces.describe_all(context.account_id, context.region)
        if each.get("Attachment", {}).get("InstanceId") == request["InstanceId"]
    ]
    if request["DeviceIndex"] in used:
        raise error(
            "InvalidParameterValue",
            f"Instance '{request['InstanceId']}' already has an interface attached at device index "
            f"'{request['DeviceIndex']}'.",
        )
    return pass_on(context, request)


@operations.simulated("DetachNetworkInterface")
def detach(context: RequestContext, request: Request) -> Response:
    """Detach an interface that is not an instance's first."""
    wanted = request["AttachmentId"]
    for shown in network_interfaces.describe_all(context.account_id, context.region):
        attachment = shown.get("Attachment", {})
        if attachment.get("AttachmentId") == wanted:
            customers_own(context, shown["NetworkInterfaceId"])
            if attachment["DeviceIndex"] == 0:
                raise error(
                    "OperationNotPermitted",
                    f"The network interface at device index 0 and networkCard index 0 cannot be detached: "
                    f"{wanted}",
                )
            interfaces.detach(context.account_id, context.region, shown["NetworkInterfaceId"])
            return {}
    raise error("InvalidAttachmentID.NotFound", f"The attachment ID '{wanted}' does not exist")


@operations.simulated("AssignPrivateIpAddresses")
def assign_private(context: RequestContext, request: Request) -> Response:
    """Add secondary IPv4 addresses of the subnet."""
    interface_id = request["NetworkInterfaceId"]
    customers_own(context, interface_id)
    wanted: list[str | None] = list(request.get("PrivateIpAddresses") or ())
    wanted += [None] * (request.get("SecondaryPrivateIpAddressCount") or 0)
    given = network_interfaces.assign(context.account_id, context.region, interface_id, wanted, version=4)
    return {
        "NetworkInterfaceId": interface_id,
        "AssignedPrivateIpAddresses": [{"PrivateIpAddress": address} for address in given],
    }


@operations.simulated("UnassignPrivateIpAddresses")
def unassign_private(context: RequestContext, request: Request) -> Response:
    """Take secondary IPv4 addresses away."""
    interface_id = request["NetworkInterfaceId"]
    shown = customers_own(context, interface_id)
    secondary = {each["PrivateIpAddress"] for each in shown["PrivateIpAddresses"] if not each["Primary"]}
    wanted = request.get("PrivateIpAddresses") or []
    foreign = set(wanted) - secondary
    if foreign:
        raise error(
            "InvalidParameterValue",
            f"Some of the given addresses are not assigned to interface {interface_id} as secondary "
            f"addresses: {', '.join(sorted(foreign))}",
        )
    interfaces.unassign(context.account_id, context.region, interface_id, wanted)
    return {}


@operations.simulated("AssignIpv6Addresses")
def assign_ipv6(context: RequestContext, request: Request) -> Response:
    """Add IPv6 addresses of the subnet."""
    interface_id = request["NetworkInterfaceId"]
    customers_own(context, interface_id)
    wanted: list[str | None] = list(request.get("Ipv6Addresses") or ())
    wanted += [None] * (request.get("Ipv6AddressCount") or 0)
    given = network_interfaces.assign(context.account_id, context.region, interface_id, wanted, version=6)
    return {"NetworkInterfaceId": interface_id, "AssignedIpv6Addresses": given}


@operations.simulated("UnassignIpv6Addresses")
def unassign_ipv6(context: RequestContext, request: Request) -> Response:
    """Take IPv6 addresses away."""
    interface_id = request["NetworkInterfaceId"]
    customers_own(context, interface_id)
    wanted = request.get("Ipv6Addresses") or []
    interfaces.unassign(context.account_id, context.region, interface_id, wanted)
    return {"NetworkInterfaceId": interface_id, "UnassignedIpv6Addresses": wanted}
