"""What the service's description allows of a request: lengths, sizes, numbers and sets of values.

AWS makes its checks of the same descriptions, before the operation itself looks at anything. Clients such as
boto3 check only some of them. Patterns are not checked: they speak of UTF-16, Python of characters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from scripts.local_cloud.providers.framework import Request, error


def check(shape: Shape, request: Request) -> None:
    """Refuse a request as AWS does.

    Raises
    ------
    CommonServiceException
        ``ValidationException``, with everything that is wrong.
    """
    if faults := list(_faults(shape, request, "")):
        number = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected"
        raise error("ValidationException", f"{number}: {'; '.join(faults)}")


def _faults(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if broken := _broken(shape, value):
        yield f"Value '{value}' at '{path}' failed to satisfy constraint: {broken}"
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            if value.get(name) is not None:
                below = f"{name[:1].lower()}{name[1:]}"
                yield from _faults(member, value[name], f"{path}.{below}" if path else below)
    elif isinstance(shape, ListShape):
        for number, each in enumerate(value, start=1):
            yield from _faults(shape.member, each, f"{path}.{number}.member")
    elif isinstance(shape, MapShape):
        for key, each in value.items():
            yield from _faults(shape.value, each, f"{path}.{key}.member")


def _broken(shape: Shape, value: Any) -> str:
    """The rule that a value breaks itself; empty when none."""
    if isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
        return f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
    counted = isinstance(shape, StringShape | ListShape | MapShape)
    if not counted and shape.type_name not in ("integer", "long", "float", "double"):
        return ""
    size, what = (len(value), "length") if counted else (value, "value")
    if size < shape.metadata.get("min", size):
        return f"Member must have {what} greater than or equal to {shape.metadata['min']}"
    if size > shape.metadata.get("max", size):
        return f"Member must have {what} less than or equal to {shape.metadata['max']}"
    return ""
