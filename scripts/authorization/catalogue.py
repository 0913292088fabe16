"""Which actions, resource types and condition keys AWS publishes, for the lab's services and for all.

A key that is published but absent from a request is *missing*, which every operator has an answer for; a key
that nobody published here is *unknown*, and makes an answer that depends on it impossible.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from scripts.errors import BadInputError

#: Placeholders at the end of a published key: `${TagKey}`, `<key>`, `tag-key`.
_PLACEHOLDER = re.compile(r"(\$\{[^}]*\}|<[^>]*>|tag-key|\*)$")

#: Resource of an S3 action that takes no bucket: ``arn:aws:s3:::*`` matches ``s3:ListAllMyBuckets`` in IAM.
_S3_ALL = "arn:aws:s3:::*"


@dataclass(frozen=True)
class ActionEntry:
    """An action as the Service Authorization Reference lists it.

    Attributes
    ----------
    name
        ``s3:GetObject``, in AWS's spelling.
    resource_types
        What it may be limited to (``("object",)``); empty: only ``Resource: "*"`` applies.
    arns
        ARN template of each resource type, ``{"object":
        "arn:${Partition}:s3:::${BucketName}/${ObjectName}"}``.
    """

    name: str
    resource_types: tuple[str, ...]
    arns: dict[str, str]

    @property
    def default_resource(self) -> str:
        """What to judge with when the action names no resource."""
        return _S3_ALL if self.name.startswith("s3:") else "*"


@cache
def _data(name: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


@cache
def _actions(service: str) -> dict[str, str]:
    """Lower-case action name to AWS's spelling."""
    return {name.lower(): name for name in _data("catalogue.json")["services"][service]["actions"]}


@cache
def _keys() -> tuple[frozenset[str], tuple[str, ...]]:
    """Whole keys, and the fixed beginnings of keys that go on with a tag or the like; all in lower case."""
    names = list(_data("global_keys.json")["keys"])
    for service in _data("catalogue.json")["services"].values():
        names += service["keys"]
    whole: set[str] = set()
    beginnings: set[str] = set()
    for name in names:
        beginning = _PLACEHOLDER.sub("", name)
        (whole if beginning == name else beginnings).add(beginning.lower())
    return frozenset(whole), tuple(sorted(beginnings))


def services() -> tuple[str, ...]:
    """Prefixes of the services whose actions are known (``s3``, ``ec2``, ...)."""
    return tuple(_data("catalogue.json")["services"])


def find_action(action: str) -> ActionEntry | None:
    """The entry of ``service:Action`` (any case), or None where it is not published here."""
    prefix, _, name = action.lower().partition(":")
    known = _data("catalogue.json")["services"]
    if prefix not in known or name not in _actions(prefix):
        return None
    spelling = _actions(prefix)[name]
    kinds = tuple(known[prefix]["actions"][spelling])
    return ActionEntry(
        f"{prefix}:{spelling}", kinds, {kind: known[prefix]["resources"].get(kind, "*") for kind in kinds}
    )


def require_action(action: str) -> ActionEntry:
    """The entry of an action that somebody typed.

    Raises
    ------
    BadInputError
        The service is not in the catalogue, or has no such action; names the closest ones.
    """
    found = find_action(action)
    if found:
        return found
    prefix, _, name = action.partition(":")
    if prefix.lower() not in services():
        raise BadInputError(
            f"{action!r} is not an action of a service that can be judged.",
            f"Write SERVICE:Action, for instance s3:GetObject. Services: {', '.join(services())}.",
        )
    near = difflib.get_close_matches(name.lower(), _actions(prefix.lower()), n=3, cutoff=0.5)
    names = ", ".join(f"{prefix.lower()}:{_actions(prefix.lower())[one]}" for one in near)
    raise BadInputError(
        f"{prefix.lower()} has no action {name!r} in IAM.",
        f"Near it: {names}." if names else "IAM's names differ from the API's: HeadObject is s3:GetObject.",
    )


@lru_cache(maxsize=4096)
def is_known_key(key: str) -> bool:
    """Whether AWS publishes this condition key: a global one, or one of a service of the catalogue."""
    lowered = key.lower()
    whole, beginnings = _keys()
    return lowered in whole or any(lowered.startswith(beginning) for beginning in beginnings)
