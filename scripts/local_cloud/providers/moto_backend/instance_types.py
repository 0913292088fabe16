"""Instance types: what Moto's copy of AWS's list says of them."""

from __future__ import annotations

from moto.ec2.models.instance_types import INSTANCE_TYPES


def architectures(instance_type: str) -> list[str]:
    """The processor architectures of a type; empty when there is no such type."""
    known = INSTANCE_TYPES.get(instance_type)
    return list(known["ProcessorInfo"]["SupportedArchitectures"]) if known else []


def is_burstable(instance_type: str) -> bool:
    """Whether instances of the type earn CPU credits."""
    return instance_type.split(".", maxsplit=1)[0] in ("t2", "t3", "t3a", "t4g")


def default_credits(instance_type: str) -> str | None:
    """The credit specification of a burstable type: T2 is standard, the newer ones unlimited."""
    if not is_burstable(instance_type):
        return None
    return "standard" if instance_type.startswith("t2.") else "unlimited"
