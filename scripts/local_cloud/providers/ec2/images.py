"""Images, key pairs and launch templates."""

from __future__ import annotations

from localstack.aws.api import RequestContext
from localstack.services.moto import call_moto

from scripts.local_cloud.providers.ec2 import block_devices
from scripts.local_cloud.providers.ec2.listing import Listing, from_moto
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response, error


@operations.simulated("DescribeImages")
def describe(context: RequestContext, request: Request) -> Response:
    """Images of Moto's list of Amazon's, with a root volume as Amazon's have it."""
    answer = pass_on(context, request)
    for image in answer.get("Images") or ():
        for mapping in image.get("BlockDeviceMappings") or ():
            mapping["Ebs"] = {
                **mapping["Ebs"],
                "VolumeSize": block_devices.ROOT_SIZE,
                "VolumeType": block_devices.ROOT_TYPE,
                "DeleteOnTermination": True,
                "Encrypted": False,
            }
    return answer


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


operations.passed_on(
    "CreateKeyPair",
    "ImportKeyPair",
    "DeleteKeyPair",
    "CreateLaunchTemplate",
    "DeleteLaunchTemplate",
    "DescribeLaunchTemplates",
    "DescribeLaunchTemplateVersions",
    "GetLaunchTemplateData",
)


def _check_template_named(request: Request) -> None:
    if not request.get("LaunchTemplateId") and not request.get("LaunchTemplateName"):
        raise error(
            "MissingParameter", "Either a launch template ID or a launch template name must be specified"
        )


@operations.simulated("CreateLaunchTemplateVersion")
def create_template_version(context: RequestContext, request: Request) -> Response:
    """Moto fails where no template is named."""
    _check_template_named(request)
    return pass_on(context, request)


@operations.simulated("ModifyLaunchTemplate")
def modify_template(context: RequestContext, request: Request) -> Response:
    """By Moto: LocalStack's own fails on a template that is not there."""
    _check_template_named(request)
    answer: Response = call_moto(context)
    return answer


__all__ = ["describe", "describe_keys", "from_moto"]
