"""Where the workers of a job with a connection stand, what Glue asks of that place, and whom they reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import boto3
from botocore.config import Config
from localstack.aws.connect import connect_to

from scripts import network_snapshot
from scripts.local_cloud.providers.glue.service import Record
from scripts.reachability import engine
from scripts.reachability.answer import Question
from scripts.reachability.model import PORTS, GlueConnection, Network, TargetKind
from scripts.reachability.readers import aws
from scripts.reachability.repairs import AddGroupRule

#: As Glue says it. Source: AWS Glue's guide, "Troubleshooting errors".
_NO_RULE = (
    "At least one security group must open all {way} ports. To limit traffic, the source security group in "
    "your {way_} rule can be restricted to the same security group."
)
_NO_WAY_TO_S3 = (
    "VPC S3 endpoint validation failed for SubnetId: {subnet}. VPC: {vpc}. Reason: Could not find S3 "
    "endpoint or NAT gateway for subnetId: {subnet} in Vpc {vpc}"
)


@dataclass(frozen=True)
class Standing:
    """What a job can do from its place.

    Attributes
    ----------
    refusal
        Why Glue does not begin the job; empty where it does.
    closed
        Addresses of DB instances that its packets do not reach.
    """

    refusal: str = ""
    closed: frozenset[tuple[str, int]] = frozenset()


def of(account_id: str, region: str, connections: list[Record]) -> Standing:
    """Where a job with these connections stands: the first that is in a VPC decides, as on AWS."""
    placed = [each for each in connections if _place(each).get("SubnetId")]
    if not placed:
        return Standing()
    session = cast(boto3.Session, _Inside(account_id, region))
    network = aws.network(network_snapshot.documents(session), region, "The local cloud")
    found = network.glue_connections.get(placed[0]["Name"])
    if found is None:
        return Standing(f"The subnet ID '{_place(placed[0])['SubnetId']}' does not exist")
    for group in _place(placed[0]).get("SecurityGroupIdList") or ():
        if group not in network.groups:
            return Standing(f"The security group '{group}' does not exist")
    return Standing(_refusal(network, found), _closed(network, found))


def _place(connection: Record) -> dict[str, Any]:
    return connection.get("PhysicalConnectionRequirements") or {}


class _Inside:
    """Clients of an account, from within LocalStack."""

    def __init__(self, account_id: str, region: str) -> None:
        self._clients = connect_to(aws_access_key_id=account_id, region_name=region)

    def client(self, service: str, config: Config) -> Any:
        return getattr(self._clients, service)


def _refusal(network: Network, connection: GlueConnection) -> str:
    one, other = connection.interfaces
    between = engine.ask(network, Question(one, other, "tcp", PORTS))
    if not between.reachable:
        rules = [each.repair.rule for each in between.blockers if isinstance(each.repair, AddGroupRule)]
        inbound = any(not each.egress for each in rules)
        way, way_ = ("ingress", "inbound") if inbound else ("egress", "outbound")
        return _NO_RULE.format(way=way, way_=way_)
    if not engine.reaches(network, Question(connection.id, "s3", "tcp")):
        if not _has_way_to_s3(network, connection.subnet):
            return _NO_WAY_TO_S3.format(subnet=connection.subnet, vpc=connection.vpc)
        return f"Connect to s3.{network.region}.amazonaws.com:443 failed: connect timed out"
    return ""


def _has_way_to_s3(network: Network, subnet: str) -> bool:
    """Whether a route leads to an endpoint for S3 or a NAT gateway, which is what Glue looks for."""
    table = network.table_of.get(subnet)
    return any(
        route.active
        and (
            route.kind is TargetKind.NAT_GATEWAY
            or (route.kind is TargetKind.GATEWAY_ENDPOINT and network.endpoints[route.target].service == "s3")
        )
        for route in (table.routes if table else ())
    )


def _closed(network: Network, connection: GlueConnection) -> frozenset[tuple[str, int]]:
    return frozenset(
        (each.host, each.port)
        for each in network.db_instances.values()
        if each.host and not engine.reaches(network, Question(connection.id, each.id, "tcp"))
    )
