"""Tables: states, ids, encryption."""

from __future__ import annotations

import re
import uuid
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to
from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute

from scripts.local_cloud.providers.dynamodb.service import answers, ask_moto, invalid, operations, table
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import dynamodb as moto

_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
#: What UpdateTable may change here; Moto takes the others and forgets them.
_CHANGEABLE = {
    "TableName",
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexUpdates",
    "ProvisionedThroughput",
    "SSESpecification",
    "StreamSpecification",
}

operations.passed_on("DescribeEndpoints", "DescribeLimits", "ListTables")


class TableStore(BaseStore):
    """What Moto does not keep of a table: its id and class, by name."""

    ids: dict[str, str] = LocalAttribute(default=dict)
    classes: dict[str, str] = LocalAttribute(default=dict)


_stores: AccountRegionBundle = AccountRegionBundle("dynamodb", TableStore)


def _shown(context: RequestContext, description: dict[str, Any], status: str) -> dict[str, Any]:
    """A description with what Moto leaves out of it."""
    store, name = _stores[context.account_id][context.region], description["TableName"]
    description["TableId"] = store.ids.setdefault(name, str(uuid.uuid4()))
    description["TableStatus"] = status
    if store.classes.get(name):
        description["TableClassSummary"] = {"TableClass": store.classes[name]}
    for index in description.get("GlobalSecondaryIndexes") or []:
        index["IndexArn"] = f"{description['TableArn']}/index/{index['IndexName']}"
    for index in description.get("LocalSecondaryIndexes") or []:
        index["IndexArn"] = f"{description['TableArn']}/index/{index['IndexName']}"
    for empty in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if not description.get(empty):
            description.pop(empty, None)
    return description


def _key_arn(context: RequestContext, specification: dict[str, Any]) -> str | None:
    """The KMS key that the table is encrypted with; None means DynamoDB's own."""
    if not specification.get("Enabled"):
        return None
    kms = connect_to(aws_access_key_id=context.account_id, region_name=context.region).kms
    wanted = specification.get("KMSMasterKeyId") or "alias/aws/dynamodb"
    try:
        return str(kms.describe_key(KeyId=wanted)["KeyMetadata"]["Arn"])
    except ClientError as missing:
        raise invalid(f"KMS key {wanted} cannot be used: {missing.response['Error']['Message']}") from missing


def _described(context: RequestContext, name: str) -> dict[str, Any]:
    return moto.describe(context.account_id, context.region, name)


@answers("CreateTable")
def _create(context: RequestContext, request: Request) -> Response:
    name = request["TableName"]
    if not _NAME.fullmatch(name):
        raise invalid(
            f"TableName '{name}' must have 3 to 255 characters, only letters, digits, '_', '-' and '.'"
        )
    encryption = request.get("SSESpecification")
    key_arn = _key_arn(context, encryption) if encryption else None
    ask_moto(context)
    store = _stores[context.account_id][context.region]
    store.ids.pop(name, None)
    store.classes[name] = request.get("TableClass", "")
    moto.set_encryption(context.account_id, context.region, name, key_arn)
    return {"TableDescription": _shown(context, _described(context, name), "CREATING")}


@answers("DescribeTable")
def _describe(context: RequestContext, request: Request) -> Response:
    name = request["TableName"]
    description = ask_moto(context)["Table"]
    description["TableSizeBytes"] = moto.size(context.account_id, context.region, name)
    return {"Table": _shown(context, description, "ACTIVE")}


@answers("UpdateTable")
def _update(context: RequestContext, request: Request) -> Response:
    name = table(context, request["TableName"])["TableName"]
    if forgotten := request.keys() - _CHANGEABLE - {"TableClass"}:
        raise error(
            "UnsupportedOperation",
            f"The local cloud cannot change {', '.join(sorted(forgotten))} of a DynamoDB table.",
        )
    specification = request.get("SSESpecification")
    key_arn = _key_arn(context, specification) if specification else None
    ask_moto(context)
    if specification:
        moto.set_encryption(context.account_id, context.region, name, key_arn)
    if request.get("TableClass"):
        _stores[context.account_id][context.region].classes[name] = request["TableClass"]
    return {"TableDescription": _shown(context, _described(context, name), "UPDATING")}


@answers("DeleteTable")
def _delete(context: RequestContext, request: Request) -> Response:
    description = _shown(context, ask_moto(context)["TableDescription"], "DELETING")
    _stores[context.account_id][context.region].ids.pop(description["TableName"], None)
    return {"TableDescription": description}
