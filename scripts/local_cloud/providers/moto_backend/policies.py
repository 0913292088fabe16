"""Policies of topics and secrets, and secrets by their names, as Moto holds them."""

from __future__ import annotations

import re
from typing import Any

from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends

from scripts.local_cloud.providers.moto_backend.identities import Document

_SUFFIX = re.compile(r"-[0-9A-Za-z]{6}")


def of_topic(account_id: str, region: str, arn: str) -> Document | None:
    """A topic's policy; None where there is no such topic."""
    backend = _backend(sns_backends, account_id, region)
    held = backend.topics.get(arn) if backend else None
    return Document(f"topic {held.name}", held.policy) if held is not None and held.policy else None


def of_secret(account_id: str, region: str, arn: str) -> Document | None:
    """A secret's policy; None where it has none."""
    held = _secret(account_id, region, arn)
    text = getattr(held, "policy", None)
    return Document(f"secret {held.name}", text) if text else None


def secret_arn(account_id: str, region: str, name: str) -> str | None:
    """ARN of a secret by its name, its ARN, or its ARN without the random end; None where there is none."""
    held = _secret(account_id, region, name)
    return str(held.arn) if held is not None else None


def secret_arns(account_id: str, region: str) -> list[str]:
    """ARNs of all secrets of an account and region."""
    backend = _backend(secretsmanager_backends, account_id, region)
    return [str(each.arn) for each in list(dict.values(backend.secrets))] if backend is not None else []


def _secret(account_id: str, region: str, name: str) -> Any:
    backend = _backend(secretsmanager_backends, account_id, region)
    if backend is None:
        return None
    plain = name.partition(":secret:")[2] or name
    for each in list(dict.values(backend.secrets)):
        if (
            each.name == plain
            or each.arn == name
            or (each.name == plain[:-7] and _SUFFIX.fullmatch(plain[-7:]))
        ):
            return each
    return None


def _backend(backends: Any, account_id: str, region: str) -> Any:
    regions = dict.get(backends, account_id)
    return None if regions is None else dict.get(regions, region)
