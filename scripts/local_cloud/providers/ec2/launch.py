"""RunInstances: an instance's interfaces come from the factory, its volumes from what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.connect import connect_to

from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.ec2.block_devices import Device, devices
from scripts.local_cloud.providers.ec2.instances import shown
from scripts.local_cloud.providers.ec2.interfaces import requested_addresses
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations, tags_for
from scripts.local_cloud.providers.ec2.security_groups import asked_for
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import instance_types, instances, interfaces, subnets

#: What Moto is asked as it came; network and volumes are ours.
_AS_GIVEN = (
    "InstanceType",
    "KeyName",
    "EbsOptimized",
    "Monitoring",
    "Placement",
    "IamInstanceProfile",
    "MetadataOptions",
    "InstanceInitiatedShutdownBehavior",
    "DisableApiStop",
    "ClientToken",
    "LaunchTemplate",
    "HibernationOptions",
    "InstanceMarketOptions",
)
_SSM = "resolve:ssm:"
#: Answers by client token, so that a repeated request launches nothing.
_answers: dict[tuple[str, str, str], Response] = {}


@operations.simulated("RunInstances")
def run(context: RequestContext, request: Request) -> Response:
    """Launch instances; repeated with the same client token, tell of the first time."""
    where = context.account_id, context.region
    token = request.get("ClientToken")
    if token and (*where, token) in _answers:
        return _answers[*where, token]
    if request.get("DryRun"):
        raise error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", status=412)
    request = _with_template(context, request)
    image = _image(context, request)
    _check_type(request, image)
    wanted = devices(
        request.get("BlockDeviceMappings") or (),
        image["RootDeviceName"],
        encrypted_by_default=instances.encrypts_by_default(*where),
    )
    wanted = [
        replace(each, kms_key=kms_key_arn(context, each.kms_key)) if each.encrypted else each
        for each in wanted
    ]
    answers = [_launch(context, request, wanted) for _ in range(request["MaxCount"])]
    launched = [answer["Instances"][0] for answer in answers]
    reservation_id = instances.join_reservations(*where, [each["InstanceId"] for each in launched])
    told = [
        {**shown(context, each), "AmiLaunchIndex": index, "State": {"Code": 0, "Name": "pending"}}
        for index, each in enumerate(launched)
    ]
    answer = {**answers[0], "ReservationId": reservation_id, "Instances": told, "Groups": []}
    if token:
        _answers[*where, token] = answer
    return answer


def _with_template(context: RequestContext, request: Request) -> Request:
    """The request on top of what its launch template says."""
    template = request.get("LaunchTemplate")
    if not template:
        return dict(request)
    try:
        data = instances.template_data(context.account_id, context.region, template)
    except instances.NoTemplateError as missing:
        raise error(missing.code, missing.message) from missing
    own = {name: value for name, value in request.items() if value is not None}
    for name, replaced in (
        ("NetworkInterfaces", ("SubnetId", "SecurityGroupIds", "SecurityGroups")),
        ("SecurityGroupIds", ("SecurityGroups",)),
    ):
        if own.get(name):
            data = {key: value for key, value in data.items() if key not in replaced}
    merged = {**data, **own}
    mappings = {each["DeviceName"]: each for each in data.get("BlockDeviceMappings") or ()}
    mappings |= {each["DeviceName"]: each for each in request.get("BlockDeviceMappings") or ()}
    merged["BlockDeviceMappings"] = list(mappings.values())
    merged["TagSpecifications"] = [
        *(data.get("TagSpecifications") or ()),
        *(request.get("TagSpecifications") or ()),
    ]
    return merged


def _image(context: RequestContext, request: Request) -> dict[str, Any]:
    """The image, looked up in the parameter store where the request says so; sets ``ImageId``."""
    image_id = request.get("ImageId") or ""
    if not image_id:
        raise error("MissingParameter", "The request must contain the parameter ImageId")
    if image_id.startswith(_SSM):
        parameters = connect_to(aws_access_key_id=context.account_id, region_name=context.region).ssm
        name = image_id.removeprefix(_SSM)
        try:
            image_id = parameters.get_parameter(Name=name)["Parameter"]["Value"]
        except ClientError as problem:
            raise error(
                "InvalidParameterValue", f"Cannot resolve the parameter {name}: {problem}"
            ) from problem
    request["ImageId"] = image_id
    image = instances.image(context.account_id, context.region, image_id)
    if image is None:
        raise error("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")
    return image


def _check_type(request: Request, image: Mapping[str, Any]) -> None:
    wanted = request.setdefault("InstanceType", "m1.small")
    architectures = instance_types.architectures(wanted)
    if not architectures:
        raise error("InvalidParameterValue", f"Invalid value '{wanted}' for InstanceType.")
    if image["Architecture"] not in architectures:
        raise error(
            "InvalidParameterValue",
            f"The architecture '{','.join(architectures)}' of the specified instance type does not match the "
            f"architecture '{image['Architecture']}' of the specified AMI.",
        )


def _launch(context: RequestContext, request: Request, wanted: list[Device]) -> Response:
    where = context.account_id, context.region
    key = request.get("KeyName")
    if key and key not in [each["KeyName"] for each in instances.key_pairs(*where)]:
        raise error("InvalidKeyPair.NotFound", f"The key pair '{key}' does not exist")
    made: list[str] = []
    answer: Response = {}
    try:
        attached = [_interface(context, request, each, made) for each in _specifications(context, request)]
        answer = ask_moto(context, _for_moto(request, attached, wanted))
    except CommonServiceException as problem:
        if problem.code == "NoSuchEntity":
            # AWS's own words: Terraform waits for a young profile to be known by them.
            raise error(
                "InvalidParameterValue",
                f"Value ({request['IamInstanceProfile']}) for parameter iamInstanceProfile is invalid. "
                "Invalid IAM Instance Profile name",
            ) from problem
        raise
    finally:
        for interface_id in () if answer else made:
            network_interfaces.delete(*where, interface_id)
    instance_id = answer["Instances"][0]["InstanceId"]
    for each in attached:
        interfaces.change(
            *where, each["NetworkInterfaceId"], {"delete_on_termination": each["DeleteOnTermination"]}
        )
    _finish(context, request, instance_id)
    _fill_volumes(context, instance_id, wanted)
    return answer


def _specifications(context: RequestContext, request: Request) -> list[dict[str, Any]]:
    """The interfaces that a request specifies, or the one that its flat parameters stand for."""
    given = request.get("NetworkInterfaces")
    if given:
        if request.get("SubnetId"):
            raise error(
                "InvalidParameterCombination",
                "Network interfaces and an instance-level subnet ID may not be specified on the same request",
            )
        return [{**each, "DeviceIndex": each.get("DeviceIndex") or 0} for each in given]
    flat = ("SubnetId", "PrivateIpAddress", "Ipv6AddressCount", "Ipv6Addresses")
    return [{"DeviceIndex": 0, **{name: request[name] for name in flat if request.get(name)}}]


def _interface(
    context: RequestContext, request: Request, wanted: dict[str, Any], made: list[str]
) -> dict[str, Any]:
    """An interface for the instance: one that is there, or a new one, noted in ``made``."""
    where = context.account_id, context.region
    present = wanted.get("NetworkInterfaceId")
    if present:
        held = network_interfaces.describe(*where, present)
        if held["Status"] != "available":
            raise error("InvalidNetworkInterface.InUse", f"Interface: [{present}] in use.")
        return {**held, "DeviceIndex": wanted["DeviceIndex"], "DeleteOnTermination": False}
    subnet_id = wanted.get("SubnetId") or _default_subnet(context, request)
    if subnets.subnet_vpc(*where, subnet_id) is None:
        raise error("InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist")
    groups = (
        wanted.get("Groups")
        or request.get("SecurityGroupIds")
        or [asked_for(context, {"GroupName": name}) for name in request.get("SecurityGroups") or ()]
    )
    asked = wanted.get("AssociatePublicIpAddress")
    public = asked if asked is not None else subnets.maps_public_ip(*where, subnet_id)
    public = public and wanted["DeviceIndex"] == 0
    held = network_interfaces.create(
        *where,
        subnet_id=subnet_id,
        group_ids=groups or None,
        description=wanted.get("Description") or "",
        requester_managed=False,
        public=public,
        tags=tags_for(request, "network-interface"),
        **requested_addresses(wanted),
    )
    made.append(held["NetworkInterfaceId"])
    interfaces.change(*where, held["NetworkInterfaceId"], {"wants_public_ip": public})
    return {
        **held,
        "DeviceIndex": wanted["DeviceIndex"],
        "DeleteOnTermination": wanted.get("DeleteOnTermination") is not False,
    }


def _default_subnet(context: RequestContext, request: Request) -> str:
    zone = (request.get("Placement") or {}).get("AvailabilityZone")
    subnet_id = subnets.default_subnet(context.account_id, context.region, zone)
    if subnet_id is None:
        raise error("MissingInput", "No subnets found for the default VPC. Please specify a subnet.")
    return subnet_id


def _for_moto(request: Request, attached: list[dict[str, Any]], wanted: list[Device]) -> Request:
    return {
        **{name: request[name] for name in _AS_GIVEN if request.get(name) is not None},
        "ImageId": request["ImageId"],
        "MinCount": 1,
        "MaxCount": 1,
        "NetworkInterfaces": [
            {
                name: each[name]
                for name in ("DeviceIndex", "NetworkInterfaceId", "SubnetId", "PrivateIpAddress")
            }
            for each in attached
        ],
        # Moto takes any size for "encrypted" and then wants a key; both are set right after.
        "BlockDeviceMappings": [
            {"DeviceName": each.name, "Ebs": {"VolumeSize": each.size, "KmsKeyId": "-"}} for each in wanted
        ],
        "TagSpecifications": [
            each
            for each in request.get("TagSpecifications") or ()
            if each.get("ResourceType") in ("instance", "volume") and each.get("Tags")
        ],
    }


def _finish(context: RequestContext, request: Request, instance_id: str) -> None:
    """Set what Moto overlooks of the request."""
    where = context.account_id, context.region
    credits = (request.get("CreditSpecification") or {}).get("CpuCredits")
    changes = {
        "user_data": instances.as_user_data(request.get("UserData")),
        "disable_api_termination": bool(request.get("DisableApiTermination")),
        "cpu_credits": credits or instance_types.default_credits(request["InstanceType"]),
    }
    instances.change(*where, instance_id, changes)
    options = request.get("MetadataOptions") or {}
    instances.set_metadata_options(*where, instance_id, options)


def _fill_volumes(context: RequestContext, instance_id: str, wanted: list[Device]) -> None:
    where = context.account_id, context.region
    held = instances.volumes(*where, instance_id)
    for each in wanted:
        instances.set_volume(
            *where,
            held[each.name],
            {
                "volume_type": each.volume_type,
                "iops": each.iops,
                "throughput": each.throughput,
                "encrypted": each.encrypted,
                "kms_key_id": each.kms_key or None,
            },
        )
    goes = {each.name: each.delete_on_termination for each in wanted}
    instances.set_delete_on_termination(*where, instance_id, goes)


def kms_key_arn(context: RequestContext, key: str) -> str:
    """The ARN of a KMS key, or of the one that EBS uses when none is named."""
    keys = connect_to(aws_access_key_id=context.account_id, region_name=context.region).kms
    try:
        arn: str = keys.describe_key(KeyId=key or "alias/aws/ebs")["KeyMetadata"]["Arn"]
    except ClientError as problem:
        raise error("InvalidParameterValue", f"The KMS key '{key}' cannot be used: {problem}") from problem
    return arn
