"""What readers see of what a job has published: the manifest, Athena's answers, the objects."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.glue_jobs.conftest import LIMIT
from tests.waiting import wait_for

Client = Callable[[str], Any]


def manifest(client: Client, bucket: str, prefix: str) -> dict[str, Any]:
    """What is published below a prefix."""
    body = client("s3").get_object(Bucket=bucket, Key=f"{prefix}/_manifest.json")["Body"].read()
    found: dict[str, Any] = json.loads(body)
    return found


def runs(client: Client, bucket: str, prefix: str) -> set[str]:
    """The runs of which anything lies below a prefix."""
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/runs/")
    return {
        each["Key"].removeprefix(f"{prefix}/runs/").split("/")[0]
        for page in pages
        for each in page.get("Contents", [])
    }


def ask(client: Client, bucket: str, database: str, sql: str) -> list[str | None]:
    """The one row that Athena answers with."""
    athena = client("athena")
    query = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": database},
        ResultConfiguration={"OutputLocation": f"s3://{bucket}/athena/"},
    )["QueryExecutionId"]

    def ended() -> Any:
        found = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        return found if found["State"] not in ("QUEUED", "RUNNING") else None

    status = wait_for(ended, LIMIT)
    assert status["State"] == "SUCCEEDED", status
    _, row = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    return [cell.get("VarCharValue") for cell in row["Data"]]
