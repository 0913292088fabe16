"""``MaxRecords``, ``Marker`` and ``Filters`` of the Describe operations."""

from __future__ import annotations

import base64
import binascii
import fnmatch
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

from scripts.local_cloud.providers.framework import Request, Response
from scripts.local_cloud.providers.rds.faults import invalid_value

T = TypeVar("T")


def page(
    request: Request, items: Iterable[T], key: Callable[[T], str], name: str, smallest: int = 20
) -> Response:
    """One page of the items, which must come in the order of their unique keys.

    The marker names the last item shown, so that one that comes or goes between two pages moves no other.

    Returns
    -------
    Response
        ``{name: [items], "Marker": ...}``; no marker on the last page.
    """
    size = request.get("MaxRecords")
    if size is None:
        size = 100
    elif not smallest <= size <= 100:
        raise invalid_value(f"Invalid value {size} for MaxRecords. Must be between {smallest} and 100")
    after = _decoded(request["Marker"]) if request.get("Marker") else None
    remaining = [item for item in items if after is None or key(item) > after]
    shown = remaining[:size]
    answer: Response = {name: shown}
    if len(remaining) > size:
        answer["Marker"] = base64.urlsafe_b64encode(key(shown[-1]).encode()).decode()
    return answer


def filters(request: Request, known: Collection[str]) -> dict[str, list[str]]:
    """Name to values of the request's filters; one that the operation does not know is refused."""
    asked: dict[str, list[str]] = {}
    for item in request.get("Filters") or ():
        if item["Name"] not in known:
            raise invalid_value(f"Unrecognized filter name: {item['Name']}")
        asked[item["Name"]] = [str(value) for value in item["Values"]]
    return asked


def matches(asked: Mapping[str, list[str]], values: Mapping[str, Any]) -> bool:
    """Whether an item with those values, by filter name, passes every filter."""
    return all(
        any(
            fnmatch.fnmatchcase(candidate, wanted)
            for candidate in _listed(values[name])
            for wanted in wanteds
        )
        for name, wanteds in asked.items()
    )


def _listed(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def _decoded(marker: str) -> str:
    try:
        return base64.urlsafe_b64decode(marker.encode()).decode()
    except (binascii.Error, UnicodeError) as error:
        raise invalid_value("Invalid or expired marker") from error
