"""What a read of an index wants beyond the attributes that are in it.

A local index fetches them from the table, item by item; a global one has no way to. Moto leaves them out in
silence, of both. Source: DynamoDB developer guide, "Local secondary indexes" (attribute projections; read
capacity units), and the API reference of ``Select``.
"""

from __future__ import annotations

import re
from typing import Any

from scripts.local_cloud.providers.dynamodb.service import invalid
from scripts.local_cloud.providers.framework import Request


def index_of(schema: dict[str, Any], name: str) -> tuple[dict[str, Any], bool] | None:
    """The index and whether it is a local one, or None."""
    for each in schema["LocalSecondaryIndexes"]:
        if each["IndexName"] == name:
            return each, True
    for each in schema["GlobalSecondaryIndexes"]:
        if each["IndexName"] == name:
            return each, False
    return None


def fetches(schema: dict[str, Any], request: Request) -> bool:
    """Whether a query or scan must fetch its items from the table, since the index does not hold enough.

    Raises
    ------
    CommonServiceException
        ``ValidationException`` for a global index that does not hold what is asked for.
    """
    found = index_of(schema, request.get("IndexName") or "")
    if found is None or found[0]["Projection"].get("ProjectionType", "ALL") == "ALL":
        return False
    index, is_local = found
    everything = request.get("Select") == "ALL_ATTRIBUTES"
    missing = sorted(_requested(request) - _held(schema, index))
    if (everything or missing) and not is_local:
        name = index["IndexName"]
        raise invalid(
            "One or more parameter values were invalid: "
            + (
                f"Select type ALL_ATTRIBUTES is not supported for global secondary index {name} because its "
                "projection type is not ALL"
                if everything
                else f"Global secondary index {name} does not project [{', '.join(missing)}]"
            )
        )
    return everything or bool(missing)


def _held(schema: dict[str, Any], index: dict[str, Any]) -> set[str]:
    keys = [each["AttributeName"] for each in (*schema["KeySchema"], *index["KeySchema"])]
    return {*keys, *index["Projection"].get("NonKeyAttributes", [])}


def _requested(request: Request) -> set[str]:
    """Names of the attributes, not of what lies in them, that a request wants to see."""
    if request.get("AttributesToGet"):
        return set(request["AttributesToGet"])
    names: dict[str, str] = request.get("ExpressionAttributeNames") or {}
    paths = (request.get("ProjectionExpression") or "").split(",")
    firsts = (re.split(r"[.\[]", path.strip(), maxsplit=1)[0] for path in paths)
    return {names.get(first, first) for first in firsts if first}
