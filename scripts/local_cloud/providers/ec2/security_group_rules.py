"""The rules of security groups.

Moto: descriptions of references are lost (`security_groups.py:95`), changing a rule overlooks references,
IPv6 and prefix lists (`:890`), a part of a refused request stays (`:956`), and LocalStack answers that it
revoked what was not there (`services/ec2/provider.py:319`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2 import rules
from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import operations, tags_for
from scripts.local_cloud.providers.ec2.security_groups import NOT_FOUND, asked_for
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import prefix_lists, security_groups

#: AWS's default quota of rules in one direction of a group.
_LIMIT = 60

_RULE_NOT_FOUND = ("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '{}' does not exist")

_LISTING = Listing(
    "DescribeSecurityGroupRules",
    "SecurityGroupRules",
    ids="SecurityGroupRuleIds",
    id_field="SecurityGroupRuleId",
    not_found=_RULE_NOT_FOUND,
    filters={"group-id": "GroupId", "security-group-rule-id": "SecurityGroupRuleId"},
)


def _all(context: RequestContext) -> list[rules.Rule]:
    where = context.account_id, context.region
    return [
        rule
        for group in security_groups.describe_all(*where)
        for rule in security_groups.rules(*where, group["GroupId"])
    ]


_LISTING.register(_all)


def _permissions(context: RequestContext, request: Request) -> list[dict[str, Any]]:
    """The permissions of a request, also of one that names a single one by its flat parameters."""
    listed = request.get("IpPermissions")
    if not listed and (request.get("CidrIp") or request.get("SourceSecurityGroupName")):
        listed = [
            {
                "IpProtocol": request.get("IpProtocol") or "-1",
                "FromPort": request.get("FromPort"),
                "ToPort": request.get("ToPort"),
                "IpRanges": [{"CidrIp": request["CidrIp"]}] if request.get("CidrIp") else [],
                "UserIdGroupPairs": [{"GroupName": request["SourceSecurityGroupName"]}]
                if request.get("SourceSecurityGroupName")
                else [],
            }
        ]
    named = []
    for permission in listed or ():
        pairs = [
            pair
            if pair.get("GroupId")
            else {**pair, "GroupId": asked_for(context, {"GroupName": pair.get("GroupName")})}
            for pair in permission.get("UserIdGroupPairs") or ()
        ]
        named.append({**permission, "UserIdGroupPairs": pairs})
    return named


def _check_peers(context: RequestContext, wanted: Iterable[rules.Rule]) -> None:
    where = context.account_id, context.region
    for rule in wanted:
        kind, name = rules.peer(rule)
        if kind == "ReferencedGroupInfo" and security_groups.group_vpc(*where, name) is None:
            raise error(NOT_FOUND[0], NOT_FOUND[1].format(name))
        if kind == "PrefixListId" and not prefix_lists.exists(*where, name):
            raise error("InvalidPrefixListID.NotFound", f"The prefix list ID '{name}' does not exist")


def _authorize(context: RequestContext, request: Request, *, egress: bool) -> Response:
    where = context.account_id, context.region
    group_id = asked_for(context, request)
    wanted = rules.expand(_permissions(context, request), group_id, context.account_id, egress=egress)
    if not wanted:
        raise error("MissingParameter", "The request must contain the parameter ipPermissions")
    _check_peers(context, wanted)
    present = [rule for rule in security_groups.rules(*where, group_id) if rule["IsEgress"] == egress]
    seen = {rules.identity(rule) for rule in present}
    for rule in wanted:
        if rules.identity(rule) in seen:
            raise error("InvalidPermission.Duplicate", f"{rules.describe(rule)} already exists")
        seen.add(rules.identity(rule))
    if len(seen) > _LIMIT:
        raise error(
            "RulesPerSecurityGroupLimitExceeded",
            "The maximum number of rules per security group has been reached.",
        )
    tags = tags_for(request, "security-group-rule")
    made = [security_groups.add_rule(*where, rule, tags) for rule in wanted]
    return {"Return": True, "SecurityGroupRules": made}


@operations.simulated("AuthorizeSecurityGroupIngress")
def authorize_ingress(context: RequestContext, request: Request) -> Response:
    """Add rules for what comes in: all of them or, when one is refused, none."""
    return _authorize(context, request, egress=False)


@operations.simulated("AuthorizeSecurityGroupEgress")
def authorize_egress(context: RequestContext, request: Request) -> Response:
    """Add rules for what goes out: all of them or, when one is refused, none."""
    return _authorize(context, request, egress=True)


def _revoke(context: RequestContext, request: Request, *, egress: bool) -> Response:
    where = context.account_id, context.region
    group_id = asked_for(context, request)
    present = {
        rule["SecurityGroupRuleId"]: rule
        for rule in security_groups.rules(*where, group_id)
        if rule["IsEgress"] == egress
    }
    gone = []
    for rule_id in request.get("SecurityGroupRuleIds") or ():
        if rule_id not in present:
            raise error(_RULE_NOT_FOUND[0], _RULE_NOT_FOUND[1].format(rule_id))
        gone.append(present[rule_id])
    by_identity = {rules.identity(rule): rule for rule in present.values()}
    permissions = _permissions(context, request)
    for rule in rules.expand(permissions, group_id, context.account_id, egress=egress):
        found = by_identity.get(rules.identity(rule))
        if found is None:
            raise error(
                "InvalidPermission.NotFound", "The specified rule does not exist in this security group."
            )
        gone.append(found)
    security_groups.remove_rules(*where, group_id, [rule["SecurityGroupRuleId"] for rule in gone])
    revoked = [{name: value for name, value in rule.items() if name in _REVOKED} for rule in gone]
    for rule, shown in zip(gone, revoked, strict=True):
        if "ReferencedGroupInfo" in rule:
            shown["ReferencedGroupId"] = rule["ReferencedGroupInfo"]["GroupId"]
    return {"Return": True, "RevokedSecurityGroupRules": revoked}


_REVOKED = (
    "SecurityGroupRuleId",
    "GroupId",
    "IsEgress",
    "IpProtocol",
    "FromPort",
    "ToPort",
    "CidrIpv4",
    "CidrIpv6",
    "PrefixListId",
    "Description",
)


@operations.simulated("RevokeSecurityGroupIngress")
def revoke_ingress(context: RequestContext, request: Request) -> Response:
    """Remove rules for what comes in, by id or by content whatever their description."""
    return _revoke(context, request, egress=False)


@operations.simulated("RevokeSecurityGroupEgress")
def revoke_egress(context: RequestContext, request: Request) -> Response:
    """Remove rules for what goes out, by id or by content whatever their description."""
    return _revoke(context, request, egress=True)


@operations.simulated("ModifySecurityGroupRules")
def modify(context: RequestContext, request: Request) -> Response:
    """Give rules, which keep their ids, a new content of the same kind."""
    where = context.account_id, context.region
    group_id = asked_for(context, request)
    present = {rule["SecurityGroupRuleId"]: rule for rule in security_groups.rules(*where, group_id)}
    after = dict(present)
    for update in request["SecurityGroupRules"]:
        rule_id = update["SecurityGroupRuleId"]
        if rule_id not in present:
            raise error(_RULE_NOT_FOUND[0], _RULE_NOT_FOUND[1].format(rule_id))
        after[rule_id] = _changed(context, present[rule_id], update.get("SecurityGroupRule") or {})
    identities = [rules.identity(rule) for rule in after.values()]
    for rule_id, rule in after.items():
        if identities.count(rules.identity(rule)) > 1 and rule is not present[rule_id]:
            raise error("InvalidPermission.Duplicate", f"{rules.describe(rule)} already exists")
    for rule_id, rule in after.items():
        if rule is not present[rule_id]:
            security_groups.change_rule(*where, rule_id, rule)
    return {"Return": True}


def _changed(context: RequestContext, before: rules.Rule, wanted: dict[str, Any]) -> rules.Rule:
    protocol, from_port, to_port = rules.ports(wanted)
    rule: rules.Rule = {
        **{name: before[name] for name in ("GroupId", "GroupOwnerId", "IsEgress")},
        "IpProtocol": protocol,
        "FromPort": from_port,
        "ToPort": to_port,
    }
    for name in ("CidrIpv4", "CidrIpv6"):
        if wanted.get(name):
            rule[name] = rules.network(wanted[name])
    if wanted.get("PrefixListId"):
        rule["PrefixListId"] = wanted["PrefixListId"]
    if wanted.get("ReferencedGroupId"):
        rule["ReferencedGroupInfo"] = {
            "GroupId": wanted["ReferencedGroupId"],
            "UserId": context.account_id,
        }
    if wanted.get("Description") is not None:
        rule["Description"] = wanted["Description"]
    if rules.peer(rule)[0] != rules.peer(before)[0]:
        raise error(
            "InvalidParameterValue",
            f"Invalid rule type for security group rule '{before['SecurityGroupRuleId']}'. You may not "
            f"specify {rules.peer(rule)[0]} for an existing {rules.peer(before)[0]} rule.",
        )
    _check_peers(context, [rule])
    return rule


def _redescribe(context: RequestContext, request: Request, *, egress: bool) -> Response:
    where = context.account_id, context.region
    group_id = asked_for(context, request)
    present = [rule for rule in security_groups.rules(*where, group_id) if rule["IsEgress"] == egress]
    by_identity = {rules.identity(rule): rule for rule in present}
    by_id = {rule["SecurityGroupRuleId"]: rule for rule in present}
    changes = []
    permissions = _permissions(context, request)
    for wanted in rules.expand(permissions, group_id, context.account_id, egress=egress):
        changes.append((by_identity.get(rules.identity(wanted)), wanted.get("Description") or ""))
    for each in request.get("SecurityGroupRuleDescriptions") or ():
        changes.append((by_id.get(each.get("SecurityGroupRuleId")), each.get("Description") or ""))
    if any(rule is None for rule, _ in changes):
        raise error("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
    for rule, description in changes:
        if rule is not None:
            security_groups.change_rule(
                *where, rule["SecurityGroupRuleId"], {**rule, "Description": description or None}
            )
    return {"Return": True}


@operations.simulated("UpdateSecurityGroupRuleDescriptionsIngress")
def redescribe_ingress(context: RequestContext, request: Request) -> Response:
    """Change descriptions of rules for what comes in."""
    return _redescribe(context, request, egress=False)


@operations.simulated("UpdateSecurityGroupRuleDescriptionsEgress")
def redescribe_egress(context: RequestContext, request: Request) -> Response:
    """Change descriptions of rules for what goes out."""
    return _redescribe(context, request, egress=True)
