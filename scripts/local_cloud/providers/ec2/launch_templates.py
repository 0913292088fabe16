"""Launch templates.

Moto shows the template's own tags as something to be launched (`responses/launch_templates.py:20`), user data
that nobody gave as an empty text, and takes no source for a new version.
"""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import core, instances

operations.passed_on("CreateLaunchTemplate")

_TEMPLATES = Listing(
    "DescribeLaunchTemplates",
    "LaunchTemplates",
    filters={"create-time": "CreateTime", "launch-template-name": "LaunchTemplateName"},
)
_VERSIONS = Listing(
    "DescribeLaunchTemplateVersions",
    "LaunchTemplateVersions",
    filters={
        "create-time": "CreateTime",
        "ebs-optimized": "LaunchTemplateData.EbsOptimized",
        "http-endpoint": "LaunchTemplateData.MetadataOptions.HttpEndpoint",
        "http-tokens": "LaunchTemplateData.MetadataOptions.HttpTokens",
        "iam-instance-profile": "LaunchTemplateData.IamInstanceProfile.[Arn, Name][]",
        "image-id": "LaunchTemplateData.ImageId",
        "instance-type": "LaunchTemplateData.InstanceType",
        "is-default-version": "DefaultVersion",
        "kernel-id": "LaunchTemplateData.KernelId",
        "license-configuration-arn": "LaunchTemplateData.LicenseSpecifications[].LicenseConfigurationArn",
        "network-card-index": "LaunchTemplateData.NetworkInterfaces[].NetworkCardIndex",
        "ram-disk-id": "LaunchTemplateData.RamDiskId",
    },
)


@operations.simulated("DescribeLaunchTemplates")
def describe(context: RequestContext, request: Request) -> Response:
    """Templates, by id or name."""
    asked = {
        name: request[name] for name in ("LaunchTemplateIds", "LaunchTemplateNames") if request.get(name)
    }
    return _TEMPLATES.answer(ask_moto(context, asked).get("LaunchTemplates") or [], request)


@operations.simulated("DeleteLaunchTemplate")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove a template with its versions."""
    template = _existing(context, request)
    answer = pass_on(context, request)
    core.forget_tags(context.account_id, context.region, template["LaunchTemplateId"])
    return answer


@operations.simulated("DescribeLaunchTemplateVersions")
def describe_versions(context: RequestContext, request: Request) -> Response:
    """Versions of a template, each with what it launches."""
    unpaged = ("Filters", "MaxResults", "NextToken")
    answer = ask_moto(context, {name: value for name, value in request.items() if name not in unpaged})
    shown = answer.get("LaunchTemplateVersions") or []
    for version in shown:
        version["LaunchTemplateData"] = _cleaned(version["LaunchTemplateData"])
    return _VERSIONS.answer(shown, request)


def _cleaned(data: dict[str, object]) -> dict[str, object]:
    specifications = data.get("TagSpecifications")
    tags = [
        each
        for each in (specifications if isinstance(specifications, list) else ())
        if each["ResourceType"] != "launch-template"
    ]
    kept = {name: value for name, value in data.items() if value != "" and name != "TagSpecifications"}
    return {**kept, "TagSpecifications": tags} if tags else kept


@operations.simulated("CreateLaunchTemplateVersion")
def create_version(context: RequestContext, request: Request) -> Response:
    """Make a version, on top of its source version where one is named."""
    _existing(context, request)
    request = dict(request)
    source = request.pop("SourceVersion", None)
    if source:
        template = {
            name: request[name] for name in ("LaunchTemplateId", "LaunchTemplateName") if request.get(name)
        }
        try:
            before = instances.template_data(
                context.account_id, context.region, {**template, "Version": source}
            )
        except instances.NoTemplateError as missing:
            raise error(missing.code, missing.message) from missing
        request["LaunchTemplateData"] = {**_cleaned(before), **request["LaunchTemplateData"]}
    answer = ask_moto(context, request)
    version = answer["LaunchTemplateVersion"]
    version["LaunchTemplateData"] = _cleaned(version.get("LaunchTemplateData") or {})
    return answer


@operations.simulated("ModifyLaunchTemplate")
def modify(context: RequestContext, request: Request) -> Response:
    """Make another version the default one."""
    wanted = request.get("DefaultVersion")
    template = _existing(context, request)
    if wanted and not (wanted.isdigit() and 1 <= int(wanted) <= template["LatestVersionNumber"]):
        raise error(
            "InvalidLaunchTemplateId.VersionNotFound",
            f"Could not find version {wanted} of the launch template {template['LaunchTemplateId']}.",
        )
    if wanted:
        instances.set_default_version(
            context.account_id, context.region, template["LaunchTemplateId"], int(wanted)
        )
    return {"LaunchTemplate": _existing(context, request)}


def _existing(context: RequestContext, request: Request) -> dict[str, Any]:
    wanted = request.get("LaunchTemplateId"), request.get("LaunchTemplateName")
    if not any(wanted):
        raise error("MissingParameter", "The request must contain launchTemplateId or launchTemplateName")
    for shown in instances.launch_templates(context.account_id, context.region):
        if wanted[0] == shown["LaunchTemplateId"] or wanted[1] == shown["LaunchTemplateName"]:
            return shown
    raise error(
        "InvalidLaunchTemplateId.NotFound", f"The launch template '{wanted[0] or wanted[1]}' does not exist."
    )
