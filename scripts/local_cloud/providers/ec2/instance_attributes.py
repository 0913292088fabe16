"""Attributes of instances, one call at a time.

Moto changes one attribute a call and takes an unknown one for "no groups" (`responses/instances.py:375`), and
forgets the metadata options that a call does not name (`instances.py:965`).
"""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.ec2.instances import check
from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import instance_types, instances, interfaces

#: An attribute's name in requests, to Moto's, and whether the instance must be stopped to change it.
_SETTABLE = {
    "InstanceType": ("instance_type", True),
    "UserData": ("user_data", True),
    "EbsOptimized": ("ebs_optimized", True),
    "DisableApiTermination": ("disable_api_termination", False),
    "DisableApiStop": ("disable_api_stop", False),
    "InstanceInitiatedShutdownBehavior": ("instance_initiated_shutdown_behavior", False),
}


def _primary(context: RequestContext, instance_id: str) -> str:
    interface_id = instances.primary_interface(context.account_id, context.region, instance_id)
    if interface_id is None:
        raise error("IncorrectInstanceState", f"The instance '{instance_id}' has no network interface.")
    return interface_id


@operations.simulated("ModifyInstanceAttribute")
def modify(context: RequestContext, request: Request) -> Response:
    """Change attributes; those of the network are the first interface's."""
    where = context.account_id, context.region
    instance_id = request["InstanceId"]
    state = check(context, instance_id)
    changes = _changes(request, instance_id, state)
    if request.get("Groups"):
        network_interfaces.set_groups(*where, _primary(context, instance_id), request["Groups"])
    if request.get("SourceDestCheck"):
        value = request["SourceDestCheck"]["Value"]
        interfaces.change(*where, _primary(context, instance_id), {"source_dest_check": value})
        changes["source_dest_check"] = value
    held = instances.volumes(*where, instance_id)
    devices = {
        each["DeviceName"]: each["Ebs"]["DeleteOnTermination"]
        for each in request.get("BlockDeviceMappings") or ()
        if (each.get("Ebs") or {}).get("DeleteOnTermination") is not None
    }
    unknown = set(devices) - set(held)
    if unknown:
        raise error(
            "InvalidInstanceAttributeValue", f"No device is currently mapped at {', '.join(sorted(unknown))}"
        )
    instances.set_delete_on_termination(*where, instance_id, devices)
    instances.change(*where, instance_id, changes)
    return {}


def _changes(request: Request, instance_id: str, state: str) -> dict[str, Any]:
    wanted = {name: request[name].get("Value") for name in _SETTABLE if request.get(name)}
    attribute = request.get("Attribute")
    if attribute:
        name = attribute[0].upper() + attribute[1:]
        if name not in _SETTABLE:
            raise error("InvalidParameterValue", f"Value ({attribute}) for parameter attribute is invalid.")
        value = request.get("Value")
        wanted[name] = value == "true" if value in ("true", "false") else value
    changes = {}
    for name, value in wanted.items():
        ours, stopped_only = _SETTABLE[name]
        if stopped_only and state != "stopped":
            raise error(
                "IncorrectInstanceState", f"The instance '{instance_id}' is not in the 'stopped' state."
            )
        if name == "InstanceType" and not instance_types.architectures(str(value)):
            raise error("InvalidInstanceAttributeValue", f"Invalid value '{value}' for InstanceType.")
        changes[ours] = instances.as_user_data(value) if name == "UserData" else value
    return changes


@operations.simulated("DescribeInstanceAttribute")
def describe(context: RequestContext, request: Request) -> Response:
    """One attribute; those of the network are the first interface's."""
    instance_id, attribute = request["InstanceId"], request["Attribute"]
    check(context, instance_id)
    if attribute in ("groupSet", "sourceDestCheck"):
        interface = network_interfaces.describe(
            context.account_id, context.region, _primary(context, instance_id)
        )
        value = {
            "groupSet": {"Groups": interface["Groups"]},
            "sourceDestCheck": {"SourceDestCheck": {"Value": interface["SourceDestCheck"]}},
        }
        return {"InstanceId": instance_id, **value[attribute]}
    return pass_on(context, request)


@operations.simulated("ModifyInstanceMetadataOptions")
def modify_metadata(context: RequestContext, request: Request) -> Response:
    """Change the metadata options that are named and keep the others."""
    where = context.account_id, context.region
    instance_id = request["InstanceId"]
    check(context, instance_id)
    instances.set_metadata_options(*where, instance_id, request)
    return {
        "InstanceId": instance_id,
        "InstanceMetadataOptions": instances.metadata_options(*where, instance_id),
    }


def _monitor(context: RequestContext, request: Request, state: str) -> Response:
    for instance_id in request["InstanceIds"]:
        check(context, instance_id)
        change = {"monitoring_state": state}
        instances.change(context.account_id, context.region, instance_id, change)
    told = [{"InstanceId": each, "Monitoring": {"State": state}} for each in request["InstanceIds"]]
    return {"InstanceMonitorings": told}


@operations.simulated("MonitorInstances")
def monitor(context: RequestContext, request: Request) -> Response:
    """Turn detailed monitoring on."""
    return _monitor(context, request, "enabled")


@operations.simulated("UnmonitorInstances")
def unmonitor(context: RequestContext, request: Request) -> Response:
    """Turn detailed monitoring off."""
    return _monitor(context, request, "disabled")


@operations.simulated("DescribeInstanceCreditSpecifications")
def describe_credits(context: RequestContext, request: Request) -> Response:
    """Credit specifications of burstable instances."""
    where = context.account_id, context.region
    wanted = request.get("InstanceIds") or [
        each for each in instances.ids(*where) if instances.state(*where, each) != "terminated"
    ]
    told = []
    for instance_id in wanted:
        check(context, instance_id)
        kind = instances.attribute(*where, instance_id, "cpu_credits")
        if kind:
            told.append({"InstanceId": instance_id, "CpuCredits": kind})
        elif request.get("InstanceIds"):
            raise error(
                "InvalidInstanceID.NotBurstable",
                f"The instance '{instance_id}' is not of a burstable performance type.",
            )
    return _CREDITS.answer(told, request)


_CREDITS = Listing(
    "DescribeInstanceCreditSpecifications",
    "InstanceCreditSpecifications",
    filters={"instance-id": "InstanceId"},
)


@operations.simulated("ModifyInstanceCreditSpecification")
def modify_credits(context: RequestContext, request: Request) -> Response:
    """Change credit specifications; what cannot be changed is named in the answer."""
    done, failed = [], []
    for each in request["InstanceCreditSpecifications"]:
        instance_id, wanted = each["InstanceId"], each.get("CpuCredits")
        where = context.account_id, context.region
        if wanted in ("standard", "unlimited") and instances.state(*where, instance_id):
            instances.change(*where, instance_id, {"cpu_credits": wanted})
            done.append({"InstanceId": instance_id})
        else:
            problem = {"Code": "InvalidParameterValue", "Message": f"Invalid credit option '{wanted}'"}
            failed.append({"InstanceId": instance_id, "Error": problem})
    return {
        "SuccessfulInstanceCreditSpecifications": done,
        "UnsuccessfulInstanceCreditSpecifications": failed,
    }


@operations.simulated("DescribeIamInstanceProfileAssociations")
def describe_profiles(context: RequestContext, request: Request) -> Response:
    """Associations of instances with profiles."""
    return _PROFILES.answer(ask_moto(context, {}).get("IamInstanceProfileAssociations") or [], request)


_PROFILES = Listing(
    "DescribeIamInstanceProfileAssociations",
    "IamInstanceProfileAssociations",
    ids="AssociationIds",
    id_field="AssociationId",
    not_found=("InvalidAssociationID.NotFound", "An invalid association-id of '{}' was given"),
    filters={"instance-id": "InstanceId", "state": "State"},
)


operations.passed_on(
    "AssociateIamInstanceProfile",
    "DisassociateIamInstanceProfile",
    "ReplaceIamInstanceProfileAssociation",
)
