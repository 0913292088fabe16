"""Whether what stands behind an interface sends and answers."""

from __future__ import annotations

from scripts.reachability import wording
from scripts.reachability.ends import owner_of
from scripts.reachability.model import (
    Component,
    DbInstance,
    Endpoint,
    GlueConnection,
    Instance,
    Interface,
    LoadBalancer,
    NatGateway,
)
from scripts.reachability.repairs import Repair, StartDbInstance, StartInstance
from scripts.reachability.walk import Leg, Walk

#: States of a DB instance in which its server takes connections.
ANSWERING = frozenset(
    {
        "available", "backing-up", "configuring-enhanced-monitoring", "configuring-iam-database-auth",
        "configuring-log-exports", "maintenance", "modifying", "storage-config-upgrade",
        "storage-initialization", "storage-optimization",
    }
)  # fmt: skip

_WORKING = {
    Instance: frozenset({"running"}),
    DbInstance: ANSWERING,
    LoadBalancer: frozenset({"active", "active_impaired"}),
    NatGateway: frozenset({"available"}),
    Endpoint: frozenset({"available"}),
    GlueConnection: frozenset({"READY"}),
}


def alive(walk: Walk, leg: Leg, interface: Interface) -> None:
    """The interface is in use, and what it belongs to runs."""
    owner = owner_of(walk.network, interface)
    if owner is not interface:
        _owner(walk, leg, owner)
    attached = interface.status == "in-use"
    walk.hop(leg, interface, interface.status, passes=attached)
    if not attached:
        because = (
            f"The network interface {wording.called(interface)} is {interface.status}, not in use: "
            "nobody sends or listens there."
        )
        walk.block("BAD_STATE_ATTACHMENT", interface, leg, because)


def _owner(walk: Walk, leg: Leg, owner: Component) -> None:
    state = state_of(owner)
    works = state in _WORKING[type(owner)]
    walk.hop(leg, owner, state, passes=works)
    if not works:
        because = f"The {owner.kind} {wording.called(owner)} is {state}: it neither sends nor answers."
        walk.block("BAD_STATE", owner, leg, because, _start(owner, state))


def works(component: Component) -> bool:
    """Whether a component is in a state in which it does its work."""
    return type(component) not in _WORKING or state_of(component) in _WORKING[type(component)]


def state_of(component: Component) -> str:
    """AWS's word for the state that a component is in."""
    return str(getattr(component, "status" if isinstance(component, DbInstance) else "state"))


def _start(owner: Component, state: str) -> Repair | None:
    if state not in {"stopped", "stopping"}:
        return None
    if isinstance(owner, Instance):
        return StartInstance(owner.id)
    return StartDbInstance(owner.id) if isinstance(owner, DbInstance) else None
