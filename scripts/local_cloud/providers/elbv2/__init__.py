"""Load balancers, listeners, rules and target groups, from records of our own.

Moto's are too far from AWS to stand on: deletion protection ignored, every target healthy and keyed by its id
alone, no network interfaces, DNS names that collide. Nothing passes traffic or checks a target yet, and
DescribeTargetHealth says so.
"""

from __future__ import annotations

from localstack.services.plugins import Service

from scripts.local_cloud.providers.elbv2 import (  # noqa: F401  (each registers its operations)
    attributes,
    listeners,
    load_balancers,
    placement,
    rules,
    tags,
    target_groups,
    targets,
)
from scripts.local_cloud.providers.elbv2.store import operations


def build() -> Service:
    """The provider, for LocalStack."""
    return operations.build()
