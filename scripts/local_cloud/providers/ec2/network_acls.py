"""Network ACLs and their entries."""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2 import rules
from scripts.local_cloud.providers.ec2 import vpcs as vpc_operations
from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import core, network_acls, vpcs

NOT_FOUND = ("InvalidNetworkAclID.NotFound", "The networkAcl ID '{}' does not exist")
_NUMBERS = {"tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58", "all": "-1"}

Listing(
    "DescribeNetworkAcls",
    "NetworkAcls",
    ids="NetworkAclIds",
    id_field="NetworkAclId",
    not_found=NOT_FOUND,
    filters={
        "association.association-id": "Associations[].NetworkAclAssociationId",
        "association.network-acl-id": "Associations[].NetworkAclId",
        "association.subnet-id": "Associations[].SubnetId",
        "default": "IsDefault",
        "entry.cidr": "Entries[].CidrBlock",
        "entry.icmp.code": "Entries[].IcmpTypeCode.Code",
        "entry.icmp.type": "Entries[].IcmpTypeCode.Type",
        "entry.ipv6-cidr": "Entries[].Ipv6CidrBlock",
        "entry.port-range.from": "Entries[].PortRange.From",
        "entry.port-range.to": "Entries[].PortRange.To",
        "entry.protocol": "Entries[].Protocol",
        "entry.rule-action": "Entries[].RuleAction",
        "entry.rule-number": "Entries[].RuleNumber",
        "entry.egress": "Entries[].Egress",
        "network-acl-id": "NetworkAclId",
        "owner-id": "OwnerId",
        "vpc-id": "VpcId",
    },
).register(lambda context: network_acls.describe_all(context.account_id, context.region))


def _check(context: RequestContext, acl_id: str) -> None:
    if not network_acls.exists(context.account_id, context.region, acl_id):
        raise error(NOT_FOUND[0], NOT_FOUND[1].format(acl_id))


@operations.simulated("CreateNetworkAcl")
def create(context: RequestContext, request: Request) -> Response:
    """Make an ACL that denies everything until entries are added."""
    where = context.account_id, context.region
    vpc_operations.check(context, request["VpcId"])
    acl_id = pass_on(context, request)["NetworkAcl"]["NetworkAclId"]
    network_acls.add_last_entries(*where, acl_id, ipv6=bool(vpcs.ipv6_blocks(*where, request["VpcId"])))
    return {"NetworkAcl": network_acls.describe(*where, acl_id)}


@operations.simulated("DeleteNetworkAcl")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove an ACL that is not the default one and has no subnet."""
    where = context.account_id, context.region
    acl_id = request["NetworkAclId"]
    _check(context, acl_id)
    if network_acls.describe(*where, acl_id)["IsDefault"]:
        raise error("InvalidParameterValue", f"cannot delete default network ACL {acl_id}")
    answer = pass_on(context, request)
    core.forget_tags(*where, acl_id)
    return answer


def _entry(request: Request) -> network_acls.Entry:
    number = request["RuleNumber"]
    if not 1 <= number < network_acls.LAST_IPV4:
        raise error(
            "InvalidParameterValue",
            f"Value ({number}) for parameter ruleNumber is invalid. It must be from 1 to "
            f"{network_acls.LAST_IPV4 - 1}.",
        )
    given = str(request["Protocol"]).lower()
    protocol = _NUMBERS.get(given, given)
    if protocol != "-1" and not (protocol.isdigit() and int(protocol) < 256):
        raise error("InvalidParameterValue", f"Invalid value '{given}' for IP protocol.")
    entry: network_acls.Entry = {
        "RuleNumber": number,
        "Protocol": protocol,
        "RuleAction": request["RuleAction"],
        "Egress": request["Egress"],
        **_peer(request),
    }
    if protocol in ("6", "17"):
        entry["PortRange"] = _ports(request.get("PortRange") or {})
    if protocol in ("1", "58"):
        kind = request.get("IcmpTypeCode") or {}
        if kind.get("Type") is None or kind.get("Code") is None:
            raise error("InvalidParameterValue", "ICMP type and code must be specified for ICMP.")
        entry["IcmpTypeCode"] = {"Code": kind["Code"], "Type": kind["Type"]}
    return entry


def _peer(request: Request) -> dict[str, str]:
    ipv4, ipv6 = request.get("CidrBlock"), request.get("Ipv6CidrBlock")
    if bool(ipv4) == bool(ipv6):
        raise error(
            "InvalidParameterCombination" if ipv4 else "MissingParameter",
            "Exactly one of 'cidrBlock' and 'ipv6CidrBlock' must be specified.",
        )
    if ipv4:
        return {"CidrBlock": rules.network(ipv4)}
    return {"Ipv6CidrBlock": rules.network(str(ipv6))}


def _ports(ports: dict[str, Any]) -> dict[str, int]:
    first, last = ports.get("From"), ports.get("To")
    if first is None or last is None or not 0 <= first <= last <= 65535:
        raise error("InvalidParameterValue", f"Invalid port range ({first}:{last}) for TCP or UDP.")
    return {"From": first, "To": last}


def _held(context: RequestContext, request: Request) -> network_acls.Entry | None:
    _check(context, request["NetworkAclId"])
    return next(
        (
            entry
            for entry in network_acls.entries(context.account_id, context.region, request["NetworkAclId"])
            if (entry["RuleNumber"], entry["Egress"]) == (request["RuleNumber"], request["Egress"])
        ),
        None,
    )


def _existing(context: RequestContext, request: Request) -> network_acls.Entry:
    held = _held(context, request)
    if held is None:
        direction = "egress" if request["Egress"] else "ingress"
        raise error(
            "InvalidNetworkAclEntry.NotFound",
            f"The {direction} entry with rule number '{request['RuleNumber']}' does not exist in network ACL "
            f"'{request['NetworkAclId']}'",
        )
    if held["RuleNumber"] >= network_acls.LAST_IPV4:
        raise error("InvalidParameterValue", f"The entry {held['RuleNumber']} cannot be changed or removed.")
    return held


@operations.simulated("CreateNetworkAclEntry")
def create_entry(context: RequestContext, request: Request) -> Response:
    """Add an entry whose number is free in its direction."""
    if _held(context, request) is not None:
        raise error(
            "NetworkAclEntryAlreadyExists",
            f"The network acl entry identified by {request['RuleNumber']} already exists.",
        )
    network_acls.put_entry(context.account_id, context.region, request["NetworkAclId"], _entry(request))
    return {}


@operations.simulated("ReplaceNetworkAclEntry")
def replace_entry(context: RequestContext, request: Request) -> Response:
    """Give an entry new content."""
    _existing(context, request)
    network_acls.put_entry(context.account_id, context.region, request["NetworkAclId"], _entry(request))
    return {}


@operations.simulated("DeleteNetworkAclEntry")
def delete_entry(context: RequestContext, request: Request) -> Response:
    """Take an entry away."""
    held = _existing(context, request)
    network_acls.remove_entry(
        context.account_id,
        context.region,
        request["NetworkAclId"],
        held["RuleNumber"],
        egress=held["Egress"],
    )
    return {}


@operations.simulated("ReplaceNetworkAclAssociation")
def replace_association(context: RequestContext, request: Request) -> Response:
    """Put a subnet under another ACL of its VPC."""
    _check(context, request["NetworkAclId"])
    shown = network_acls.describe_all(context.account_id, context.region)
    home = next(
        (
            acl
            for acl in shown
            for each in acl["Associations"]
            if each["NetworkAclAssociationId"] == request["AssociationId"]
        ),
        None,
    )
    if home is None:
        raise error(
            "InvalidAssociationID.NotFound",
            f"The association ID '{request['AssociationId']}' does not exist",
        )
    target = network_acls.describe(context.account_id, context.region, request["NetworkAclId"])
    if target["VpcId"] != home["VpcId"]:
        raise error(
            "InvalidParameterValue",
            f"network ACL {request['NetworkAclId']} and association {request['AssociationId']} belong to "
            "different networks",
        )
    return pass_on(context, request)
