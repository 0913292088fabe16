"""Rules of listeners: conditions, actions and their order."""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.elbv2 import actions
from scripts.local_cloud.providers.elbv2 import store as records
from scripts.local_cloud.providers.elbv2.store import Listener, answers, store_of
from scripts.local_cloud.providers.framework import Request, Response, error

HIGHEST_PRIORITY = 50_000

#: The member that holds a condition's values, by field.
_CONFIGURATION = {
    "host-header": "HostHeaderConfig",
    "http-header": "HttpHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "path-pattern": "PathPatternConfig",
    "query-string": "QueryStringConfig",
    "source-ip": "SourceIpConfig",
}
#: Fields whose values may be given, and are shown, without that member.
_PLAIN = {"host-header", "path-pattern"}


def rule_arn(listener_arn: str) -> str:
    """An ARN for a new rule of the listener."""
    return listener_arn.replace(":listener/", ":listener-rule/") + f"/{records.new_id()}"


def _conditions(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    written = []
    for condition in given:
        field = condition.get("Field", "")
        if field not in _CONFIGURATION:
            raise error(
                "ValidationError", f"Condition field '{field}' must be one of '[{', '.join(_CONFIGURATION)}]'"
            )
        member = _CONFIGURATION[field]
        plain = condition.get("Values") if field in _PLAIN else None
        config = condition.get(member) or ({"Values": plain} if plain else {})
        if not config.get("Values"):
            raise error("ValidationError", "A condition value must be specified")
        one: dict[str, Any] = {"Field": field, member: config}
        if field in _PLAIN:
            one["Values"] = config["Values"]
        written.append(one)
    return written


def _check_priority(listener: Listener, priority: int, but: set[str]) -> None:
    if not 1 <= priority <= HIGHEST_PRIORITY:
        raise error(
            "ValidationError", f"Priority '{priority}' must be between '1-{HIGHEST_PRIORITY}' inclusive"
        )
    for rule in listener.rules:
        if rule["Priority"] == str(priority) and rule["RuleArn"] not in but:
            raise error("PriorityInUse", f"Priority '{priority}' is currently in use")


def _in_order(listener: Listener) -> None:
    listener.rules.sort(
        key=lambda rule: (rule["IsDefault"], int(rule["Priority"]) if not rule["IsDefault"] else 0)
    )


@answers("CreateRule")
def _create(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    listener = records.listener(store, request["ListenerArn"])
    balancer = records.load_balancer(store, listener.load_balancer_arn)
    if balancer.kind != "application":
        raise error("UnsupportedOperation", f"A listener of a {balancer.kind} load balancer has no rules")
    _check_priority(listener, request["Priority"], but=set())
    rule = {
        "RuleArn": rule_arn(listener.arn),
        "Priority": str(request["Priority"]),
        "Conditions": _conditions(request["Conditions"]),
        "Actions": actions.written(store, balancer, request["Actions"]),
        "IsDefault": False,
    }
    listener.rules.append(rule)
    _in_order(listener)
    store.tags.tag_resource(rule["RuleArn"], request.get("Tags") or [])
    return {"Rules": [rule]}


@answers("DescribeRules")
def _describe(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    if arns := request.get("RuleArns"):
        found = [records.rule(store, arn)[1] for arn in arns]
    elif request.get("ListenerArn"):
        found = list(records.listener(store, request["ListenerArn"]).rules)
    else:
        raise error("ValidationError", "You must specify either listener rule ARNs or a listener ARN")
    shown, marker = records.page(found, "RuleArn", request)
    return {"Rules": shown, **({"NextMarker": marker} if marker else {})}


@answers("ModifyRule")
def _modify(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    listener, rule = records.rule(store, request["RuleArn"])
    if rule["IsDefault"]:
        raise error("OperationNotPermitted", f"Default rule '{rule['RuleArn']}' cannot be modified")
    changed = {}
    if request.get("Conditions"):
        changed["Conditions"] = _conditions(request["Conditions"])
    if request.get("Actions"):
        balancer = records.load_balancer(store, listener.load_balancer_arn)
        changed["Actions"] = actions.written(store, balancer, request["Actions"])
    rule.update(changed)
    return {"Rules": [rule]}


@answers("SetRulePriorities")
def _set_priorities(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    if any("RuleArn" not in each or "Priority" not in each for each in request["RulePriorities"]):
        raise error("ValidationError", "Each rule priority must have a rule ARN and a priority")
    wanted = {each["RuleArn"]: each["Priority"] for each in request["RulePriorities"]}
    found = [(*records.rule(store, arn), priority) for arn, priority in wanted.items()]
    if len(set(wanted.values())) < len(wanted):
        raise error("PriorityInUse", "Two rules cannot have the same priority")
    for listener, rule, priority in found:
        if rule["IsDefault"]:
            raise error("OperationNotPermitted", f"Default rule '{rule['RuleArn']}' cannot be reordered")
        _check_priority(listener, priority, but=set(wanted))
    for listener, rule, priority in found:
        rule["Priority"] = str(priority)
        _in_order(listener)
    return {"Rules": [rule for _, rule, _ in found]}


@answers("DeleteRule")
def _delete(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    listener, rule = records.rule(store, request["RuleArn"])
    if rule["IsDefault"]:
        raise error("OperationNotPermitted", f"Default rule '{rule['RuleArn']}' cannot be deleted")
    listener.rules.remove(rule)
    store.tags.del_resource(rule["RuleArn"])
    return {}
