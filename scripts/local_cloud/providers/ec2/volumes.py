"""Volumes.

Moto says of every attached volume that it outlives its instance, and knows no throughput or IOPS by default.
"""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2 import block_devices
from scripts.local_cloud.providers.ec2.launch import kms_key_arn
from scripts.local_cloud.providers.ec2.listing import Listing, from_moto
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response
from scripts.local_cloud.providers.moto_backend import core, instances

Listing(
    "DescribeVolumes",
    "Volumes",
    ids="VolumeIds",
    id_field="VolumeId",
    not_found=("InvalidVolume.NotFound", "The volume '{}' does not exist."),
    filters={
        "attachment.attach-time": "Attachments[].AttachTime",
        "attachment.delete-on-termination": "Attachments[].DeleteOnTermination",
        "attachment.device": "Attachments[].Device",
        "attachment.instance-id": "Attachments[].InstanceId",
        "attachment.status": "Attachments[].State",
        "availability-zone": "AvailabilityZone",
        "create-time": "CreateTime",
        "encrypted": "Encrypted",
        "multi-attach-enabled": "MultiAttachEnabled",
        "size": "Size",
        "snapshot-id": "SnapshotId",
        "status": "State",
        "volume-id": "VolumeId",
        "volume-type": "VolumeType",
    },
).register(lambda context: [_shown(context, each) for each in from_moto(context, "Volumes")])


def _shown(context: RequestContext, volume: dict[str, Any]) -> dict[str, Any]:
    attachments = [
        {
            **each,
            "DeleteOnTermination": instances.delete_on_termination(
                context.account_id, context.region, each["InstanceId"], each["VolumeId"]
            ),
        }
        for each in volume.get("Attachments") or ()
    ]
    return {
        **volume,
        "Attachments": attachments,
        "MultiAttachEnabled": bool(volume.get("MultiAttachEnabled")),
    }


@operations.simulated("CreateVolume")
def create(context: RequestContext, request: Request) -> Response:
    """Make a volume with the IOPS and throughput of its type, encrypted with a key that KMS knows."""
    where = context.account_id, context.region
    encrypted = bool(request.get("Encrypted")) or instances.encrypts_by_default(*where)
    key = kms_key_arn(context, request.get("KmsKeyId") or "") if encrypted else None
    kind = request.get("VolumeType") or "gp2"
    if encrypted:
        request = {**request, "Encrypted": True, "KmsKeyId": key}
    answer = ask_moto(context, request)
    size = int(answer["Size"])
    changes = {
        "iops": block_devices.iops(kind, size, request.get("Iops")),
        "throughput": (request.get("Throughput") or 125) if kind == "gp3" else None,
    }
    instances.set_volume(*where, answer["VolumeId"], changes)
    return {**answer, "Iops": changes["iops"], "Throughput": changes["throughput"]}


@operations.simulated("DeleteVolume")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove a volume that nothing has attached."""
    answer = pass_on(context, request)
    core.forget_tags(context.account_id, context.region, request["VolumeId"])
    return answer


operations.passed_on(
    "AttachVolume",
    "DetachVolume",
    "ModifyVolume",
    "CreateSnapshot",
    "DeleteSnapshot",
    "EnableEbsEncryptionByDefault",
    "DisableEbsEncryptionByDefault",
    "GetEbsEncryptionByDefault",
)


_MODIFICATIONS = Listing(
    "DescribeVolumesModifications",
    "VolumesModifications",
    ids="VolumeIds",
    id_field="VolumeId",
    not_found=("InvalidVolumeModification.NotFound", "Modification for volume '{}' does not exist."),
    filters={
        "modification-state": "ModificationState",
        "original-iops": "OriginalIops",
        "original-size": "OriginalSize",
        "original-volume-type": "OriginalVolumeType",
        "start-time": "StartTime",
        "target-iops": "TargetIops",
        "target-size": "TargetSize",
        "target-volume-type": "TargetVolumeType",
        "volume-id": "VolumeId",
    },
)
_MODIFICATIONS.register(lambda context: from_moto(context, "VolumesModifications"))

_SNAPSHOTS = Listing(
    "DescribeSnapshots",
    "Snapshots",
    filters={
        "description": "Description",
        "encrypted": "Encrypted",
        "owner-alias": "OwnerAlias",
        "owner-id": "OwnerId",
        "progress": "Progress",
        "snapshot-id": "SnapshotId",
        "start-time": "StartTime",
        "status": "State",
        "storage-tier": "StorageTier",
        "volume-id": "VolumeId",
        "volume-size": "VolumeSize",
    },
)


@operations.simulated("DescribeSnapshots")
def snapshots(context: RequestContext, request: Request) -> Response:
    """Snapshots, by id, owner and who may restore them."""
    asked = {
        name: request[name]
        for name in ("OwnerIds", "RestorableByUserIds", "SnapshotIds")
        if request.get(name)
    }
    return _SNAPSHOTS.answer(ask_moto(context, asked).get("Snapshots") or [], request)
