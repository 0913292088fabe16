"""What the provider remembers: descriptions in AWS's own shapes, beside what AWS keeps to itself."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute
from localstack.utils.tagging import TaggingService

from scripts.local_cloud.providers import paging
from scripts.local_cloud.providers.framework import (
    Fidelity,
    Operations,
    Request,
    error,
    one_at_a_time,
)

#: Largest page of a description, and its size when not asked for.
PAGE_SIZE = 400


@dataclass
class LoadBalancer:
    """A load balancer; ``interfaces`` has the id of its network interface in each subnet."""

    description: dict[str, Any]
    attributes: dict[str, str]
    active_at: float
    interfaces: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return str(self.description["LoadBalancerArn"])

    @property
    def kind(self) -> str:
        """``application`` or ``network``."""
        return str(self.description["Type"])

    @property
    def resource(self) -> str:
        """Such as ``app/front/50dc6c495c0c9188``: the end of its ARN, and the name of its interfaces."""
        return self.arn.split(":loadbalancer/")[1]


@dataclass
class Listener:
    """A listener; the last of its rules is the default one, the first of its certificates the default one."""

    description: dict[str, Any]
    attributes: dict[str, str]
    certificates: list[str] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)

    @property
    def arn(self) -> str:
        return str(self.description["ListenerArn"])

    @property
    def load_balancer_arn(self) -> str:
        return str(self.description["LoadBalancerArn"])


@dataclass
class TargetGroup:
    """A target group; its targets are told apart by id and port.

    `draining` has the targets that were deregistered, each with the moment (seconds since 1970) until which
    it is shown.
    """

    description: dict[str, Any]
    attributes: dict[str, str]
    targets: dict[tuple[str, int | None], dict[str, Any]] = field(default_factory=dict)
    draining: dict[tuple[str, int | None], tuple[dict[str, Any], float]] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return str(self.description["TargetGroupArn"])

    @property
    def target_type(self) -> str:
        """``instance``, ``ip``, ``lambda`` or ``alb``."""
        return str(self.description["TargetType"])


class ElbStore(BaseStore):
    """One account's load balancing in one region, each kind by ARN."""

    load_balancers: dict[str, LoadBalancer] = LocalAttribute(default=dict)
    listeners: dict[str, Listener] = LocalAttribute(default=dict)
    target_groups: dict[str, TargetGroup] = LocalAttribute(default=dict)
    tags: TaggingService = LocalAttribute(default=TaggingService)


stores: AccountRegionBundle = AccountRegionBundle("elbv2", ElbStore)
operations = Operations("elbv2")
lock = threading.RLock()
#: Decorator: the function answers the operation, one call at a time.
answers = one_at_a_time(operations, lock, Fidelity.SIMULATED)


def store_of(context: RequestContext) -> ElbStore:
    """The caller's account and region."""
    store: ElbStore = stores[context.account_id][context.region]
    return store


def new_id() -> str:
    """The sixteen hexadecimal digits that end an ARN."""
    return secrets.token_hex(8)


def load_balancer(store: ElbStore, arn: str) -> LoadBalancer:
    """The load balancer, or AWS's error."""
    if arn not in store.load_balancers:
        raise error("LoadBalancerNotFound", f"Load balancer '{arn}' not found")
    return store.load_balancers[arn]


def listener(store: ElbStore, arn: str) -> Listener:
    """The listener, or AWS's error."""
    if arn not in store.listeners:
        raise error("ListenerNotFound", f"Listener '{arn}' not found")
    return store.listeners[arn]


def target_group(store: ElbStore, arn: str) -> TargetGroup:
    """The target group, or AWS's error."""
    if arn not in store.target_groups:
        raise error("TargetGroupNotFound", f"Target group '{arn}' not found")
    return store.target_groups[arn]


def rules(store: ElbStore) -> Iterator[tuple[Listener, dict[str, Any]]]:
    """Every rule with its listener."""
    for each in store.listeners.values():
        for rule in each.rules:
            yield each, rule


def rule(store: ElbStore, arn: str) -> tuple[Listener, dict[str, Any]]:
    """The rule with its listener, or AWS's error."""
    for owner, each in rules(store):
        if each["RuleArn"] == arn:
            return owner, each
    raise error("RuleNotFound", f"Rule '{arn}' not found")


def forwarded_to(actions: Iterable[dict[str, Any]]) -> set[str]:
    """ARNs of the target groups that the actions forward to."""
    return {
        group["TargetGroupArn"]
        for action in actions
        for group in action.get("ForwardConfig", {}).get("TargetGroups", [])
    }


def load_balancers_of(store: ElbStore, target_group_arn: str) -> list[str]:
    """ARNs of the load balancers that forward to the target group."""
    return sorted(
        {
            owner.load_balancer_arn
            for owner, each in rules(store)
            if target_group_arn in forwarded_to(each["Actions"])
        }
    )


def forget_listener(store: ElbStore, gone: Listener) -> None:
    """Remove a listener with its rules and their tags."""
    for each in gone.rules:
        store.tags.del_resource(each["RuleArn"])
    store.tags.del_resource(gone.arn)
    del store.listeners[gone.arn]


def page(found: list[dict[str, Any]], key: str, request: Request) -> tuple[list[dict[str, Any]], str | None]:
    """The page of ``found`` that the request asks for, and the marker of the next one."""
    size = min(request.get("PageSize") or PAGE_SIZE, PAGE_SIZE)
    try:
        return paging.page(found, lambda item: str(item[key]), request.get("Marker"), size)
    except paging.TokenError:
        raise error("ValidationError", f"'{request['Marker']}' is not a marker that a page gave") from None
