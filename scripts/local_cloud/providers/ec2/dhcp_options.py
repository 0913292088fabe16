"""Sets of DHCP options, the one that every account has among them.

Moto fails on an option without values, and drops the tags of a new set.
"""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import operations, pass_on, tags_for
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import core, dhcp_options, vpcs

_NOT_FOUND = ("InvalidDhcpOptionID.NotFound", "The dhcpOption ID '{}' does not exist")
_KEYS = frozenset(
    {
        "domain-name",
        "domain-name-servers",
        "ipv6-address-preferred-lease-time",
        "netbios-name-servers",
        "netbios-node-type",
        "ntp-servers",
    }
)

Listing(
    "DescribeDhcpOptions",
    "DhcpOptions",
    ids="DhcpOptionsIds",
    id_field="DhcpOptionsId",
    not_found=_NOT_FOUND,
    filters={
        "dhcp-options-id": "DhcpOptionsId",
        "key": "DhcpConfigurations[].Key",
        "owner-id": "OwnerId",
        "value": "DhcpConfigurations[].Values[].Value",
    },
).register(lambda context: dhcp_options.describe_all(context.account_id, context.region))


@operations.simulated("CreateDhcpOptions")
def create(context: RequestContext, request: Request) -> Response:
    """Make a set."""
    where = context.account_id, context.region
    for option in request["DhcpConfigurations"]:
        if not option.get("Key") or not option.get("Values"):
            raise error("InvalidParameterValue", "Each DHCP option must have a key and at least one value")
        if option["Key"] not in _KEYS:
            raise error(
                "InvalidParameterValue",
                f"Value ({option['Key']}) for parameter name is invalid. Unknown DHCP option",
            )
    options_id = pass_on(context, request)["DhcpOptions"]["DhcpOptionsId"]
    core.set_tags(*where, options_id, tags_for(request, "dhcp-options"))
    [made] = [each for each in dhcp_options.describe_all(*where) if each["DhcpOptionsId"] == options_id]
    return {"DhcpOptions": made}


@operations.simulated("AssociateDhcpOptions")
def associate(context: RequestContext, request: Request) -> Response:
    """Give a network a set, or with ``default`` none."""
    where = context.account_id, context.region
    if not vpcs.exists(*where, request["VpcId"]):
        raise error("InvalidVpcID.NotFound", f"The vpc ID '{request['VpcId']}' does not exist")
    if request["DhcpOptionsId"] == "default":
        dhcp_options.take_from(*where, request["VpcId"])
        return {}
    _check(context, request["DhcpOptionsId"])
    return pass_on(context, request)


@operations.simulated("DeleteDhcpOptions")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove a set that no network has."""
    options_id = request["DhcpOptionsId"]
    _check(context, options_id)
    if dhcp_options.in_use(context.account_id, context.region, options_id):
        raise error(
            "DependencyViolation", f"The dhcpOptions '{options_id}' has dependencies and cannot be deleted."
        )
    dhcp_options.remove(context.account_id, context.region, options_id)
    return {}


def _check(context: RequestContext, options_id: str) -> None:
    held = dhcp_options.describe_all(context.account_id, context.region)
    if options_id not in [each["DhcpOptionsId"] for each in held]:
        raise error(_NOT_FOUND[0], _NOT_FOUND[1].format(options_id))
