"""Load balancers, listeners, rules and target groups, from records of our own.

Moto's are too far from AWS to stand on: deletion protection ignored, every target healthy and keyed by its id
alone, no network interfaces, DNS names that collide. Nothing passes traffic. Targets where something can
listen, outside the VPCs, are really checked; of the others DescribeTargetHealth says why they are not.
"""

from __future__ import annotations

from localstack.services.plugins import Service, ServiceLifecycleHook

from scripts.local_cloud.providers import changes
from scripts.local_cloud.providers.elbv2 import (  # noqa: F401  (each registers its operations)
    attributes,
    health,
    listeners,
    load_balancers,
    placement,
    rules,
    tags,
    target_groups,
    targets,
)
from scripts.local_cloud.providers.elbv2.store import operations


class _Lifecycle(ServiceLifecycleHook):
    def on_after_state_load(self) -> None:
        health.bring_up_to_date()


def build() -> Service:
    """The provider, for LocalStack."""
    changes.subscribe(health.follow)
    return operations.build(_Lifecycle())
