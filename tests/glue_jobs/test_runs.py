"""The job from a real database to the catalog, through the API only."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import boto3
import psutil
import pyarrow.parquet as pq
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from glue_jobs import star_schema
from scripts import aws, connections
from scripts.connections import Access
from scripts.local_cloud.localstack import LocalStack
from tests.conftest import Cloud, free_port
from tests.glue_jobs import lake as seen
from tests.glue_jobs.conftest import (
    DATABASE,
    NAME,
    Job,
    allow,
    connect,
    figures_of,
    make_role,
    make_source,
)
from tests.waiting import wait_for

LINES, ORDERS = 2996, 326


@dataclass(frozen=True)
class Lake:
    """What lies in the bucket and in the catalog at one moment."""

    figures: dict[str, Any]
    manifest: dict[str, Any]
    objects: dict[str, str]
    tables: dict[str, Any]
    partitions: dict[tuple[str, ...], str]


def look(client: Callable[[str], Any], bucket: str, figures: dict[str, Any]) -> Lake:
    s3, glue = client("s3"), client("glue")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="gold/runs/")
    objects = {each["Key"]: each["ETag"] for page in pages for each in page.get("Contents", [])}
    manifest = json.loads(s3.get_object(Bucket=bucket, Key="gold/_manifest.json")["Body"].read())
    tables = {each["Name"]: each for each in glue.get_tables(DatabaseName=DATABASE)["TableList"]}
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName=DATABASE, TableName="fact_orders")
    partitions = {
        tuple(each["Values"]): each["StorageDescriptor"]["Location"]
        for page in pages
        for each in page["Partitions"]
    }
    return Lake(figures, manifest, objects, tables, partitions)


def facts(client: Callable[[str], Any], bucket: str, lake: Lake) -> list[dict[str, Any]]:
    """Every row of the facts, from the files of the catalog's partitions."""
    rows: list[dict[str, Any]] = []
    for location in lake.partitions.values():
        prefix = location.removeprefix(f"s3://{bucket}/")
        for key in [each for each in lake.objects if each.startswith(prefix)]:
            content = client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
            rows += pq.read_table(io.BytesIO(content)).to_pylist()
    return rows


@pytest.fixture(scope="session")
def first(job: Job, lake: str, client: Callable[[str], Any]) -> Lake:
    """The lake after the first run."""
    return look(client, lake, figures_of(job, job.run()))


@dataclass(frozen=True)
class Second:
    """The lake after a run with new orders, and what was found there just before and after another run."""

    lake: Lake
    tag: str
    again: dict[str, Any]
    tag_again: str


@pytest.fixture(scope="session")
def second(first: Lake, job: Job, lake: str, source: Access, client: Callable[[str], Any]) -> Second:
    """One new order of two lines, a run, and another run with nothing new."""
    with connections.mysql(source, "classicmodels") as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders SELECT 99999, orderDate, requiredDate, NULL, 'In Process', NULL, "
            "customerNumber FROM orders ORDER BY orderNumber LIMIT 1"
        )
        cursor.execute(
            "INSERT INTO orderdetails SELECT 99999, productCode, 3, 10.10, orderLineNumber "
            "FROM orderdetails ORDER BY orderNumber, orderLineNumber LIMIT 2"
        )
    head = {"Bucket": lake, "Key": "gold/_manifest.json"}
    after = look(client, lake, figures_of(job, job.run()))
    tag = client("s3").head_object(**head)["ETag"]
    again = figures_of(job, job.run())
    return Second(after, tag, again, client("s3").head_object(**head)["ETag"])


def test_the_facts_in_the_lake_are_the_order_lines_of_the_database(
    first: Lake, lake: str, client: Callable[[str], Any]
) -> None:
    rows = facts(client, lake, first)
    assert len(rows) == LINES
    amount = sum((row["quantityOrdered"] * row["priceEach"] for row in rows), Decimal(0))
    assert sum((row["orderAmount"] for row in rows), Decimal(0)) == amount
    assert (first.figures["order_lines"], Decimal(first.figures["order_amount"])) == (LINES, amount)
    assert first.figures["published"] is True


def test_the_catalog_shows_what_was_published_and_nothing_else(first: Lake, lake: str) -> None:
    assert set(first.tables) == {
        "dim_customers", "dim_products", "dim_dates", "dim_locations", "fact_orders",
    }  # fmt: skip
    for name, table in first.tables.items():
        where = table["StorageDescriptor"]["Location"]
        assert where == f"s3://{lake}/gold/{first.manifest['tables'][name]['location']}"
        assert table["Parameters"]["classification"] == "parquet"
    keys = [(each["Name"], each["Type"]) for each in first.tables["fact_orders"]["PartitionKeys"]]
    assert keys == [("order_year", "int"), ("order_month", "int")]
    files = [key for key in first.objects if "/fact_orders/" in key]
    assert len(first.partitions) == len({key.rpartition("/")[0] for key in files}) > 12
    assert all(key.endswith(".snappy.parquet") for key in first.objects)


def test_new_orders_are_added_and_nothing_else_is_written(
    first: Lake, second: Second, lake: str, client: Callable[[str], Any]
) -> None:
    after = second.lake
    assert after.figures["order_lines"] == LINES + 2
    new = [row for row in facts(client, lake, after) if row["orderNumber"] == 99999]
    assert [row["orderAmount"] for row in new] == [Decimal("30.30")] * 2
    before_tags = sorted(tag for key, tag in first.objects.items() if "/fact_orders/" in key)
    location = after.manifest["tables"]["fact_orders"]["location"]
    after_tags = sorted(tag for key, tag in after.objects.items() if location in key)
    assert len(set(after_tags) - set(before_tags)) == 1, (
        "one month was written, the others are the same objects"
    )
    same = [name for name in after.tables if name.startswith("dim_")]
    assert all(after.manifest["tables"][name] == first.manifest["tables"][name] for name in same)
    assert all(f"gold/{location}" in where for where in after.partitions.values())


def test_a_run_with_nothing_new_changes_nothing(second: Second) -> None:
    assert second.again["published"] is False
    assert second.tag == second.tag_again


def test_a_crawl_of_the_published_tables_reads_them_where_the_catalog_says(
    first: Lake, lake: str, client: Callable[[str], Any]
) -> None:
    glue = client("glue")
    role = make_role(
        client("iam"),
        f"{NAME}-crawler",
        allow("s3:ListBucket", resource=f"arn:aws:s3:::{lake}"),
        allow("s3:GetObject", resource=f"arn:aws:s3:::{lake}/gold/*"),
        allow("glue:*"),
    )
    glue.create_crawler(
        Name=f"{NAME}-gold",
        Role=role,
        Targets={"CatalogTargets": [{"DatabaseName": DATABASE, "Tables": sorted(first.tables)}]},
        SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"},
    )
    before = look(client, lake, {})
    glue.start_crawler(Name=f"{NAME}-gold")
    last = wait_for(lambda: glue.get_crawler(Name=f"{NAME}-gold")["Crawler"].get("LastCrawl"))
    assert last["Status"] == "SUCCEEDED", last
    after = look(client, lake, {})
    assert after.partitions == before.partitions
    for name, table in after.tables.items():
        assert table["StorageDescriptor"]["Columns"] == before.tables[name]["StorageDescriptor"]["Columns"]
    assert int(after.tables["fact_orders"]["Parameters"]["recordCount"]) >= LINES


def process_of(cloud: Cloud, run: str) -> psutil.Process | None:
    found = LocalStack(cloud.settings).running()
    parent = found.process() if found else None
    assert parent is not None
    for child in parent.children():
        try:
            if any(run in part for part in child.cmdline()):
                return child
        except psutil.Error:
            continue
    return None


def test_a_run_that_is_killed_while_it_writes_shows_nothing(
    first: Lake, cloud: Cloud, job: Job, lake: str, client: Callable[[str], Any]
) -> None:
    before = look(client, lake, {})
    run_id = job.start(target_path=f"s3://{lake}/gold/killed")
    wait_for(
        lambda: (
            client("s3").list_objects_v2(Bucket=lake, Prefix="gold/killed/runs/").get("Contents")
            or job.get(run_id).get("ErrorMessage")
        )
    )
    process = process_of(cloud, run_id)
    assert process, job.get(run_id)
    family = [process, *process.children(recursive=True)]
    process.kill()
    run = job.end(run_id)
    assert (run["JobRunState"], "SIGKILL" in run["ErrorMessage"]) == ("FAILED", True)
    assert not client("s3").list_objects_v2(Bucket=lake, Prefix="gold/killed/_manifest").get("Contents")
    after = look(client, lake, {})
    assert (after.partitions, after.manifest) == (before.partitions, before.manifest)
    assert [each["StorageDescriptor"] for each in after.tables.values()] == [
        each["StorageDescriptor"] for each in before.tables.values()
    ]
    wait_for(lambda: not any(each.is_running() for each in family))


def test_a_source_that_is_down_fails_the_run_which_says_so_and_writes_nothing(
    job: Job, lake: str, client: Callable[[str], Any]
) -> None:
    glue = client("glue")
    properties = glue.get_connection(Name=f"{NAME}-source")["Connection"]["ConnectionProperties"]
    url = f"jdbc:mysql://127.0.0.1:{free_port()}/classicmodels"
    glue.create_connection(
        ConnectionInput={
            "Name": f"{NAME}-down",
            "ConnectionType": "JDBC",
            "ConnectionProperties": {**properties, "JDBC_CONNECTION_URL": url},
        }
    )
    run = job.end(job.start(glue_connection=f"{NAME}-down", target_path=f"s3://{lake}/gold/down"))
    assert run["JobRunState"] == "FAILED"
    assert "Connection refused" in run["ErrorMessage"]
    assert not client("s3").list_objects_v2(Bucket=lake, Prefix="gold/down").get("Contents")


def test_an_order_that_moves_to_another_month_and_one_that_is_deleted_change_their_months(
    job: Job, lake: str, source: Access, client: Callable[[str], Any]
) -> None:
    name, prefix = "moving", "gold/moving"
    make_source(source, name, orders="ORDER BY orderDate LIMIT 6",
                lines="WHERE orderNumber IN (SELECT orderNumber FROM {name}.orders)")  # fmt: skip
    client("glue").create_database(DatabaseInput={"Name": f"{DATABASE}_{name}"})
    arguments = {
        "glue_connection": connect(client, name),
        "glue_database": f"{DATABASE}_{name}",
        "target_path": f"s3://{lake}/{prefix}",
    }

    def agree() -> set[tuple[str, ...]]:
        """The months of the catalog, which are the source's, as are its figures."""
        pages = client("glue").get_paginator("get_partitions")
        found = {
            tuple(each["Values"])
            for page in pages.paginate(DatabaseName=f"{DATABASE}_{name}", TableName="fact_orders")
            for each in page["Partitions"]
        }
        with connections.mysql(source, name) as connection, connection.cursor() as cursor:
            lines = "orderdetails JOIN orders USING (orderNumber)"
            cursor.execute(f"SELECT DISTINCT YEAR(orderDate), MONTH(orderDate) FROM {lines}")
            assert found == {tuple(map(str, month)) for month in cursor.fetchall()}
            cursor.execute(f"SELECT COUNT(*), SUM(quantityOrdered * priceEach) FROM {lines}")
            figures = list(map(str, cursor.fetchone() or ()))
        sql = "SELECT count(*), sum(orderAmount) FROM fact_orders JOIN dim_dates ON calendarDate = orderDate"
        assert seen.ask(client, lake, f"{DATABASE}_{name}", sql) == figures
        return found

    job.run(**arguments)
    before = agree()
    with connections.mysql(source, name) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT orderNumber FROM orders ORDER BY orderDate")
        (moved,), *_, (gone,) = cursor.fetchall()
        cursor.execute("UPDATE orders SET orderDate = '2001-02-03' WHERE orderNumber = %s", (moved,))
        month = "SELECT LAST_DAY(orderDate) FROM (SELECT * FROM orders) AS o WHERE orderNumber = %s"
        cursor.execute(f"DELETE FROM orders WHERE LAST_DAY(orderDate) = ({month})", (gone,))
        cursor.execute("DELETE FROM orderdetails WHERE orderNumber NOT IN (SELECT orderNumber FROM orders)")
    job.run(**arguments)
    after = agree()
    assert ("2001", "2") in after - before
    assert before - after


#: Java knows no authority itself, as it may be in Glue; then not even the files that Glue names.
VERIFYING = """
import json, sys
from pyspark.sql import SparkSession
import star_schema

spark = SparkSession.builder.getOrCreate()
system = spark.sparkContext._jvm.java.lang.System
for name in ("trustStore", "trustStorePassword", "trustStoreType"):
    system.clearProperty(f"javax.net.ssl.{name}")
database = star_schema.Database.of_connection(sys.argv[sys.argv.index("--glue_connection") + 1])
print(json.dumps({"orders": database.read(spark)["orders"].count()}), flush=True)
system.clearProperty("RDS_TRUSTSTORE_URL")
database.read(spark)
"""


def test_the_source_is_verified_with_the_authorities_that_glue_names(
    job: Job, script_job: Callable[[str, str], Job], source: Access
) -> None:
    verifying = script_job("verifying", VERIFYING)
    run = verifying.end(verifying.start(glue_connection=f"{NAME}-source"))
    assert figures_of(verifying, run)["orders"] >= ORDERS, verifying.printed(run, "error")
    assert (run["JobRunState"], "SourceError" in run["ErrorMessage"]) == ("FAILED", True)
    assert "certification path" in run["ErrorMessage"]


def test_a_manifest_is_published_where_the_answer_was_lost_and_asked_for_again(
    cloud: Cloud, lake: str, client: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # One of its own, since it changes a client.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", aws.session(cloud.settings))
    client("glue").create_database(DatabaseInput={"Name": f"{DATABASE}_lost"})
    target = star_schema.Target(f"s3://{lake}/gold/lost", f"{DATABASE}_lost")
    sent = []

    def lose(request: AWSPreparedRequest, **_: Any) -> None:
        sent.append(request)
        if len(sent) == 1:
            assert URLLib3Session().send(request).status_code == 200
            raise ConnectionClosedError(endpoint_url=request.url)

    target._s3.meta.events.register("before-send.s3.PutObject", lose)
    target.publish({"run": "ours", "tables": {}})
    assert len(sent) == 2
    assert star_schema.Target(f"s3://{lake}/gold/lost", f"{DATABASE}_lost").published["run"] == "ours"
    with pytest.raises(RuntimeError, match="Another run has published"):
        target.publish({"run": "theirs", "tables": {}})
