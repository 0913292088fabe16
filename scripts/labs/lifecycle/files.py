"""Judges what is read from files in S3 and from the catalog, on files that a check makes."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from scripts.labs.lifecycle import given
from scripts.labs.lifecycle.given import mapping
from scripts.labs.outcome import require
from scripts.labs.work import Work

#: What lab.yaml says; on AWS a crawl takes a minute or two.
_CRAWL_SECONDS = 300


def check_published(work: Work) -> None:
    bucket = given.bucket(work)
    s3 = work.session.client("s3")
    # A table that changed with an earlier run, one with two files, and a run that nothing names.
    places = {"dim_products": ("runs/0001/dim_products/", 1), "fact_orders": ("runs/0002/fact_orders/", 3)}
    for location, count in (*places.values(), ("runs/0001/fact_orders/", 2)):
        for number in range(count):
            s3.put_object(
                Bucket=bucket, Key=f"gold/{location}order_year=2004/part-{number}.parquet", Body=b""
            )
        s3.put_object(Bucket=bucket, Key=f"gold/{location}_SUCCESS", Body=b"")
    manifest = {
        "run": "0002",
        "order_lines": 41,
        "order_amount": "1203.05",
        "tables": {name: {"location": location} for name, (location, _) in places.items()},
    }
    s3.put_object(Bucket=bucket, Key="gold/_manifest.json", Body=json.dumps(manifest).encode())
    found = mapping(work.call("published", bucket, "gold").result, {"run", "lines", "amount", "files"})
    require(
        found["run"] == "0002",
        "run is not the published one.",
        seen=str(found["run"]),
        expected="what the manifest says",
    )
    require(
        found["lines"] == 41,
        "lines is not what the run counted.",
        seen=str(found["lines"]),
        expected="a whole number from the manifest",
    )
    require(
        isinstance(found["amount"], Decimal) and found["amount"] == Decimal("1203.05"),
        "amount is not the exact sum.",
        seen=f"{found['amount']!r}",
        expected="a Decimal, made from the manifest's text",
    )
    require(
        found["files"] == {name: count for name, (_, count) in places.items()},
        "files does not count the published Parquet files.",
        seen=str(found["files"]),
        expected="each table of the manifest with the Parquet files below its location, and no others",
    )


def check_inspect(work: Work) -> None:
    bucket = given.bucket(work)
    for compression, rows, size in (("snappy", 25, 10), ("gzip", 7, 7)):
        table = pa.table({"orderNumber": range(rows), "status": ["Shipped"] * rows, "amount": [1.5] * rows})
        body = io.BytesIO()
        pq.write_table(table, body, compression=compression, row_group_size=size)
        work.session.client("s3").put_object(
            Bucket=bucket, Key=f"{compression}.parquet", Body=body.getvalue()
        )
        wanted = {
            "rows": rows,
            "row_groups": -(-rows // size),
            "columns": ["orderNumber", "status", "amount"],
            "compression": compression,
        }
        found = mapping(work.call("inspect", bucket, f"{compression}.parquet").result, set(wanted))
        for name, value in wanted.items():
            require(
                found[name] == value,
                f"{name} is not what the file says.",
                seen=str(found[name]),
                expected="what the file's own metadata tells",
            )


def check_crawl(work: Work) -> None:
    bucket, role = given.bucket(work), given.role(work, "crawler")
    database, crawler = f"{work.workspace.database_user}_crawled", work.name("crawler")
    _forget(work, database, crawler)
    work.afterwards(lambda: _forget(work, database, crawler))
    work.session.client("glue").create_database(DatabaseInput={"Name": database})
    for key, columns in (
        ("lake/places/part-0.parquet", {"place": ["Lyon"], "country": ["France"]}),
        ("lake/sales/year=2003/part-0.parquet", {"amount": [1.5, 2.5]}),
        ("lake/sales/year=2004/part-0.parquet", {"amount": [3.5]}),
    ):
        body = io.BytesIO()
        pq.write_table(pa.table(columns), body)
        work.session.client("s3").put_object(Bucket=bucket, Key=key, Body=body.getvalue())
    path = f"s3://{bucket}/lake/"
    found = mapping(work.call("crawl", crawler, role, database, path, seconds=_CRAWL_SECONDS).result, set())
    require(
        set(found) == {"places", "sales"},
        "The tables are not those of the folders.",
        seen=", ".join(sorted(found)) or "no table",
        expected="one table for each folder below the path, once the crawler has ended",
    )
    require(
        list(found["places"]) == ["country", "place"],
        "The columns of a table are not those of its files.",
        seen=str(found["places"]),
        expected="the names of all its columns, sorted",
    )
    require(
        list(found["sales"]) == ["amount", "year"],
        "The partition keys are missing among the columns.",
        seen=str(found["sales"]),
        expected="columns and partition keys together, sorted",
    )


def _forget(work: Work, database: str, crawler: str) -> None:
    glue = work.session.client("glue")
    with suppress(glue.exceptions.EntityNotFoundException):
        glue.delete_database(Name=database)
    with suppress(glue.exceptions.EntityNotFoundException):
        glue.delete_crawler(Name=crawler)
