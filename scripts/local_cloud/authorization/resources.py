"""Policies that are attached to resources: buckets, queues, topics, secrets, keys and roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localstack.services.kms.models import kms_stores
from localstack.services.s3.models import S3Bucket, s3_stores
from localstack.services.sqs.models import sqs_stores

from scripts.local_cloud.authorization.asked import Asked
from scripts.local_cloud.providers.moto_backend import identities, policies
from scripts.local_cloud.providers.moto_backend.identities import Document

_REGION = "us-east-1"


def policy(asked: Asked) -> Document | None:
    """The policy of the resource that is asked for, or None."""
    service, _, rest = asked.resource.partition(":")[2].partition(":")[2].partition(":")
    find = _FINDERS.get(service)
    # Of a role it is the trust policy, which speaks of taking the role, not of changing it.
    if find is None or not rest or (find is _of_role and not asked.action.startswith("sts:")):
        return None
    region, _, rest = rest.partition(":")
    account, _, name = rest.partition(":")
    return find(account or asked.owner, region, name)


def bucket(name: str) -> S3Bucket | None:
    """The bucket of that name, whosever it is, or None."""
    for account, regions in list(dict.items(s3_stores)):
        for store in list(dict.values(regions))[:1]:
            owner = store.global_bucket_map.get(name)
            if owner is None:
                return None
            return (
                s3_stores[owner][_REGION].buckets.get(name) if owner != account else store.buckets.get(name)
            )
    return None


def public_access_block(asked: Asked) -> Mapping[str, Any] | None:
    """S3's public access block of the bucket that is asked for."""
    if not asked.resource.startswith("arn:aws:s3:::"):
        return None
    found = bucket(asked.resource[13:].partition("/")[0])
    return found.public_access_block if found else None


def key_arn(account: str, region: str, key_id: str) -> str:
    """ARN of a KMS key by its id, its ARN, its alias or the alias' ARN."""
    if key_id.startswith("arn:"):
        parts = key_id.split(":", 5)
        region, account, key_id = parts[3], parts[4], parts[5]
    name = key_id.removeprefix("key/")
    if name.startswith("alias/"):
        store = _store(kms_stores, account, region)
        held = store.aliases.get(name) if store else None
        if held is None:
            return f"arn:aws:kms:{region}:{account}:{name}"
        name = held.metadata["TargetKeyId"]
    return f"arn:aws:kms:{region}:{account}:key/{name}"


def _of_bucket(_account: str, _region: str, name: str) -> Document | None:
    found = bucket(name.partition("/")[0])
    text = found.policy if found else None
    return Document(f"bucket {found.name}", text) if found and text else None


def _of_queue(account: str, region: str, name: str) -> Document | None:
    store = _store(sqs_stores, account, region)
    found = store.queues.get(name) if store else None
    text = found.attributes.get("Policy") if found else None
    return Document(f"queue {name}", text) if text else None


def _of_topic(account: str, region: str, name: str) -> Document | None:
    return policies.of_topic(account, region, f"arn:aws:sns:{region}:{account}:{name}")


def _of_secret(account: str, region: str, name: str) -> Document | None:
    return policies.of_secret(account, region, f"arn:aws:secretsmanager:{region}:{account}:{name}")


def _of_key(account: str, region: str, name: str) -> Document | None:
    store = _store(kms_stores, account, region)
    found = store.keys.get(name.removeprefix("key/")) if store else None
    return Document(f"key {name.removeprefix('key/')}", found.policy) if found else None


def _of_role(account: str, _region: str, name: str) -> Document | None:
    if not name.startswith("role/"):
        return None
    found = identities.role(account, name.rpartition("/")[2])
    return Document(f"role {name.rpartition('/')[2]}", found.trust) if found else None


def _store(stores: Any, account: str, region: str) -> Any:
    """The store of an account and region, without making one."""
    regions = dict.get(stores, account)
    return None if regions is None else dict.get(regions, region)


_FINDERS = {
    "s3": _of_bucket,
    "sqs": _of_queue,
    "sns": _of_topic,
    "secretsmanager": _of_secret,
    "kms": _of_key,
    "iam": _of_role,
}
