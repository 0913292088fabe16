"""An account from a folder of saved documents.

Every ``*.json`` in the folder (and below) is an object with some of these parts; parts of several files are
joined:

* ``UserDetailList``, ``GroupDetailList``, ``RoleDetailList``, ``Policies``: what
  ``aws iam get-account-authorization-details`` prints;
* ``AccountId``: twelve digits;
* ``ResourcePolicies``: ``{ARN: document}``;
* ``PublicAccessBlocks``: ``{bucket: PublicAccessBlockConfiguration}``, the account's own under ``*``;
* ``BucketAcls``: ``{bucket: what GetBucketAcl answers}``, where lists count (see ``read_acl``);
* ``Resources``: ARNs of what there is;
* ``ServiceControlPolicies``, ``ResourceControlPolicies``: one list of documents a level, the root's first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from scripts.authorization.account import Account
from scripts.authorization.acl import read_acl
from scripts.authorization.policies import Level, Policy, PolicyKind
from scripts.authorization.public_access import PublicAccessBlock, read_public_access_block
from scripts.authorization.readers.authorization_details import read_authorization_details
from scripts.authorization.readers.documents import stored_policy
from scripts.authorization.readers.resources import resource_policy
from scripts.errors import BadInputError

_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies", "Resources")
_MAPPINGS = ("ResourcePolicies", "PublicAccessBlocks", "BucketAcls")
_LEVELS = ("ServiceControlPolicies", "ResourceControlPolicies")
#: What the AWS CLI prints beside them.
_IGNORED = ("IsTruncated", "Marker", "ResponseMetadata", "NextToken")


def read_folder(folder: Path) -> Account:
    """The account of every JSON file in a folder.

    Raises
    ------
    BadInputError
        There is none, a file is no JSON object, or it has parts that nobody reads.
    """
    files = sorted(folder.rglob("*.json"))
    if not files:
        raise BadInputError(
            f"{folder} has no JSON file.",
            "Save what `aws iam get-account-authorization-details` prints there, for instance.",
        )
    parts: dict[str, Any] = {}
    for file in files:
        _join(parts, _load(file), file)
    return read_documents(parts)


def read_documents(parts: Mapping[str, Any]) -> Account:
    """The account of documents in the form that this module describes."""
    account = read_authorization_details(parts, parts.get("AccountId", ""))
    blocks = {
        name: read_public_access_block(block) for name, block in parts.get("PublicAccessBlocks", {}).items()
    }
    own_block = blocks.get("*", PublicAccessBlock())
    acls = {
        f"arn:aws:s3:::{name}": _acl(name, acl, blocks.get(name, PublicAccessBlock()).joined(own_block))
        for name, acl in parts.get("BucketAcls", {}).items()
    }
    return replace(
        account,
        resource_policies={
            arn: resource_policy(arn, document) for arn, document in parts.get("ResourcePolicies", {}).items()
        },
        public_access_blocks={f"arn:aws:s3:::{name}": block for name, block in blocks.items() if name != "*"},
        account_public_access_block=own_block,
        acls={arn: acl for arn, acl in acls.items() if acl},
        resources=tuple(parts.get("Resources", ())),
        scps=_levels(parts.get("ServiceControlPolicies", ()), PolicyKind.SCP),
        rcps=_levels(parts.get("ResourceControlPolicies", ()), PolicyKind.RCP),
    )


def _acl(bucket: str, answer: Mapping[str, Any], block: PublicAccessBlock) -> Policy | None:
    """A bucket's list without what it grants the owner: that is the account itself, not its users."""
    owner = answer.get("Owner", {}).get("ID")
    grants = [grant for grant in answer.get("Grants", ()) if grant["Grantee"].get("ID", "") != owner]
    return read_acl(grants, f"arn:aws:s3:::{bucket}", block)


def _levels(levels: Any, kind: PolicyKind) -> tuple[Level, ...]:
    return tuple(
        tuple(
            stored_policy(document, f"{number}.{position}", kind)
            for position, document in enumerate(documents, start=1)
        )
        for number, documents in enumerate(levels, start=1)
    )


def _load(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise BadInputError(
            f"{file} is not JSON: {error}.", "Correct it, or take it out of the folder."
        ) from error
    if not isinstance(content, dict):
        raise BadInputError(
            f"{file} holds no object.", f"Its parts may be {', '.join((*_LISTS, *_MAPPINGS))}."
        )
    return content


def _join(parts: dict[str, Any], content: Mapping[str, Any], file: Path) -> None:
    for name, value in content.items():
        if name in _LISTS:
            parts[name] = [*parts.get(name, ()), *value]
        elif name in _MAPPINGS:
            parts[name] = {**parts.get(name, {}), **value}
        elif name in _LEVELS or name == "AccountId":
            parts[name] = value
        elif name not in _IGNORED:
            known = ", ".join(("AccountId", *_LISTS, *_MAPPINGS, *_LEVELS))
            raise BadInputError(f"{file} has a part {name!r} that nobody reads.", f"Known parts: {known}.")
