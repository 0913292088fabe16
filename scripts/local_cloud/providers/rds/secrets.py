"""Master passwords that RDS keeps in Secrets Manager.

The secret belongs to RDS: it goes with the instance, is rotated by RDS (LocalStack's own rotation would want
a Lambda function), and nobody else may write or delete it.
"""

from __future__ import annotations

import json
import secrets
import string
import uuid
from collections.abc import Callable

from botocore.exceptions import ClientError
from localstack.aws import handlers
from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.aws.protocol.serializer import create_serializer
from localstack.http import Response

from scripts.local_cloud.providers.framework import Request, error
from scripts.local_cloud.providers.rds.model import LOCK, DBInstance, MasterSecret, all_instances
from scripts.local_cloud.providers.rds.neighbours import client, key_arn

PREFIX = "rds!db-"

#: LocalStack lets no name hold "!" without this tag, which it removes.
_BYPASS = {"Key": "BYPASS_SECRET_ID_VALIDATION", "Value": "1"}
_OWNER = {"Key": "aws:secretsmanager:owningService", "Value": "rds"}
_OWNED_ALONE = frozenset(
    {
        "DeleteSecret",
        "PutSecretValue",
        "RestoreSecret",
        "UpdateSecret",
        "UpdateSecretVersionStage",
        "CancelRotateSecret",
    }
)
# Without what RDS refuses in a password: slash, at sign, quotes, space.
_ALPHABET = string.ascii_letters + string.digits + "!#$()*+-.:<=>?[]_{|}~"
_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#$()*+-.:<=>?[]_{|}~")


def new_password() -> str:
    """28 random characters, as AWS makes them, with one of each kind at least."""
    while True:
        password = "".join(secrets.choice(_ALPHABET) for _ in range(28))
        if all(set(password) & set(kind) for kind in _CLASSES):
            return password


def key(instance: DBInstance, kms_key_id: str | None) -> str:
    """ARN of the key asked for, or of the one that AWS manages for secrets."""
    return key_arn(instance.account_id, instance.region, kms_key_id or "alias/aws/secretsmanager")


def create(instance: DBInstance, password: str, key: str) -> MasterSecret:
    """Make the secret of an instance's master user, encrypted with the key of that ARN."""
    name = f"{PREFIX}{uuid.uuid4()}"
    answer = client("secretsmanager", instance.account_id, instance.region).create_secret(
        Name=name,
        Description=f"Secret associated with primary RDS DB instance: {instance.arn}",
        KmsKeyId=key,
        SecretString=_document(instance, password),
        Tags=[_BYPASS, _OWNER, {"Key": "aws:rds:primaryDBInstanceArn", "Value": instance.arn}],
    )
    return MasterSecret(answer["ARN"], name, key)


def store_password(instance: DBInstance, password: str, token: str | None = None) -> None:
    """A new version of the secret, which becomes the current one."""
    if instance.secret:
        client("secretsmanager", instance.account_id, instance.region).put_secret_value(
            SecretId=instance.secret.arn,
            SecretString=_document(instance, password),
            ClientRequestToken=token or str(uuid.uuid4()),
        )


def delete(instance: DBInstance, secret: MasterSecret) -> None:
    """Remove the secret at once, as AWS does with the secret of an instance that is deleted."""
    try:
        client("secretsmanager", instance.account_id, instance.region).delete_secret(
            SecretId=secret.arn, ForceDeleteWithoutRecovery=True
        )
    except ClientError as gone:
        if gone.response["Error"]["Code"] != "ResourceNotFoundException":
            raise


def _document(instance: DBInstance, password: str) -> str:
    return json.dumps({"username": instance.master_username, "password": password})


class OwnedSecrets:
    """LocalStack request handler: answers for the secrets that belong to RDS before Secrets Manager does.

    Parameters
    ----------
    rotate
        Starts the rotation of an instance's password and returns; gets the instance and the id of the
        secret's new version.
    """

    def __init__(self, rotate: Callable[[DBInstance, str], None]) -> None:
        self._rotate = rotate

    def install(self) -> None:
        """Stand in front of Secrets Manager from now on."""
        handlers.serve_custom_service_request_handlers.append(self)

    def __call__(self, chain: HandlerChain, context: RequestContext, response: Response) -> None:
        if context.service is None or context.service.service_name != "secretsmanager":
            return
        request = context.service_request or {}
        instance = _owner(request.get("SecretId"))
        # RDS's own calls come from inside this process.
        if instance is None or instance.secret is None or context.is_internal_call:
            return
        operation = context.operation.name
        # LocalStack finds a name with "!" by its ARN only.
        request["SecretId"] = instance.secret.arn
        if operation in _OWNED_ALONE:
            raise error(
                "InvalidRequestException",
                f"You can't perform {operation} on the secret {instance.secret.name}: it is managed by rds. "
                "Use RotateSecret, or ModifyDBInstance of the DB instance that it belongs to.",
            )
        if operation == "RotateSecret":
            answer = self._rotated(instance, instance.secret, request)
            serializer = create_serializer(context.service, context.protocol)
            response.update_from(
                serializer.serialize_to_response(
                    answer, context.operation, context.request.headers, context.request_id
                )
            )
            chain.stop()

    def _rotated(self, instance: DBInstance, secret: MasterSecret, request: Request) -> dict[str, str]:
        if request.get("RotationLambdaARN") or request.get("ExternalSecretRotationRoleArn"):
            raise error(
                "InvalidRequestException",
                f"The secret {secret.name} is managed by rds, which rotates it without a Lambda function.",
            )
        if request.get("RotationRules") or request.get("RotateImmediately") is False:
            raise error(
                "InvalidRequestException",
                "The local cloud rotates a managed secret when it is asked to and has no schedule for it: "
                "call RotateSecret without RotationRules.",
            )
        token = request.get("ClientRequestToken") or str(uuid.uuid4())
        self._rotate(instance, token)
        return {"ARN": secret.arn, "Name": secret.name, "VersionId": token}


def _owner(secret_id: str | None) -> DBInstance | None:
    if not secret_id or PREFIX not in secret_id:
        return None
    with LOCK:
        for instance in all_instances():
            secret = instance.secret
            # AWS also finds a secret by its ARN without the six random characters.
            if secret and secret_id in (secret.arn, secret.name, secret.arn[:-7]):
                return instance
    return None
