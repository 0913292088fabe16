"""Security groups and their rules.

A rule goes in and out in the shape of ``DescribeSecurityGroupRules``. Moto's own rule keeps no description of
a reference to a group or a prefix list (`security_groups.py:95`), and takes two rules for different that
differ in nothing but the description (`:125`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule

from scripts.local_cloud.providers.moto_backend.core import ec2, forget_tags, tags_of

Rule = dict[str, Any]


def group_vpc(account_id: str, region: str, group_id: str) -> str | None:
    """The id of the VPC that a security group belongs to, or None when there is no such group."""
    group = ec2(account_id, region).get_security_group_from_id(group_id)
    return str(group.vpc_id) if group else None


def default_group(account_id: str, region: str, vpc_id: str) -> str:
    """The id of a VPC's default security group."""
    return str(ec2(account_id, region).get_default_security_group(vpc_id).id)


def group_named(account_id: str, region: str, name: str, vpc_id: str | None = None) -> str | None:
    """The id of the group of that name in a VPC (the default VPC when none is given), or None."""
    backend = ec2(account_id, region)
    group = backend.get_security_group_from_name(name, vpc_id or backend.default_vpc.id)
    return str(group.id) if group else None


def describe_all(account_id: str, region: str) -> list[dict[str, Any]]:
    """Every group as ``DescribeSecurityGroups`` shows it, without the rules."""
    return [
        {
            "GroupId": group.id,
            "GroupName": group.name,
            "Description": group.description,
            "OwnerId": account_id,
            "VpcId": group.vpc_id,
            "SecurityGroupArn": f"arn:aws:ec2:{region}:{account_id}:security-group/{group.id}",
            "Tags": tags_of(account_id, region, group.id),
        }
        for groups in ec2(account_id, region).groups.values()
        for group in groups.values()
    ]


def remove_group(account_id: str, region: str, group_id: str) -> None:
    """Forget a group, its rules, and the tags of all of them."""
    for rule in rules(account_id, region, group_id):
        forget_tags(account_id, region, rule["SecurityGroupRuleId"])
    ec2(account_id, region).delete_security_group(group_id=group_id)
    forget_tags(account_id, region, group_id)


def rules(account_id: str, region: str, group_id: str) -> list[Rule]:
    """A group's rules, ingress first, each in the order of its making."""
    group = ec2(account_id, region).get_security_group_from_id(group_id)
    return [_shown(account_id, region, held) for held in (*group.ingress_rules, *group.egress_rules)]


def _shown(account_id: str, region: str, held: Any) -> Rule:
    shown: Rule = {
        "SecurityGroupRuleId": held.id,
        "GroupId": held.group_id,
        "GroupOwnerId": account_id,
        "IsEgress": held.is_egress,
        "IpProtocol": held.ip_protocol,
        "FromPort": -1 if held.from_port is None else held.from_port,
        "ToPort": -1 if held.to_port is None else held.to_port,
        "Tags": tags_of(account_id, region, held.id),
        "SecurityGroupRuleArn": f"arn:aws:ec2:{region}:{account_id}:security-group-rule/{held.id}",
    }
    for key, name in (("CidrIp", "CidrIpv4"), ("CidrIpv6", "CidrIpv6")):
        if held.ip_range.get(key):
            shown[name] = held.ip_range[key]
    if held.prefix_list_id:
        shown["PrefixListId"] = held.prefix_list_id
    if held.source_group:
        shown["ReferencedGroupInfo"] = {
            "GroupId": held.source_group["GroupId"],
            "UserId": held.source_group.get("UserId") or account_id,
        }
    description = getattr(held, "rule_description", None) or held.ip_range.get("Description")
    if description is not None:
        shown["Description"] = description
    return shown


class _Rule(SecurityGroupRule):
    """Moto's rule with a description whatever it refers to."""

    rule_description: str | None = None


def add_rule(account_id: str, region: str, rule: Rule, tags: Mapping[str, str]) -> Rule:
    """Append a rule to the group that it names; returns it as shown."""
    backend = ec2(account_id, region)
    group = backend.get_security_group_from_id(rule["GroupId"])
    held = _Rule(backend, "-1", rule["GroupId"], None, None, {}, is_egress=rule["IsEgress"], tags=dict(tags))
    _fill(held, rule)
    (group.egress_rules if rule["IsEgress"] else group.ingress_rules).append(held)
    return _shown(account_id, region, held)


def change_rule(account_id: str, region: str, rule_id: str, rule: Rule) -> None:
    """Give a rule, which keeps its id, new content."""
    backend = ec2(account_id, region)
    group = backend.get_security_group_from_id(rule["GroupId"])
    held = group.get_rule(rule_id)
    held.__class__ = _Rule
    _fill(held, rule)


def _fill(held: _Rule, rule: Rule) -> None:
    held.ip_protocol = rule["IpProtocol"]
    bare = rule["FromPort"] == rule["ToPort"] == -1 and rule["IpProtocol"] not in ("icmp", "icmpv6")
    held.from_port, held.to_port = (None, None) if bare else (rule["FromPort"], rule["ToPort"])
    held.ip_range = {
        key: rule[name] for key, name in (("CidrIp", "CidrIpv4"), ("CidrIpv6", "CidrIpv6")) if rule.get(name)
    }
    held.prefix_list_id = rule.get("PrefixListId")
    held.source_group = dict(rule.get("ReferencedGroupInfo") or {})
    held.rule_description = rule.get("Description")


def remove_rules(account_id: str, region: str, group_id: str, rule_ids: Iterable[str]) -> None:
    """Take rules from a group."""
    gone = set(rule_ids)
    group = ec2(account_id, region).get_security_group_from_id(group_id)
    group.ingress_rules = [held for held in group.ingress_rules if held.id not in gone]
    group.egress_rules = [held for held in group.egress_rules if held.id not in gone]
    for rule_id in gone:
        forget_tags(account_id, region, rule_id)
