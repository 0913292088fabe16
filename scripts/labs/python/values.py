"""Values between two processes, as JSON: what boto3 takes and gives goes there and back unchanged."""

from __future__ import annotations

import base64
import datetime as dt
import json
from decimal import Decimal
from typing import Any

_TAG = "$"


def dumps(value: Any) -> str:
    """A value as text.

    Raises
    ------
    TypeError
        It is, or holds, what cannot be told: names its type.
    """
    return json.dumps(_plain(value), allow_nan=False)


def loads(text: str) -> Any:
    """The value of a text that `dumps` made."""
    return json.loads(text, object_hook=_rich)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        return {_TAG: "dict", "v": [[_plain(key), _plain(each)] for key, each in value.items()]}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, tuple):
        return {_TAG: "tuple", "v": [_plain(each) for each in value]}
    if isinstance(value, set | frozenset):
        return {_TAG: "set", "v": [_plain(each) for each in value]}
    if isinstance(value, Decimal):
        return {_TAG: "decimal", "v": str(value)}
    if isinstance(value, bytes | bytearray):
        return {_TAG: "bytes", "v": base64.b64encode(value).decode()}
    if isinstance(value, dt.datetime):
        return {_TAG: "datetime", "v": value.isoformat()}
    if isinstance(value, dt.date):
        return {_TAG: "date", "v": value.isoformat()}
    # What boto3 wraps: a body that is read, DynamoDB's Binary, and the like.
    if hasattr(value, "read"):
        return _plain(value.read())
    if hasattr(value, "value") and type(value).__name__ == "Binary":
        return _plain(value.value)
    raise TypeError(f"a {type(value).__name__}")


def _rich(found: dict[str, Any]) -> Any:
    value = found.get("v")
    match found.get(_TAG):
        case "dict":
            return dict(value or ())
        case "tuple":
            return tuple(value or ())
        case "set":
            return set(value or ())
        case "decimal":
            return Decimal(str(value))
        case "bytes":
            return base64.b64decode(str(value))
        case "datetime":
            return dt.datetime.fromisoformat(str(value))
        case "date":
            return dt.date.fromisoformat(str(value))
    return found
