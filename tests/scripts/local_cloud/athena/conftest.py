"""A bucket, a database and a work group for each test, and queries that are waited for."""

from __future__ import annotations

import io
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError


@dataclass(frozen=True)
class Lab:
    """Where a test's queries run.

    Attributes
    ----------
    name
        Of the bucket, the database and the work group.
    """

    client: Callable[[str], Any]
    name: str

    @property
    def athena(self) -> Any:
        return self.client("athena")

    @property
    def s3(self) -> Any:
        return self.client("s3")

    @property
    def glue(self) -> Any:
        return self.client("glue")

    def uri(self, key: str) -> str:
        return f"s3://{self.name}/{key}"

    def start(self, sql: str, **more: Any) -> str:
        """Start a query in the test's database and work group."""
        context = {"Database": self.name.replace("-", "_")}
        given = {"WorkGroup": self.name, "QueryExecutionContext": context, **more}
        found: str = self.athena.start_query_execution(QueryString=sql, **given)["QueryExecutionId"]
        return found

    def wait(self, query_id: str, *states: str) -> dict[str, Any]:
        """The execution when it has ended, or is in one of the states."""
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.athena.get_query_execution(QueryExecutionId=query_id)[
                "QueryExecution"
            ]
            if found["Status"]["State"] in (states or ("SUCCEEDED", "FAILED", "CANCELLED")):
                return found
            time.sleep(0.05)
        raise AssertionError(f"{query_id} does not end: {found}")

    def run(self, sql: str, **more: Any) -> dict[str, Any]:
        """Run a query that must succeed."""
        found = self.wait(self.start(sql, **more))
        assert found["Status"]["State"] == "SUCCEEDED", found["Status"]
        return found

    def fail(self, sql: str, **more: Any) -> str:
        """Why a query fails that must."""
        found = self.wait(self.start(sql, **more))
        assert found["Status"]["State"] == "FAILED", found["Status"]
        reason: str = found["Status"]["StateChangeReason"]
        return reason

    def refuse(self, sql: str, **more: Any) -> str:
        """Why a query that must not begin does not."""
        with pytest.raises(ClientError) as refused:
            self.start(sql, **more)
        assert refused.value.response["Error"]["Code"] == "InvalidRequestException"
        message: str = refused.value.response["Error"]["Message"]
        return message

    def rows(self, sql: str, **more: Any) -> list[list[str | None]]:
        """The rows of a query, without the header."""
        return self.rows_of(self.run(sql, **more))

    def rows_of(self, execution: dict[str, Any]) -> list[list[str | None]]:
        rows: list[list[str | None]] = []
        pages = self.athena.get_paginator("get_query_results")
        for page in pages.paginate(QueryExecutionId=execution["QueryExecutionId"]):
            rows += [[each.get("VarCharValue") for each in row["Data"]] for row in page["ResultSet"]["Rows"]]
        return rows[1:] if execution["SubstatementType"] == "SELECT" else rows

    def told(self, sql: str, **more: Any) -> list[str]:
        """The lines of a statement that only tells."""
        return [each[0] or "" for each in self.rows(sql, **more)]

    def body(self, uri: str) -> str:
        """Text of an object in the test's bucket."""
        key = uri.removeprefix(self.uri(""))
        text: str = self.s3.get_object(Bucket=self.name, Key=key)["Body"].read().decode()
        return text

    def parquet(self, key: str, **columns: Any) -> None:
        """Store a Parquet file with these columns."""
        buffer = io.BytesIO()
        pq.write_table(pa.table(columns), buffer)
        self.s3.put_object(Bucket=self.name, Key=key, Body=buffer.getvalue())

    def text(self, key: str, body: str) -> None:
        self.s3.put_object(Bucket=self.name, Key=key, Body=body.encode())


@pytest.fixture
def lab(client: Callable[[str], Any]) -> Iterator[Lab]:
    """A bucket, a database and a work group of the test's own."""
    name = f"athena-{uuid.uuid4().hex[:10]}"
    client("s3").create_bucket(Bucket=name)
    client("glue").create_database(DatabaseInput={"Name": name.replace("-", "_")})
    client("athena").create_work_group(
        Name=name,
        Configuration={
            "ResultConfiguration": {"OutputLocation": f"s3://{name}/results/"},
            "EnforceWorkGroupConfiguration": True,
        },
    )
    yield Lab(client, name)
    client("athena").delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)
