"""Users, roles, groups, access keys and the policies on them, as Moto's IAM holds them.

Moto's IAM is large and this module is asked at each judged request: everything is a look-up in a dictionary,
and an account that nobody has used is not made by being asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import AccessKeyLastUsed, iam_backends
from moto.sts.models import sts_backends

_PARTITION = "aws"


@dataclass(frozen=True)
class Key:
    """An access key.

    Attributes
    ----------
    account_id
        Account that it belongs to.
    secret
        Its secret part.
    active
        Whether it may be used.
    user
        Name of the user; empty for a temporary key.
    """

    account_id: str
    secret: str
    active: bool
    user: str


@dataclass(frozen=True)
class Document:
    """A policy's text, and the name or ARN by which it is found."""

    name: str
    text: str


@dataclass(frozen=True)
class Identity:
    """A user or a role, with what is attached to it.

    Attributes
    ----------
    arn, unique_id
        With its path; ``AROA...``.
    tags
        Key to value.
    policies
        Inline, managed and, for a user, the groups' policies.
    boundary
        ARN of the permissions boundary; empty where there is none.
    trust
        Text of a role's trust policy; empty for users.
    """

    arn: str
    unique_id: str
    tags: dict[str, str]
    policies: tuple[Document, ...]
    boundary: str
    trust: str = ""


def key(key_id: str) -> Key | None:
    """An access key of any account, or None."""
    for account_id, backend in _backends():
        if (held := backend.access_keys.get(key_id)) is not None:
            return Key(account_id, held.secret_access_key, held.status == "Active", held.user_name or "")
    return None


def make_temporary_key(account_id: str) -> tuple[str, str]:
    """Id and secret of a new temporary key."""
    made = iam_backends[account_id][_PARTITION].create_temp_access_key()
    return made.access_key_id, made.secret_access_key


def note_use(account_id: str, key_id: str, service: str, region: str) -> None:
    """Remember when and for what a key was last used, as ``GetAccessKeyLastUsed`` tells."""
    held = iam_backends[account_id][_PARTITION].access_keys.get(key_id)
    if held is not None:
        held.last_used = AccessKeyLastUsed(datetime.now(tz=UTC), service, region)


def user(account_id: str, name: str) -> Identity | None:
    """A user, or None."""
    backend = _backend(account_id)
    held = backend.users.get(name) if backend else None
    if backend is None or held is None:
        return None
    policies = list(_attached(held))
    for group in list(backend.groups.values()):
        if held in group.users:
            policies += _attached(group, f" of group {group.name}")
    tags = backend.tagger.get_tag_dict_for_resource(held.arn)
    return Identity(
        held.arn, held.id, tags, tuple(policies), getattr(held, "permissions_boundary", None) or ""
    )


def role(account_id: str, name: str) -> Identity | None:
    """A role, or None."""
    backend = _backend(account_id)
    for held in list(backend.roles.values()) if backend else ():
        if held.name == name:
            return Identity(
                held.arn,
                held.id,
                _tags(held.tags),
                tuple(_attached(held)),
                held.permissions_boundary_arn or "",
                held.assume_role_policy_document,
            )
    return None


def policy(account_id: str, arn: str) -> Document | None:
    """The default version of a managed policy, or None."""
    backend = _backend(account_id)
    held = backend.managed_policies.get(arn) if backend else None
    return Document(arn, _default_text(held)) if held is not None else None


def path_of(account_id: str, kind: str, name: str) -> str | None:
    """Path of a user, role, group, instance profile or server certificate, or None."""
    backend = _backend(account_id)
    if backend is None:
        return None
    held: Any
    match kind:
        case "user":
            held = backend.users.get(name)
        case "group":
            held = backend.groups.get(name)
        case "server-certificate":
            held = backend.certificates.get(name)
        case _:
            named = backend.roles if kind == "role" else backend.instance_profiles
            held = next((each for each in list(named.values()) if each.name == name), None)
    return None if held is None else str(held.path or "/")


def roles_of_profile(account_id: str, name: str) -> list[str]:
    """ARNs of the roles in an instance profile."""
    backend = _backend(account_id)
    profiles = list(backend.instance_profiles.values()) if backend else []
    return [str(each.arn) for profile in profiles if profile.name == name for each in profile.roles]


def tags_of(account_id: str, kind: str, name: str) -> dict[str, str]:
    """Tags of a user or a role."""
    found = user(account_id, name) if kind == "user" else role(account_id, name)
    return found.tags if found else {}


def assumed_role(key_id: str) -> tuple[str, str, str, datetime, str] | None:
    """Role ARN, session name, session token, end and session policy of a key that Moto's STS gave."""
    for account in list(dict.values(sts_backends)):
        for backend in list(dict.values(account)):
            for held in backend.assumed_roles:
                if held.access_key_id == key_id:
                    return (
                        held.role_arn,
                        held.session_name,
                        held.session_token,
                        held.expiration.replace(tzinfo=UTC),
                        held.policy or "",
                    )
    return None


def forget_assumed_role(key_id: str) -> None:
    """Drop a key that has expired, which Moto keeps for ever."""
    for account in list(dict.values(sts_backends)):
        for backend in list(dict.values(account)):
            backend.assumed_roles[:] = [
                each for each in backend.assumed_roles if each.access_key_id != key_id
            ]
    for _, backend in _backends():
        backend.access_keys.pop(key_id, None)


def _backends() -> Iterator[tuple[str, Any]]:
    # As plain dictionaries: Moto's make what is asked for, which takes a second for an account's IAM.
    for account_id, partitions in list(dict.items(iam_backends)):
        if (backend := dict.get(partitions, _PARTITION)) is not None:
            yield account_id, backend


def _backend(account_id: str) -> Any:
    partitions = dict.get(iam_backends, account_id)
    return None if partitions is None else dict.get(partitions, _PARTITION)


def _attached(held: Any, group: str = "") -> Iterator[Document]:
    for name, text in list(held.policies.items()):
        yield Document(f"inline policy {name}{group}", text)
    for arn, attached in list(held.managed_policies.items()):
        yield Document(arn, _default_text(attached))


def _default_text(held: Any) -> str:
    return str(next(each.document for each in held.versions if each.version_id == held.default_version_id))


def _tags(held: Any) -> dict[str, str]:
    # A role's are a list in the API's shape, or a dictionary of such.
    entries = held.values() if isinstance(held, dict) else held or ()
    return {each["Key"]: each["Value"] for each in entries}
