"""What a region offers, tags, and settings of an account."""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2.operations import operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response, error

operations.passed_on(
    "CreateTags",
    "DeleteTags",
    "DescribeTags",
    "DescribeRegions",
    "DescribeAvailabilityZones",
    "DescribeAccountAttributes",
    "DescribeInstanceTypes",
    "DescribeInstanceTypeOfferings",
    "DescribeDhcpOptions",
    "AssociateDhcpOptions",
    "DeleteDhcpOptions",
)


@operations.simulated("CreateDhcpOptions")
def create_dhcp_options(context: RequestContext, request: Request) -> Response:
    """Moto fails on an option without values."""
    for option in request["DhcpConfigurations"]:
        if not option.get("Key") or not option.get("Values"):
            raise error("InvalidParameterValue", "Each DHCP option must have a key and at least one value")
    return pass_on(context, request)
