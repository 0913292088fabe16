"""What a region offers, tags, and settings of an account.

Moto overlooks most filters of these in silence, and calls the types of some tagged resources by names of its
own (`utils.py:EC2_RESOURCE_TO_PREFIX`).
"""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2.listing import Listing, from_moto
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations
from scripts.local_cloud.providers.framework import Request, Response
from scripts.local_cloud.providers.moto_backend import core

operations.passed_on("CreateTags", "DeleteTags", "DescribeAccountAttributes", "DescribeInstanceTypes")

_ZONES = Listing(
    "DescribeAvailabilityZones",
    "AvailabilityZones",
    ids="ZoneNames",
    id_field="ZoneName",
    not_found=("InvalidParameterValue", "Invalid availability zone: [{}]"),
    filters={
        "group-name": "GroupName",
        "message": "Messages[].Message",
        "opt-in-status": "OptInStatus",
        "parent-zone-id": "ParentZoneId",
        "parent-zone-name": "ParentZoneName",
        "region-name": "RegionName",
        "state": "State",
        "zone-id": "ZoneId",
        "zone-name": "ZoneName",
        "zone-type": "ZoneType",
    },
)


@operations.simulated("DescribeAvailabilityZones")
def zones(context: RequestContext, request: Request) -> Response:
    """The zones of the region, by name or id."""
    shown = [
        {"GroupName": f"{context.region}-zg-1", "OptInStatus": "opt-in-not-required", **zone}
        for zone in from_moto(context, "AvailabilityZones")
    ]
    listing = _ZONES
    if request.get("ZoneIds"):
        listing = Listing("", "AvailabilityZones", "ZoneIds", "ZoneId", _ZONES.not_found, _ZONES.filters)
    return listing.answer(shown, request)


_REGIONS = Listing(
    "DescribeRegions",
    "Regions",
    ids="RegionNames",
    id_field="RegionName",
    not_found=("InvalidParameterValue", "Invalid value '{}' for RegionName"),
    filters={"endpoint": "Endpoint", "opt-in-status": "OptInStatus", "region-name": "RegionName"},
)


@operations.simulated("DescribeRegions")
def regions(context: RequestContext, request: Request) -> Response:
    """The regions; those that an account must opt in to only when all are asked for."""
    shown = from_moto(context, "Regions")
    if not request.get("AllRegions"):
        shown = [region for region in shown if region["OptInStatus"] != "not-opted-in"]
    return _REGIONS.answer(shown, request)


_TAGS = Listing(
    "DescribeTags",
    "Tags",
    filters={
        "key": "Key",
        "resource-id": "ResourceId",
        "resource-type": "ResourceType",
        "value": "Value",
    },
)


@operations.simulated("DescribeTags")
def tags(context: RequestContext, request: Request) -> Response:
    """Every tag with the resource that it is on."""
    held: list[dict[str, Any]] = [
        {**tag, "Tags": [{"Key": tag["Key"], "Value": tag["Value"]}]}
        for tag in core.all_tags(context.account_id, context.region)
    ]
    answer = _TAGS.answer(held, request)
    return {**answer, "Tags": [{k: v for k, v in tag.items() if k != "Tags"} for tag in answer["Tags"]]}


_OFFERINGS = Listing(
    "DescribeInstanceTypeOfferings",
    "InstanceTypeOfferings",
    filters={"instance-type": "InstanceType", "location": "Location"},
)


@operations.simulated("DescribeInstanceTypeOfferings")
def offerings(context: RequestContext, request: Request) -> Response:
    """Which instance types there are, in the region or by zone."""
    asked: dict[str, Any] = {"LocationType": request.get("LocationType") or "region"}
    # Moto's whole list takes seconds to pass on: it chooses where it can, by types that are named in full.
    asked["Filters"] = [
        each
        for each in request.get("Filters") or ()
        if each.get("Name") == "instance-type" and not set("*?\\") & set("".join(each.get("Values") or ()))
    ]
    shown = ask_moto(context, asked).get("InstanceTypeOfferings") or []
    return _OFFERINGS.answer(shown, request)
