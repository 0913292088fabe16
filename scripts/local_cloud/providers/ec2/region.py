"""What a region offers, tags, and settings of an account."""

from __future__ import annotations

from scripts.local_cloud.providers.ec2.operations import operations

operations.passed_on(
    "CreateTags",
    "DeleteTags",
    "DescribeTags",
    "DescribeRegions",
    "DescribeAvailabilityZones",
    "DescribeAccountAttributes",
    "DescribeInstanceTypes",
    "DescribeInstanceTypeOfferings",
)
