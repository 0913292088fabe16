"""What is there after an apply, and how to reach it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.config import ROOT, Settings


@dataclass(frozen=True)
class Entry:
    """One thing of the environment.

    Attributes
    ----------
    what
        Its kind, in AWS's words.
    name
        Its name there.
    where
        Address, URL or ARN.
    commands
        Lines for a shell that reach it.
    """

    what: str
    name: str
    where: str
    commands: tuple[str, ...] = ()


def describe(settings: Settings, outputs: Mapping[str, Any]) -> list[Entry]:
    """The environment, as Terraform's outputs tell it.

    Parameters
    ----------
    settings
        The target.
    outputs
        Values of the root module's outputs.
    """
    aws = aws_command(settings)
    return [
        *_databases(settings, outputs.get("databases", {}), aws),
        *(
            Entry("DynamoDB table", table, "dynamodb", (f"{aws} dynamodb scan --table-name {table}",))
            for table in outputs.get("tables", {}).values()
        ),
        *(
            Entry("S3 bucket", bucket, f"s3://{bucket}", (f"{aws} s3 ls s3://{bucket} --recursive",))
            for bucket in outputs.get("buckets", {}).values()
        ),
        *(
            Entry(
                "Kinesis stream",
                name,
                "kinesis",
                (f"{aws} kinesis describe-stream-summary --stream-name {name}",),
            )
            for name in outputs.get("streams", {}).values()
        ),
        *(
            Entry("SQS queue", url.rpartition("/")[2], url, (f"{aws} sqs receive-message --queue-url {url}",))
            for url in outputs.get("queues", {}).values()
        ),
        *_analytics(outputs.get("analytics") or {}, aws),
        *_application(outputs),
    ]


def _databases(settings: Settings, databases: Mapping[str, Any], aws: str) -> Iterator[Entry]:
    authority = settings.authority_file
    for database in databases.values():
        host, port, user = database["address"], database["port"], database["user"]
        shown = _short(authority) if authority else "global-bundle.pem"
        if database["engine"] == "postgres":
            connect = (
                f'psql "host={host} port={port} user={user} dbname=rentio '
                f'sslmode=verify-full sslrootcert={shown}"'
            )
        else:
            connect = f"mysql -h {host} -P {port} -u {user} -p --ssl-ca={shlex.quote(shown)} rentio"
        password = (
            f"{aws} secretsmanager get-secret-value --secret-id '{database['secret_arn']}' "
            "--query SecretString --output text"
        )
        yield Entry(
            f"DB instance ({database['engine']})",
            database["identifier"],
            f"{host}:{port}",
            (connect, f"{password}   # its password"),
        )


def _analytics(analytics: Mapping[str, Any], aws: str) -> Iterator[Entry]:
    if not analytics:
        return
    lab = _short(ROOT / ".venv" / "bin" / "lab")
    machine = analytics["state_machine"]
    yield Entry("Glue job", analytics["job"], "glue", (f"{lab} glue run {analytics['job']}",))
    yield Entry("Glue crawler", analytics["crawler"], "glue", (f"{lab} crawl {analytics['crawler']}",))
    yield Entry(
        "Athena work group",
        analytics["work_group"],
        analytics["database"],
        (f"{lab} athena 'SHOW TABLES'",),
    )
    yield Entry(
        "state machine",
        machine.rpartition(":")[2],
        machine,
        (f"{aws} stepfunctions start-execution --state-machine-arn {machine}",),
    )


def _application(outputs: Mapping[str, Any]) -> Iterator[Entry]:
    url = (outputs.get("application") or {}).get("url")
    if url:
        yield Entry("load balancer", url.rpartition("//")[2].partition(".")[0], url)
    bastion = (outputs.get("bastion") or {}).get("instance_id")
    if bastion:
        yield Entry("bastion", bastion, outputs["bastion"].get("public_ip") or "-")


def aws_command(settings: Settings) -> str:
    """How the AWS CLI is called for this target."""
    if settings.target == "aws":
        return "aws"
    default = Settings().gateway_port == settings.gateway_port
    prefix = "" if default else f"AWS_ENDPOINT_URL={settings.endpoint_url} "
    return f"{prefix}{_short(ROOT / '.venv' / 'bin' / 'awslocal')}"


def _short(path: Path) -> str:
    """A path as a user in the checkout would type it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
