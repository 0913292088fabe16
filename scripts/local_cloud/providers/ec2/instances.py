"""Instances: showing, starting, stopping and terminating them. Nothing runs behind one yet.

Moto shows the union of groups (`elastic_network_interfaces.py:305`), leaves the interfaces of a terminated
instance behind (`instances.py:675`), and lends addresses that others may have.
"""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import core, instances, interfaces

NOT_FOUND = ("InvalidInstanceID.NotFound", "The instance ID '{}' does not exist")

LISTING = Listing(
    "DescribeInstances",
    "Instances",
    ids="InstanceIds",
    id_field="InstanceId",
    not_found=NOT_FOUND,
    filters={
        "affinity": "Placement.Affinity",
        "architecture": "Architecture",
        "availability-zone": "Placement.AvailabilityZone",
        "block-device-mapping.attach-time": "BlockDeviceMappings[].Ebs.AttachTime",
        "block-device-mapping.delete-on-termination": "BlockDeviceMappings[].Ebs.DeleteOnTermination",
        "block-device-mapping.device-name": "BlockDeviceMappings[].DeviceName",
        "block-device-mapping.status": "BlockDeviceMappings[].Ebs.Status",
        "block-device-mapping.volume-id": "BlockDeviceMappings[].Ebs.VolumeId",
        "client-token": "ClientToken",
        "dns-name": "PublicDnsName",
        "hypervisor": "Hypervisor",
        "iam-instance-profile.arn": "IamInstanceProfile.Arn",
        "iam-instance-profile.id": "IamInstanceProfile.Id",
        "image-id": "ImageId",
        "instance-id": "InstanceId",
        "instance-state-code": "State.Code",
        "instance-state-name": "State.Name",
        "instance-type": "InstanceType",
        "instance.group-id": "SecurityGroups[].GroupId",
        "instance.group-name": "SecurityGroups[].GroupName",
        "ip-address": "PublicIpAddress",
        "key-name": "KeyName",
        "launch-index": "AmiLaunchIndex",
        "launch-time": "LaunchTime",
        "metadata-options.http-endpoint": "MetadataOptions.HttpEndpoint",
        "metadata-options.http-put-response-hop-limit": "MetadataOptions.HttpPutResponseHopLimit",
        "metadata-options.http-tokens": "MetadataOptions.HttpTokens",
        "monitoring-state": "Monitoring.State",
        "network-interface.addresses.association.public-ip": (
            "NetworkInterfaces[].PrivateIpAddresses[].Association.PublicIp"
        ),
        "network-interface.addresses.private-ip-address": (
            "NetworkInterfaces[].PrivateIpAddresses[].PrivateIpAddress"
        ),
        "network-interface.attachment.attachment-id": "NetworkInterfaces[].Attachment.AttachmentId",
        "network-interface.attachment.device-index": "NetworkInterfaces[].Attachment.DeviceIndex",
        "network-interface.description": "NetworkInterfaces[].Description",
        "network-interface.group-id": "NetworkInterfaces[].Groups[].GroupId",
        "network-interface.group-name": "NetworkInterfaces[].Groups[].GroupName",
        "network-interface.mac-address": "NetworkInterfaces[].MacAddress",
        "network-interface.network-interface-id": "NetworkInterfaces[].NetworkInterfaceId",
        "network-interface.private-ip-address": "NetworkInterfaces[].PrivateIpAddress",
        "network-interface.source-dest-check": "NetworkInterfaces[].SourceDestCheck",
        "network-interface.status": "NetworkInterfaces[].Status",
        "network-interface.subnet-id": "NetworkInterfaces[].SubnetId",
        "network-interface.vpc-id": "NetworkInterfaces[].VpcId",
        "owner-id": "NetworkInterfaces[0].OwnerId",
        "placement-group-name": "Placement.GroupName",
        "platform": "Platform",
        "private-dns-name": "PrivateDnsName",
        "private-ip-address": "PrivateIpAddress",
        "ramdisk-id": "RamdiskId",
        "reservation-id": "ReservationId",
        "root-device-name": "RootDeviceName",
        "root-device-type": "RootDeviceType",
        "source-dest-check": "SourceDestCheck",
        "state-reason-code": "StateReason.Code",
        "state-reason-message": "StateReason.Message",
        "subnet-id": "SubnetId",
        "tenancy": "Placement.Tenancy",
        "virtualization-type": "VirtualizationType",
        "vpc-id": "VpcId",
    },
)

#: What an instance shows of an interface.
_INTERFACE_FIELDS = (
    "Association",
    "Description",
    "Groups",
    "InterfaceType",
    "Ipv6Addresses",
    "MacAddress",
    "NetworkInterfaceId",
    "OwnerId",
    "PrivateDnsName",
    "PrivateIpAddress",
    "PrivateIpAddresses",
    "SourceDestCheck",
    "Status",
    "SubnetId",
    "VpcId",
)
_ATTACHMENT_FIELDS = (
    "AttachTime",
    "AttachmentId",
    "DeleteOnTermination",
    "DeviceIndex",
    "NetworkCardIndex",
    "Status",
)
#: What Moto says of an instance's network, which we say ourselves.
_NETWORK_FIELDS = (
    "NetworkInterfaces",
    "SecurityGroups",
    "SourceDestCheck",
    "PublicIpAddress",
    "PublicDnsName",
    "PrivateIpAddress",
    "PrivateDnsName",
    "Ipv6Address",
    "SubnetId",
    "VpcId",
)


def shown(context: RequestContext, instance: dict[str, Any]) -> dict[str, Any]:
    """Moto's description of an instance, its network as the interfaces tell it."""
    where = context.account_id, context.region
    instance_id = instance["InstanceId"]
    held = {name: value for name, value in instance.items() if name not in _NETWORK_FIELDS}
    attached = [
        network_interfaces.describe(*where, interface_id)
        for interface_id in instances.interface_ids(*where, instance_id).values()
    ]
    held |= _network(attached)
    profile_id = instances.profile_id(*where, instance_id)
    if held.get("IamInstanceProfile") and profile_id:
        held["IamInstanceProfile"] = {**held["IamInstanceProfile"], "Id": profile_id}
    held["MetadataOptions"] = instances.metadata_options(*where, instance_id)
    if instances.state(*where, instance_id) == "terminated":
        held.pop("IamInstanceProfile", None)
    return held


def _network(attached: list[dict[str, Any]]) -> dict[str, Any]:
    if not attached:
        return {"NetworkInterfaces": [], "SecurityGroups": [], "PublicDnsName": "", "PrivateDnsName": ""}
    primary = attached[0]
    network = {
        "NetworkInterfaces": [_interface(each) for each in attached],
        "SecurityGroups": primary["Groups"],
        "SourceDestCheck": primary["SourceDestCheck"],
        "SubnetId": primary["SubnetId"],
        "VpcId": primary["VpcId"],
        "PrivateIpAddress": primary.get("PrivateIpAddress"),
        "PrivateDnsName": primary.get("PrivateDnsName") or _internal_name(primary),
        "PublicDnsName": primary.get("Association", {}).get("PublicDnsName", ""),
        "PublicIpAddress": primary.get("Association", {}).get("PublicIp"),
        "Ipv6Address": primary.get("Ipv6Address"),
    }
    return {name: value for name, value in network.items() if value is not None}


def _internal_name(interface: dict[str, Any]) -> str:
    """An instance has a private name even where its network gives interfaces none."""
    region = interface["AvailabilityZone"][:-1]
    domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    return f"ip-{interface.get('PrivateIpAddress', '').replace('.', '-')}.{domain}"


def _interface(interface: dict[str, Any]) -> dict[str, Any]:
    held = {name: interface[name] for name in _INTERFACE_FIELDS if name in interface}
    attachment = interface["Attachment"]
    held["Attachment"] = {name: attachment[name] for name in _ATTACHMENT_FIELDS if name in attachment}
    return held


@operations.simulated("DescribeInstances")
def describe(context: RequestContext, request: Request) -> Response:
    """Instances by reservation."""
    reservations = ask_moto(context, {"MaxResults": 1_000_000})["Reservations"]
    homes: dict[str, dict[str, Any]] = {}
    everything = []
    for reservation in reservations:
        for instance in reservation["Instances"]:
            homes[instance["InstanceId"]] = reservation
            reservation_id = reservation["ReservationId"]
            everything.append({**shown(context, instance), "ReservationId": reservation_id})
    answer = LISTING.answer(everything, request)
    grouped: dict[str, dict[str, Any]] = {}
    for instance in answer.pop("Instances"):
        home = homes[instance["InstanceId"]]
        entry = grouped.setdefault(instance.pop("ReservationId"), {**home, "Instances": [], "Groups": []})
        entry["Instances"].append(instance)
    return {"Reservations": list(grouped.values()), **answer}


def check(context: RequestContext, instance_id: str) -> str:
    """The instance's state; refuses an instance that does not exist."""
    state = instances.state(context.account_id, context.region, instance_id)
    if state is None:
        raise error(NOT_FOUND[0], NOT_FOUND[1].format(instance_id))
    return state


@operations.simulated("TerminateInstances")
def terminate(context: RequestContext, request: Request) -> Response:
    """Terminate instances; interfaces that were made with one go with it, others are free again."""
    where = context.account_id, context.region
    for instance_id in request["InstanceIds"]:
        check(context, instance_id)
    attached = [
        interface_id
        for instance_id in request["InstanceIds"]
        for interface_id in instances.interface_ids(*where, instance_id).values()
    ]
    volumes = [
        volume_id
        for instance_id in request["InstanceIds"]
        for volume_id in instances.volumes(*where, instance_id).values()
    ]
    answer = pass_on(context, request)
    for volume_id in volumes:
        if not instances.has_volume(*where, volume_id):
            core.forget_tags(*where, volume_id)
    for interface_id in attached:
        if interface_id in interfaces.ids(*where):
            interfaces.detach(*where, interface_id)
    return answer


@operations.simulated("StopInstances")
def stop(context: RequestContext, request: Request) -> Response:
    """Stop instances, which give back the public addresses that they were lent."""
    where = context.account_id, context.region
    for instance_id in request["InstanceIds"]:
        _check_not_gone(context, instance_id, "stopped")
    answer = pass_on(context, request)
    for instance_id in request["InstanceIds"]:
        for interface_id in instances.interface_ids(*where, instance_id).values():
            interfaces.lend_public_ip(*where, interface_id, None, "amazon")
    return answer


@operations.simulated("StartInstances")
def start(context: RequestContext, request: Request) -> Response:
    """Start instances, which are lent public addresses as at their launch."""
    where = context.account_id, context.region
    for instance_id in request["InstanceIds"]:
        _check_not_gone(context, instance_id, "started")
    answer = pass_on(context, request)
    for instance_id in request["InstanceIds"]:
        for interface_id in instances.interface_ids(*where, instance_id).values():
            wants = instances.wants_public_address(*where, interface_id)
            if wants and not network_interfaces.describe(*where, interface_id).get("Association"):
                network_interfaces.lend_public_address(*where, interface_id)
    return answer


def _check_not_gone(context: RequestContext, instance_id: str, verb: str) -> None:
    if check(context, instance_id) == "terminated":
        raise error(
            "IncorrectInstanceState",
            f"The instance '{instance_id}' is not in a state from which it can be {verb}.",
        )


operations.passed_on("RebootInstances")

_STATUS = Listing(
    "DescribeInstanceStatus",
    "InstanceStatuses",
    filters={
        "availability-zone": "AvailabilityZone",
        "availability-zone-id": "AvailabilityZoneId",
        "event.code": "Events[].Code",
        "event.description": "Events[].Description",
        "event.instance-event-id": "Events[].InstanceEventId",
        "event.not-after": "Events[].NotAfter",
        "event.not-before": "Events[].NotBefore",
        "event.not-before-deadline": "Events[].NotBeforeDeadline",
        "instance-state-code": "InstanceState.Code",
        "instance-state-name": "InstanceState.Name",
        "instance-status.reachability": "InstanceStatus.Details[].Status",
        "instance-status.status": "InstanceStatus.Status",
        "system-status.reachability": "SystemStatus.Details[].Status",
        "system-status.status": "SystemStatus.Status",
    },
)


@operations.simulated("DescribeInstanceStatus")
def status(context: RequestContext, request: Request) -> Response:
    """Status of instances, of those that run unless all are asked for."""
    asked = {name: request[name] for name in ("IncludeAllInstances", "InstanceIds") if request.get(name)}
    return _STATUS.answer(ask_moto(context, asked).get("InstanceStatuses") or [], request)
