"""Orphans that are part of another resource: rules, routes, associations, listeners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import boto3

from scripts.leftovers import Leftover
from scripts.orphans.model import Orphan, created, known

_RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")


def find(session: boto3.Session, name: str, state_file: Path, plan: Mapping[str, Any]) -> Iterator[Orphan]:
    """Parts that exist and that the next apply would make again; see `scripts.orphans.find`."""
    of_state = known(state_file)
    in_state = set().union(*(of_state.get(rule, set()) for rule in _RULES))
    yield from _group_rules(session, name, in_state)
    for kind, _, values in created(plan):
        if kind in _FINDERS:
            yield from _FINDERS[kind](session, values)


def _part(kind: str, identifier: str, remove: partial[Any]) -> Orphan:
    return Orphan(Leftover(kind, identifier), remove, part=True)


def _group_rules(session: Any, name: str, in_state: set[str]) -> Iterator[Orphan]:
    ec2 = session.client("ec2")
    mine = [{"Name": "tag:Project", "Values": [name]}]
    for page in ec2.get_paginator("describe_security_group_rules").paginate(Filters=mine):
        for rule in page["SecurityGroupRules"]:
            if rule["SecurityGroupRuleId"] not in in_state:
                revoke = (
                    ec2.revoke_security_group_egress
                    if rule["IsEgress"]
                    else ec2.revoke_security_group_ingress
                )
                chosen = {"GroupId": rule["GroupId"], "SecurityGroupRuleIds": [rule["SecurityGroupRuleId"]]}
                yield _part("security group rule", rule["SecurityGroupRuleId"], partial(revoke, **chosen))


def _route(session: Any, values: Mapping[str, Any]) -> Iterator[Orphan]:
    table, destination = values.get("route_table_id"), values.get("destination_cidr_block")
    if not table or not destination:
        return
    ec2 = session.client("ec2")
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    if any(route.get("DestinationCidrBlock") == destination for route in routes):
        chosen = {"RouteTableId": table, "DestinationCidrBlock": destination}
        yield _part("route", f"{table} {destination}", partial(ec2.delete_route, **chosen))


def _acl_rule(session: Any, values: Mapping[str, Any]) -> Iterator[Orphan]:
    acl, number, egress = values.get("network_acl_id"), values.get("rule_number"), bool(values.get("egress"))
    if not acl or number is None:
        return
    ec2 = session.client("ec2")
    entries = ec2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"][0]["Entries"]
    if any(entry["RuleNumber"] == number and entry["Egress"] == egress for entry in entries):
        chosen = {"NetworkAclId": acl, "RuleNumber": number, "Egress": egress}
        yield _part("network ACL rule", f"{acl} {number}", partial(ec2.delete_network_acl_entry, **chosen))


def _association(session: Any, values: Mapping[str, Any]) -> Iterator[Orphan]:
    subnet = values.get("subnet_id")
    if not subnet:
        return
    ec2 = session.client("ec2")
    chosen = [{"Name": "association.subnet-id", "Values": [subnet]}]
    for table in ec2.describe_route_tables(Filters=chosen)["RouteTables"]:
        for each in table["Associations"]:
            if each.get("SubnetId") == subnet:
                found = each["RouteTableAssociationId"]
                yield _part(
                    "route table association",
                    found,
                    partial(ec2.disassociate_route_table, AssociationId=found),
                )


def _listener(session: Any, values: Mapping[str, Any]) -> Iterator[Orphan]:
    balancer = values.get("load_balancer_arn")
    if not balancer:
        return
    elbv2 = session.client("elbv2")
    for each in elbv2.describe_listeners(LoadBalancerArn=balancer)["Listeners"]:
        if each["Port"] == values.get("port"):
            found = each["ListenerArn"]
            yield _part("listener", found, partial(elbv2.delete_listener, ListenerArn=found))


_FINDERS = {
    "aws_lb_listener": _listener,
    "aws_network_acl_rule": _acl_rule,
    "aws_route": _route,
    "aws_route_table_association": _association,
}
