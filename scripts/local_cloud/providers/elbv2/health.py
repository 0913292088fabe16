"""Which targets can be checked here, and what is said of the others: never ``healthy`` without a check."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator
from typing import Any

from scripts.local_cloud.providers.changes import Change
from scripts.local_cloud.providers.elbv2 import network
from scripts.local_cloud.providers.elbv2 import store as records
from scripts.local_cloud.providers.elbv2.checker import Checker, Key
from scripts.local_cloud.providers.elbv2.probes import Settings
from scripts.local_cloud.providers.elbv2.store import ElbStore, TargetGroup

_CHECKED_BY = {"HTTP", "HTTPS", "TCP"}
_checker = Checker()


def follow(change: Change) -> None:
    """Check what is to be checked after a change of load balancing."""
    if change.service == "elbv2":
        bring_up_to_date()


def bring_up_to_date() -> None:
    """Check the targets that are in use and can be reached, and no others."""
    with records.lock:
        wanted = dict(_checkable())
    _checker.watch(wanted)


def _checkable() -> Iterator[tuple[Key, Settings]]:
    for account_id, region, store in records.stores.iter_stores():
        for group in store.target_groups.values():
            # Most groups have instances: EC2 is asked for its networks only where it matters.
            if (
                group.target_type != "ip"
                or not group.targets
                or not records.load_balancers_of(store, group.arn)
            ):
                continue
            networks = network.vpcs(account_id, region)
            for key, target in group.targets.items():
                if not _why_unchecked(group, target, networks):
                    yield (group.arn, *key), _settings(group, target)


def _settings(group: TargetGroup, target: dict[str, Any]) -> Settings:
    described = group.description
    return Settings(
        protocol=described["HealthCheckProtocol"],
        host=target["Id"],
        port=int(checked_port(group, target) or 0),
        path=described.get("HealthCheckPath", "/"),
        codes=described.get("Matcher", {}).get("HttpCode", "200"),
        interval=described["HealthCheckIntervalSeconds"],
        timeout=described["HealthCheckTimeoutSeconds"],
        to_healthy=described["HealthyThresholdCount"],
        to_unhealthy=described["UnhealthyThresholdCount"],
        application=described["Protocol"] in {"HTTP", "HTTPS"},
    )


def checked_port(group: TargetGroup, target: dict[str, Any]) -> str | None:
    """The port that is checked, as AWS writes it; None for targets that have none."""
    port = group.description.get("HealthCheckPort")
    if port is None:
        return None
    return str(target["Port"]) if port == "traffic-port" else str(port)


def _why_unchecked(
    group: TargetGroup, target: dict[str, Any], networks: dict[str, list[ipaddress.IPv4Network]]
) -> str:
    """What keeps this target from being checked; empty when it can be."""
    if group.target_type == "instance":
        return f"no machine runs behind {target['Id']}, which the local cloud only records"
    if group.target_type != "ip":
        return f"nothing of the local cloud answers behind a target of type {group.target_type}"
    if not group.description["HealthCheckEnabled"]:
        return "health checks are disabled"
    protocol = group.description["HealthCheckProtocol"]
    if protocol not in _CHECKED_BY or group.description.get("ProtocolVersion") in {"HTTP2", "GRPC"}:
        return f"the local cloud does not check by {group.description.get('ProtocolVersion') or protocol}"
    address = ipaddress.ip_address(target["Id"])
    own = group.description.get("VpcId")
    # The group's own network first: others may have the same addresses.
    for vpc_id, blocks in sorted(networks.items(), key=lambda each: each[0] != own):
        if any(address in block for block in blocks):
            return f"nothing runs at {address}, which the local cloud only records as an address of {vpc_id}"
    return ""


def of_target(
    store: ElbStore,
    group: TargetGroup,
    target: dict[str, Any],
    state: str,
    networks: dict[str, list[ipaddress.IPv4Network]],
) -> dict[str, str]:
    """The health of a registered target.

    Parameters
    ----------
    state
        Of the instance; empty for targets that are none.
    networks
        From `network.vpcs`.
    """
    if not records.load_balancers_of(store, group.arn):
        return {
            "State": "unused",
            "Reason": "Target.NotInUse",
            "Description": "Target group is not configured to receive traffic from the load balancer",
        }
    if state not in {"running", ""}:
        return {
            "State": "unused",
            "Reason": "Target.InvalidState",
            "Description": f"Target is in the {state} state",
        }
    if not group.description["HealthCheckEnabled"]:
        return {
            "State": "unavailable",
            "Reason": "Target.HealthCheckDisabled",
            "Description": "Health checks are disabled for this target",
        }
    if why := _why_unchecked(group, target, networks):
        return {
            "State": "unavailable",
            "Reason": "Elb.InternalError",
            "Description": f"Target health cannot be checked: {why}",
        }
    key = target["Id"], target.get("Port")
    return _checker.health((group.arn, *key))


def draining(store: ElbStore, group: TargetGroup) -> list[dict[str, Any]]:
    """The targets that were deregistered and are still shown; the others are forgotten."""
    in_use = bool(records.load_balancers_of(store, group.arn))
    for key, (_, until) in list(group.draining.items()):
        if not in_use or time.time() >= until:
            del group.draining[key]
    return [target for target, _ in group.draining.values()]
