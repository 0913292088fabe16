"""How the calls of each service name their resources: data for :mod:`.named`.

Sources: Service Authorization Reference (which resource types an action has) and the services' API models
(which parameter names one).
"""

from __future__ import annotations

import base64
import json
import struct

from localstack.services.kms.models import deserialize_ciphertext_blob
from localstack.services.sqs.utils import parse_queue_url

from scripts.local_cloud.authorization import resources
from scripts.local_cloud.authorization.asked import Call, Unjudgeable
from scripts.local_cloud.authorization.rules.named import Service
from scripts.local_cloud.providers.moto_backend import policies

_TAGS = frozenset({"aws:ResourceTag/*"})


def _secret(call: Call, name: str) -> str:
    found = policies.secret_arn(call.account, call.region, name)
    if found or name.startswith("arn:"):
        return found or name
    # AWS adds six characters to the name; a policy that allows for them speaks of this secret too.
    return call.arn("secretsmanager", f"secret:{name}-??????")


def _queue(call: Call, name: str) -> str:
    if name.startswith("arn:"):
        return name
    account, region = call.text("QueueOwnerAWSAccountId") or call.account, call.region
    if "/" in name:
        # Read by the service's own reader: what is judged must be the queue that answers.
        try:
            account, named, name = parse_queue_url(name)
        except ValueError:
            raise Unjudgeable(f"{name!r} is no queue's address") from None
        region = named or region
    return call.arn("sqs", name, account=account, region=region)


def _key(call: Call, name: str) -> str:
    return resources.key_arn(call.account, call.region, name)


def _alias(call: Call, name: str) -> str:
    return call.arn("kms", name)


def _log_group(call: Call, name: str) -> str:
    """As CloudWatch Logs names a group to IAM: with an empty stream at the end."""
    plain = name.partition(":log-group:")[2].removesuffix(":*") or name
    account = name.split(":")[4] if name.startswith("arn:") else call.account
    return call.arn("logs", f"log-group:{plain}:log-stream:", account=account)


def _log_stream(call: Call, name: str) -> str:
    group, _, stream = name.rpartition("/")
    plain = group.partition(":log-group:")[2].removesuffix(":*") or group
    return call.arn("logs", f"log-group:{plain}:log-stream:{stream}")


def _iterated(call: Call, iterator: str) -> str:
    """The stream that an iterator of the local cloud reads."""
    if iterator.startswith("arn:"):
        return iterator
    if iterator in (call.text("ShardIterator"), call.text("NextToken")):
        try:
            iterator = str(json.loads(base64.urlsafe_b64decode(iterator))[0])
        except (ValueError, IndexError, TypeError):
            raise Unjudgeable("its iterator is none of the local cloud's") from None
    return call.arn("kinesis", f"stream/{iterator}")


def _global_table(call: Call, name: str) -> str:
    return call.arn("dynamodb", f"global-table/{name}", region="")


def ciphertext_key(call: Call) -> str:
    """The KMS key that a ciphertext was made with."""
    blob = call.request.get("CiphertextBlob")
    try:
        key_id = deserialize_ciphertext_blob(blob if isinstance(blob, bytes) else b"").key_id
    except (struct.error, UnicodeDecodeError) as unreadable:
        raise Unjudgeable("its ciphertext names no key of the local cloud") from unreadable
    return resources.key_arn(call.account, call.region, key_id)


def _catalog(call: Call, _name: str) -> str:
    return call.arn("glue", "catalog")


def _table(call: Call, name: str) -> str:
    return name if name.startswith("arn:") else call.arn("dynamodb", f"table/{name}")


DYNAMODB = Service(
    "dynamodb",
    {
        "table": (
            "TableName",
            "TableArn",
            "TargetTableName",
            "SourceTableName",
            "SourceTableArn",
            "TableCreationParameters.TableName",
            "RequestItems{}",
        ),
        "backup": ("BackupArn",),
        "export": ("ExportArn",),
        "import": ("ImportArn",),
        "stream": ("StreamArn",),
        "global-table": ("GlobalTableName",),
    },
    arns=("ResourceArn",),
    naming={"table": _table, "global-table": _global_table},
    usual={"ListStreams": {"stream": "*/stream/*"}},
    later=_TAGS | {"dynamodb:Attributes", "dynamodb:LeadingKeys"},
)

KINESIS = Service(
    "kinesis",
    {
        "stream": ("StreamARN", "StreamName", "ShardIterator@GetRecords", "NextToken@ListShards"),
        "consumer": ("ConsumerARN",),
        "kmsKey": ("KeyId",),
    },
    arns=("ResourceARN",),
    naming={"stream": _iterated, "kmsKey": _key},
    later=_TAGS,
)

FIREHOSE = Service("firehose", {"deliverystream": ("DeliveryStreamName",)}, later=_TAGS)

SQS = Service(
    "sqs",
    {"queue": ("QueueUrl", "QueueName", "SourceArn", "DestinationArn")},
    actions={
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
        "DeleteMessageBatch": "DeleteMessage",
        "SendMessageBatch": "SendMessage",
    },
    naming={"queue": _queue},
    later=_TAGS,
)

SNS = Service(
    "sns",
    {"topic": ("TopicArn", "TargetArn", "Name")},
    arns=("ResourceArn",),
    actions={"PublishBatch": "Publish"},
    # A message to a telephone has no topic.
    usual={"Publish": {"topic": "*"}},
    later=_TAGS,
)

SECRETSMANAGER = Service(
    "secretsmanager",
    {"Secret": ("SecretId", "Name@CreateSecret")},
    naming={"Secret": _secret},
    usual={"ValidateResourcePolicy": {"Secret": "*"}},
    later=_TAGS
    | {
        "secretsmanager:ResourceTag/*",
        "secretsmanager:resource/*",
        "secretsmanager:SecretPrimaryRegion",
        "secretsmanager:Type",
    },
)

KMS = Service(
    "kms",
    {"key": ("KeyId", "TargetKeyId"), "alias": ("AliasName",)},
    naming={"key": _key, "alias": _alias},
    later=_TAGS
    | {
        "kms:CallerAccount",
        "kms:KeySpec",
        "kms:KeyUsage",
        "kms:KeyOrigin",
        "kms:MultiRegion",
        "kms:ResourceAliases",
        "kms:CustomerMasterKeySpec",
        "kms:CustomerMasterKeyUsage",
    },
)

LOGS = Service(
    "logs",
    {
        "log-group": (
            "logGroupName",
            "logGroupIdentifier",
            "resourceIdentifier",
            "logGroupIdentifiers[]",
            "logGroupNames[]",
            "logGroupArnList[]",
        ),
        "log-stream": ("logGroupName+logStreamName", "logGroupIdentifier+logStreamName"),
        "destination": ("destinationName", "destinationArn"),
        "delivery-destination": ("name", "deliveryDestinationName", "deliveryDestinationArn"),
        "delivery-source": ("name", "deliverySourceName"),
        "delivery": ("id",),
        "anomaly-detector": ("anomalyDetectorArn",),
    },
    arns=("resourceArn",),
    naming={"log-group": _log_group, "log-stream": _log_stream},
    later=_TAGS,
)

CLOUDWATCH = Service(
    "cloudwatch",
    {
        "alarm": ("AlarmName", "AlarmNames[]"),
        "dashboard": ("DashboardName", "DashboardNames[]"),
        "insight-rule": ("RuleName", "RuleNames[]"),
        "metric-stream": ("Name", "Names[]"),
    },
    arns=("ResourceARN",),
    later=_TAGS,
)

ATHENA = Service(
    "athena",
    {
        "workgroup": ("WorkGroup", "Name@WorkGroup"),
        "datacatalog": ("CatalogName", "Name@DataCatalog"),
        "capacity-reservation": ("Name@CapacityReservation",),
    },
    arns=("ResourceARN",),
    usual={
        "StartQueryExecution": {"workgroup": "primary"},
        "CreateNamedQuery": {"workgroup": "primary"},
        "ListNamedQueries": {"workgroup": "primary"},
        "ListQueryExecutions": {"workgroup": "primary"},
        # Queries and their results are of a work group that only the query itself knows.
        **{
            operation: {"workgroup": "*"}
            for operation in (
                "BatchGetNamedQuery",
                "BatchGetQueryExecution",
                "DeleteNamedQuery",
                "GetNamedQuery",
                "GetQueryExecution",
                "GetQueryResults",
                "GetQueryRuntimeStatistics",
                "StopQueryExecution",
                "UpdateNamedQuery",
            )
        },
    },
    later=_TAGS,
)

RDS = Service(
    "rds",
    {
        "db": (
            "DBInstanceIdentifier",
            "SourceDBInstanceIdentifier",
            "TargetDBInstanceIdentifier",
            "DBInstanceIdentifiers[]",
            "ResourceIdentifier",
        ),
        "pg": (
            "DBParameterGroupName",
            "SourceDBParameterGroupIdentifier",
            "TargetDBParameterGroupIdentifier",
        ),
        "og": ("OptionGroupName", "SourceOptionGroupIdentifier", "TargetOptionGroupIdentifier"),
        "subgrp": ("DBSubnetGroupName",),
        "secgrp": ("DBSecurityGroupName", "DBSecurityGroups[]"),
        "snapshot": (
            "DBSnapshotIdentifier",
            "SourceDBSnapshotIdentifier",
            "TargetDBSnapshotIdentifier",
            "FinalDBSnapshotIdentifier",
        ),
        "cluster": ("DBClusterIdentifier", "SourceDBClusterIdentifier", "DBClusterIdentifiers[]"),
        "cluster-pg": (
            "DBClusterParameterGroupName",
            "SourceDBClusterParameterGroupIdentifier",
            "TargetDBClusterParameterGroupIdentifier",
        ),
        "cluster-snapshot": (
            "DBClusterSnapshotIdentifier",
            "SourceDBClusterSnapshotIdentifier",
            "TargetDBClusterSnapshotIdentifier",
        ),
        "cluster-endpoint": ("DBClusterEndpointIdentifier",),
        "es": ("SubscriptionName",),
        "global-cluster": ("GlobalClusterIdentifier",),
        "integration": ("IntegrationIdentifier",),
        "proxy": ("DBProxyName",),
        "proxy-endpoint": ("DBProxyEndpointName",),
        "auto-backup": ("DBInstanceAutomatedBackupsArn",),
        "deployment": ("BlueGreenDeploymentIdentifier",),
        "shardgrp": ("DBShardGroupIdentifier",),
        "ri": ("ReservedDBInstanceId",),
    },
    arns=("ResourceName", "ResourceArn", "SourceArn", "SourceDBInstanceArn"),
    later=_TAGS
    | {
        f"rds:{kind}-tag/*"
        for kind in (
            "cluster",
            "cluster-pg",
            "cluster-snapshot",
            "db",
            "es",
            "og",
            "pg",
            "ri",
            "secgrp",
            "snapshot",
            "subgrp",
        )
    },
)

#: Glue asks for a resource and for all that it lies in; :mod:`.others` adds those.
GLUE = Service(
    "glue",
    {
        "database": ("DatabaseName", "Name@Database", "DatabaseInput.Name@CreateDatabase"),
        "table": (
            "DatabaseName+Name@Table",
            "DatabaseName+TableName",
            "DatabaseName+TableInput.Name@Table",
            "DatabaseName+TablesToDelete[]",
        ),
        "job": ("JobName", "JobNames[]", "Name@Job"),
        "crawler": ("CrawlerName", "CrawlerNames[]", "Name@Crawler"),
        "connection": ("ConnectionName", "ConnectionInput.Name", "ConnectionNameList[]", "Name@Connection"),
        "trigger": ("TriggerNames[]", "Name@Trigger"),
        "workflow": ("WorkflowName", "Names[]@Workflows", "Name@Workflow"),
        "blueprint": ("BlueprintName", "Names[]@Blueprints", "Name@Blueprint"),
        "session": ("SessionId", "Id@Session"),
        "registry": ("RegistryId.RegistryName", "RegistryName"),
        "schema": ("SchemaId.SchemaName", "SchemaName"),
        "dataQualityRuleset": ("RulesetNames[]", "Name@DataQualityRuleset"),
        "userdefinedfunction": ("DatabaseName+FunctionName",),
        "devendpoint": ("EndpointName",),
        "mlTransform": ("TransformId",),
        "usageProfile": ("Name@UsageProfile",),
    },
    arns=("ResourceArn",),
    naming={"catalog": _catalog, "rootcatalog": _catalog},
    later=_TAGS,
)

#: By botocore's name of the service.
SERVICES = {
    "athena": ATHENA,
    "cloudwatch": CLOUDWATCH,
    "dynamodb": DYNAMODB,
    "dynamodbstreams": DYNAMODB,
    "firehose": FIREHOSE,
    "glue": GLUE,
    "kinesis": KINESIS,
    "kms": KMS,
    "logs": LOGS,
    "rds": RDS,
    "secretsmanager": SECRETSMANAGER,
    "sns": SNS,
    "sqs": SQS,
}
