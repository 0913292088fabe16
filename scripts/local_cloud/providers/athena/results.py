"""GetQueryResults: pages of the object that the query left in S3."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to

from scripts.local_cloud.providers.athena import objects
from scripts.local_cloud.providers.athena.history import Execution, found
from scripts.local_cloud.providers.athena.service import answers, invalid
from scripts.local_cloud.providers.framework import Fidelity, Request, Response

_MOST = 1000


@answers("GetQueryResults", Fidelity.REAL)
def _get(context: RequestContext, request: Request) -> Response:
    execution = found(context, request["QueryExecutionId"])
    most = request.get("MaxResults") or _MOST
    if not 1 <= most <= _MOST:
        raise invalid(f"MaxResults is more than maximum allowed length {_MOST}")
    if execution.state in {"QUEUED", "RUNNING"}:
        raise invalid(f"Query has not yet finished. Current state: {execution.state}")
    if execution.state == "CANCELLED":
        raise invalid("Could not find results")
    if execution.state != "SUCCEEDED":
        raise invalid(f"Query did not finish successfully. Final query state: {execution.state}")
    offset = _offset(request.get("NextToken"), request["QueryExecutionId"])
    rows, after = _rows(execution, offset, most)
    answer: Response = {
        "ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": execution.columns}},
    }
    if (count := execution.update_count) is not None:
        answer["UpdateCount"] = count
    if after is not None:
        told = json.dumps([request["QueryExecutionId"], after]).encode()
        answer["NextToken"] = base64.urlsafe_b64encode(told).decode()
    return answer


def _offset(token: str | None, query_id: str) -> int:
    if not token:
        return 0
    try:
        whose, offset = json.loads(base64.urlsafe_b64decode(token))
    except ValueError as why:
        raise invalid(f"Malformed nextPageToken {token}") from why
    if whose != query_id or not isinstance(offset, int):
        raise invalid(f"Malformed nextPageToken {token}")
    return offset


def _rows(execution: Execution, offset: int, most: int) -> tuple[list[dict[str, Any]], int | None]:
    """So many rows from an offset in the object, and the offset of the next one if there is one."""
    if not execution.result:
        return [], None
    bucket, key = objects.split(execution.result)
    s3 = connect_to(aws_access_key_id=execution.account, region_name=execution.region).s3
    try:
        size = s3.head_object(Bucket=bucket, Key=key)["ContentLength"]
        if offset >= size:
            return [], None
        body = s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={offset}-")["Body"]
    except ClientError as why:
        raise invalid(
            f"Could not find results: {why.response['Error']['Message']}: {execution.result}"
        ) from why
    rows = []
    for cells, length in _csv(body) if execution.is_csv else _lines(body):
        rows.append({"Data": [{} if each is None else {"VarCharValue": each} for each in cells]})
        offset += length
        if len(rows) == most:
            break
    # A page that is full has a token, even where nothing follows.
    return rows, offset if len(rows) == most else None


def _split(body: Any) -> Iterator[bytes]:
    """At line feeds alone, which the values' own carriage returns are not."""
    pending = b""
    for chunk in body.iter_chunks(1 << 16):
        *lines, pending = (pending + chunk).split(b"\n")
        for each in lines:
            yield each + b"\n"
    if pending:
        yield pending


def _lines(body: Any) -> Iterator[tuple[list[str | None], int]]:
    """A line is one value."""
    for line in _split(body):
        yield [line.decode().removesuffix("\n")], len(line)


def _csv(body: Any) -> Iterator[tuple[list[str | None], int]]:
    """Values in double quotes, and NULL as nothing; a value may go over lines."""
    pending = b""
    for line in _split(body):
        pending += line
        if pending.count(b'"') % 2 == 0:
            yield _cells(pending.decode().removesuffix("\n")), len(pending)
            pending = b""


def _cells(line: str) -> list[str | None]:
    cells: list[str | None] = []
    at = 0
    while True:
        if line[at : at + 1] == '"':
            end = at + 1
            while line[end : end + 1] != '"' or line[end + 1 : end + 2] == '"':
                end += 2 if line[end] == '"' else 1
            cells.append(line[at + 1 : end].replace('""', '"'))
            at = end + 1
        else:
            cells.append(None)
        if line[at : at + 1] != ",":
            return cells
        at += 1
