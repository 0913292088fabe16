"""From a call to what it asks for in IAM's words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from importlib import resources as files

from scripts.local_cloud.authorization.asked import Asked, Call
from scripts.local_cloud.authorization.rules import (
    dynamodb,
    ec2,
    iam,
    named,
    others,
    passing,
    s3,
    tables,
    tagging,
)

_RULES: dict[str, Callable[[Call], Iterator[Asked]]] = {
    **{name: partial(named.asked, service=each) for name, each in tables.SERVICES.items()},
    "dynamodb": dynamodb.asked,
    "ec2": ec2.asked,
    "glue": others.glue,
    "kms": others.kms,
    "logs": others.logs,
    "s3": s3.asked,
    "secretsmanager": others.secretsmanager,
    "sns": others.sns,
    "sts": iam.asked_of_sts,
}

#: The roles that a call of any service passes, of services whose calls nobody here reads too.
passed = passing.asked

#: Services' own condition keys that a request here has wherever it would on AWS. Of all others of a service
#: nobody knows whether it would.
_SUPPLIED: Mapping[str, tuple[str, ...]] = {
    "dynamodb": ("EnclosingOperation", "FullTableScan", "ReturnConsumedCapacity", "ReturnValues", "Select"),
    "ec2": ("CreateAction", "InstanceType", "IsLaunchTemplateResource", "MetadataHttpTokens", "Region"),
    "iam": ("AWSServiceName", "PassedToService", "PermissionsBoundary", "PolicyARN"),
    "kms": ("EncryptionContext", "EncryptionContextKeys"),
    "secretsmanager": ("Description", "KmsKeyId", "Name", "SecretId", "VersionId", "VersionStage"),
    "sns": ("Endpoint", "Protocol"),
    "sts": ("ExternalId", "RoleSessionName", "SourceIdentity", "TransitiveTagKeys"),
}
#: Services all of whose keys are supplied, or are rightly missing.
_WHOLE = ("s3", "sqs")


def is_known(service: str) -> bool:
    """Whether it is known here what the calls of a service ask for."""
    return service in _RULES or service == "iam"


def asked(call: Call, caller_arn: str) -> Iterable[Asked]:
    """What a call of a known service asks for; all must be allowed.

    Raises
    ------
    Unjudgeable
        It cannot be told; says why.
    """
    if call.service == "ec2":
        call = ec2.with_template(call)
    found = list(iam.asked(call, caller_arn) if call.service == "iam" else _RULES[call.service](call))
    yield from found
    yield from passing.asked(call)
    yield from tagging.asked(call, found)


@cache
def unknown_keys(prefix: str) -> frozenset[str]:
    """A service's own condition keys of which nobody here knows whether a request on AWS would have them."""
    if prefix in _WHOLE:
        return frozenset()
    text = files.files("scripts.authorization").joinpath("data", "catalogue.json").read_text(encoding="utf-8")
    service = json.loads(text)["services"].get(prefix)
    keys = service["keys"] if service else ()
    supplied = {f"{prefix}:{name}" for name in _SUPPLIED.get(prefix, ())}
    own = {_pattern(key) for key in keys if key.startswith(f"{prefix}:")}
    return frozenset(own - supplied)


def _pattern(key: str) -> str:
    """``ec2:Attribute/${AttributeName}`` as the evaluator writes all of a kind, ``ec2:Attribute/*``."""
    head, slash, _ = key.partition("/")
    return f"{head}/*" if slash else key.partition(":${")[0]
