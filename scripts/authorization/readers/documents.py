"""Policy documents inside answers and plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from scripts.authorization.faults import MalformedPolicyError
from scripts.authorization.policies import Policy, PolicyKind, read_policy, unknown_policy


def stored_policy(document: str | Mapping[str, Any], name: str, kind: PolicyKind) -> Policy:
    """Compile a document that somebody has already stored.

    IAM's API gives its documents URL-encoded. One that breaks the grammar is kept as unknown: what depends
    on it cannot be judged, all else can.
    """
    if isinstance(document, str) and document.lstrip().startswith("%7B"):
        document = unquote(document)
    try:
        return read_policy(document, name, kind)
    except MalformedPolicyError as error:
        return unknown_policy(name, kind, error.what)


def tags_of(tags: Any) -> dict[str, str]:
    """Tags as ``[{"Key": ..., "Value": ...}]`` or as an object."""
    if isinstance(tags, Mapping):
        return {str(name): str(value) for name, value in tags.items()}
    return {one["Key"]: one["Value"] for one in tags or ()}
