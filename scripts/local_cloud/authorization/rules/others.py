"""What a few services ask for beside the resource that a call names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scripts.local_cloud.authorization import resources
from scripts.local_cloud.authorization.asked import Asked, Call, Keys
from scripts.local_cloud.authorization.rules import named, tables
from scripts.local_cloud.authorization.rules.named import values
from scripts.local_cloud.providers.moto_backend import policies

_CATALOG_KINDS = (":table/", ":database/", ":userDefinedFunction/")


def glue(call: Call) -> Iterator[Asked]:
    """The Data Catalog asks for a table, for its database and for the catalog.

    Source: Glue Developer Guide, "Specifying AWS Glue resource ARNs": an operation needs permission on the
    resource and on all of its ancestors.
    """
    found = list(named.asked(call, tables.GLUE))
    arns = [each.resource for each in found]
    yield from found
    if not any(kind in arn for arn in arns for kind in _CATALOG_KINDS):
        return
    first = found[0]
    above = [call.arn("glue", "catalog")]
    for name in values(call.request, "DatabaseName"):
        above.append(call.arn("glue", f"database/{name}"))
        if call.operation == "GetTables":
            above.append(call.arn("glue", f"table/{name}/*"))
    for arn in above:
        if arn not in arns:
            yield replace(first, resource=arn)


def secretsmanager(call: Call) -> Iterator[Asked]:
    """Reading many secrets at once asks for each too."""
    found = list(named.asked(call, tables.SECRETSMANAGER))
    yield from (_with_secret_keys(call, each) for each in found)
    if call.operation == "BatchGetSecretValue":
        one = replace(call, operation="GetSecretValue")
        named_ones = list(values(call.request, "SecretIdList[]"))
        # Filters may find any.
        for name in named_ones or policies.secret_arns(call.account, call.region):
            yield from named.asked(replace(one, request={"SecretId": name}), tables.SECRETSMANAGER)


def _with_secret_keys(call: Call, asked_for: Asked) -> Asked:
    keys = {}
    for parameter in ("Name", "Description", "KmsKeyId", "VersionStage", "VersionId"):
        if value := call.text(parameter):
            keys[f"secretsmanager:{parameter}"] = (value,)
    if asked_for.resource.startswith("arn:"):
        keys["secretsmanager:SecretId"] = (asked_for.resource,)
    return replace(asked_for, context={**asked_for.context, **keys})


def kms(call: Call) -> Iterator[Asked]:
    """A ciphertext names its key itself, and to encrypt anew needs both keys."""
    if call.operation == "ReEncrypt":
        given = call.text("SourceKeyId")
        source = _key_arn(call, given) if given else tables.ciphertext_key(call)
        yield _key(call, "kms:ReEncryptFrom", source, "SourceEncryptionContext")
        target = _key_arn(call, call.text("DestinationKeyId"))
        yield _key(call, "kms:ReEncryptTo", target, "DestinationEncryptionContext")
    elif call.operation == "Decrypt":
        given = call.text("KeyId")
        key = _key_arn(call, given) if given else tables.ciphertext_key(call)
        yield _key(call, "kms:Decrypt", key, "EncryptionContext")
    elif call.operation == "DeleteAlias":
        alias = call.text("AliasName")
        yield Asked("kms:DeleteAlias", call.arn("kms", alias), "", {}, tables.KMS.later)
        yield Asked("kms:DeleteAlias", _key_arn(call, alias), "", {}, tables.KMS.later)
    else:
        for each in named.asked(call, tables.KMS):
            yield replace(each, context=_encryption_context(call, "EncryptionContext"))


def _key(call: Call, action: str, arn: str, parameter: str) -> Asked:
    keys = _encryption_context(call, parameter)
    return Asked(action, arn, named.owner(arn), keys, tables.KMS.later)


def _key_arn(call: Call, name: str) -> str:
    """ARN of a KMS key by what a call names it with."""
    return resources.key_arn(call.account, call.region, name)


def _encryption_context(call: Call, parameter: str) -> Keys:
    given: Any = call.request.get(parameter) or {}
    keys: Keys = {f"kms:EncryptionContext:{name}": (value,) for name, value in given.items()}
    if given:
        keys["kms:EncryptionContextKeys"] = tuple(given)
    return keys


def sns(call: Call) -> Iterator[Asked]:
    """To subscribe says whom."""
    keys = {}
    if call.operation == "Subscribe":
        for name in ("Protocol", "Endpoint"):
            if value := call.text(name):
                keys[f"sns:{name}"] = (value,)
    for each in named.asked(call, tables.SNS):
        yield replace(each, context=keys)


def logs(call: Call) -> Iterator[Asked]:
    """To list groups is asked of a group without a name."""
    if call.operation == "DescribeLogGroups":
        yield Asked("logs:DescribeLogGroups", call.arn("logs", "log-group::log-stream:"))
        return
    yield from named.asked(call, tables.LOGS)
