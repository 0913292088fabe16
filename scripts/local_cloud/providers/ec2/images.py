"""Images and key pairs.

Moto answers a filter of images that it does not know with a fault of its own.
"""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2 import block_devices
from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import core, instances

_IMAGES = Listing(
    "DescribeImages",
    "Images",
    filters={
        "architecture": "Architecture",
        "block-device-mapping.delete-on-termination": "BlockDeviceMappings[].Ebs.DeleteOnTermination",
        "block-device-mapping.device-name": "BlockDeviceMappings[].DeviceName",
        "block-device-mapping.encrypted": "BlockDeviceMappings[].Ebs.Encrypted",
        "block-device-mapping.snapshot-id": "BlockDeviceMappings[].Ebs.SnapshotId",
        "block-device-mapping.volume-size": "BlockDeviceMappings[].Ebs.VolumeSize",
        "block-device-mapping.volume-type": "BlockDeviceMappings[].Ebs.VolumeType",
        "creation-date": "CreationDate",
        "description": "Description",
        "ena-support": "EnaSupport",
        "hypervisor": "Hypervisor",
        "image-id": "ImageId",
        "image-type": "ImageType",
        "is-public": "Public",
        "kernel-id": "KernelId",
        "manifest-location": "ImageLocation",
        "name": "Name",
        "owner-alias": "ImageOwnerAlias",
        "owner-id": "OwnerId",
        "platform": "Platform",
        "product-code": "ProductCodes[].ProductCodeId",
        "product-code.type": "ProductCodes[].ProductCodeType",
        "ramdisk-id": "RamdiskId",
        "root-device-name": "RootDeviceName",
        "root-device-type": "RootDeviceType",
        "source-instance-id": "SourceInstanceId",
        "state": "State",
        "state-reason-code": "StateReason.Code",
        "state-reason-message": "StateReason.Message",
        "virtualization-type": "VirtualizationType",
    },
)

#: Moto's whole list takes seconds to pass on, so it chooses by those filters that it knows.
_OF_MOTO = frozenset({"architecture", "image-id", "name", "owner-alias", "owner-id", "state"})


@operations.simulated("DescribeImages")
def describe(context: RequestContext, request: Request) -> Response:
    """Images of Moto's list of Amazon's, with a root volume as Amazon's have it."""
    asked: dict[str, Any] = {
        name: request[name] for name in ("ExecutableUsers", "ImageIds", "Owners") if request.get(name)
    }
    asked["Filters"] = [each for each in request.get("Filters") or () if each.get("Name") in _OF_MOTO]
    shown = ask_moto(context, asked).get("Images") or []
    for image in shown:
        for mapping in image.get("BlockDeviceMappings") or ():
            mapping["Ebs"] = {
                **mapping["Ebs"],
                "VolumeSize": block_devices.ROOT_SIZE,
                "VolumeType": block_devices.ROOT_TYPE,
                "DeleteOnTermination": True,
                "Encrypted": False,
            }
    return _IMAGES.answer(shown, request)


_KEY_NOT_FOUND = ("InvalidKeyPair.NotFound", "The key pair '{}' does not exist")
_BY_NAME = Listing(
    "DescribeKeyPairs",
    "KeyPairs",
    ids="KeyNames",
    id_field="KeyName",
    not_found=_KEY_NOT_FOUND,
    filters={"fingerprint": "KeyFingerprint", "key-name": "KeyName", "key-pair-id": "KeyPairId"},
)


@operations.simulated("DescribeKeyPairs")
def describe_keys(context: RequestContext, request: Request) -> Response:
    """Key pairs by name or id."""
    wanted = {"IncludePublicKey": bool(request.get("IncludePublicKey"))}
    shown = ask_moto(context, wanted).get("KeyPairs") or []
    for key_id in request.get("KeyPairIds") or ():
        if key_id not in [each["KeyPairId"] for each in shown]:
            raise error("InvalidKeyPair.NotFound", f"The key pair ID '{key_id}' does not exist")
    if request.get("KeyPairIds"):
        shown = [each for each in shown if each["KeyPairId"] in request["KeyPairIds"]]
    return _BY_NAME.answer(shown, request)


operations.passed_on("CreateKeyPair", "ImportKeyPair")


@operations.simulated("DeleteKeyPair")
def delete_key(context: RequestContext, request: Request) -> Response:
    """Remove a key pair by name or id; one that is not there is no error."""
    key_id, name = request.get("KeyPairId"), request.get("KeyName")
    for each in instances.key_pairs(context.account_id, context.region):
        if key_id == each["KeyPairId"] or name == each["KeyName"]:
            core.forget_tags(context.account_id, context.region, each["KeyPairId"])
            return ask_moto(context, {"KeyName": each["KeyName"]})
    return {"Return": True}
