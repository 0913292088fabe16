"""What a crawler finds in files, and what it makes of the catalog."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from tests.conftest import Cloud
from tests.scripts.local_cloud.providers.glue.conftest import process_of
from tests.waiting import wait_for


def parquet(**columns: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer, compression="snappy")
    return buffer.getvalue()


class Lake:
    """A folder of the bucket, a database, and crawlers of them."""

    def __init__(self, client: Callable[[str], Any], bucket: str, name: str, role: str) -> None:
        self.s3, self.glue, self.bucket, self.name, self.role = (
            client("s3"), client("glue"), bucket, name, role,
        )  # fmt: skip
        self.glue.create_database(DatabaseInput={"Name": name})

    @property
    def path(self) -> str:
        return f"s3://{self.bucket}/{self.name}/"

    def put(self, key: str, content: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=f"{self.name}/{key}", Body=content)

    def remove(self, key: str) -> None:
        self.s3.delete_object(Bucket=self.bucket, Key=f"{self.name}/{key}")

    def crawler(self, crawler: str = "", **settings: Any) -> str:
        crawler = crawler or self.name
        given = {"Targets": {"S3Targets": [{"Path": self.path}]}, "DatabaseName": self.name, **settings}
        self.glue.create_crawler(Name=crawler, Role=self.role, **given)
        return crawler

    def crawl(self, crawler: str = "", expect: str = "SUCCEEDED") -> dict[str, Any]:
        """Start it and wait for its end; how it ended."""
        crawler = crawler or self.name
        self.glue.start_crawler(Name=crawler)

        def ended() -> dict[str, Any] | None:
            found = self.glue.get_crawler(Name=crawler)["Crawler"]
            return found["LastCrawl"] if found["State"] == "READY" else None

        last: dict[str, Any] = wait_for(ended)
        assert last["Status"] == expect, last
        return last

    def tables(self) -> dict[str, Any]:
        found = self.glue.get_tables(DatabaseName=self.name)["TableList"]
        return {each["Name"]: each for each in found}

    def columns(self, table: str) -> dict[str, str]:
        storage = self.tables()[table]["StorageDescriptor"]
        return {each["Name"]: each["Type"] for each in storage["Columns"]}

    def partitions(self, table: str) -> list[list[str]]:
        found = self.glue.get_partitions(DatabaseName=self.name, TableName=table)["Partitions"]
        return sorted(each["Values"] for each in found)


@pytest.fixture
def lake(client: Callable[[str], Any], bucket: str, name: str, role: str) -> Lake:
    return Lake(client, bucket, name, role)


def test_folders_become_tables_with_the_types_and_partitions_of_their_files(lake: Lake) -> None:
    lake.put(
        "sales/year=2025/month=1/a.parquet",
        parquet(
            Id=pa.array([1, 2], pa.int32()), Amount=pa.array([Decimal("1.50"), None], pa.decimal128(10, 2))
        ),
    )
    lake.put(
        "sales/year=2025/month=2/b.parquet",
        parquet(Id=pa.array([2**40]), Amount=[Decimal("1.50")], Paid=[True]),
    )
    lake.put("clients.csv/part.csv", b"id,name,since\n1,Ana,2020\n2,Bo,2021\n")
    lake.put("events/x.json", b'{"id": 1, "tags": ["a"], "who": {"name": "Ana", "age": 3}}\n{"id": 2.5}\n')
    lake.put("sales/_SUCCESS", b"x")
    lake.crawler(TablePrefix="raw_")
    lake.crawl()
    assert set(lake.tables()) == {"raw_sales", "raw_clients_csv", "raw_events"}
    assert lake.columns("raw_sales") == {"id": "bigint", "amount": "decimal(10,2)", "paid": "boolean"}
    sales = lake.tables()["raw_sales"]
    assert sales["PartitionKeys"] == [{"Name": "year", "Type": "string"}, {"Name": "month", "Type": "string"}]
    assert (sales["Parameters"]["classification"], sales["Parameters"]["recordCount"]) == ("parquet", "3")
    assert sales["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith("ParquetHiveSerDe")
    assert lake.partitions("raw_sales") == [["2025", "1"], ["2025", "2"]]
    assert lake.columns("raw_clients_csv") == {"id": "bigint", "name": "string", "since": "bigint"}
    assert lake.tables()["raw_clients_csv"]["Parameters"]["skip.header.line.count"] == "1"
    assert lake.columns("raw_events") == {
        "id": "double",
        "tags": "array<string>",
        "who": "struct<name:string,age:int>",
    }
    metric = lake.glue.get_crawler_metrics(CrawlerNameList=[lake.name])["CrawlerMetricsList"][0]
    assert (metric["TablesCreated"], metric["TablesUpdated"], metric["TablesDeleted"]) == (3, 0, 0)


def test_a_table_tells_what_aws_tells_of_its_files(lake: Lake) -> None:
    lake.put("sales/year=2025/a.parquet", parquet(amount=[1.5, 2.5]))
    lines = [f'{number:06},"Ana, {number:06}",2.5' for number in range(60_000)]
    text = "\n".join(["id,name,price", *lines]).encode()
    lake.put("quoted/a.csv", text)
    lake.put("packed/a.csv.gz", gzip.compress(text))
    lake.put("listed/a.json", json.dumps([{"id": 1, "tags": ["x"]}, {"id": 2}], indent=1).encode())
    lake.crawler()
    lake.crawl()
    tables = {name: table["Parameters"] for name, table in lake.tables().items()}
    always = {
        "UPDATED_BY_CRAWLER": lake.name,
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        "typeOfData": "file",
        "objectCount": "1",
    }
    assert all(always.items() <= each.items() for each in tables.values())
    assert tables["sales"]["partition_filtering.enabled"] == "true"
    assert {name: each["compressionType"] for name, each in tables.items()} == {
        "sales": "none",
        "quoted": "none",
        "packed": "gzip",
        "listed": "none",
    }
    # Of what is larger than its sample, a size of records is guessed from that.
    for name in ("quoted", "packed"):
        assert int(tables[name]["recordCount"]) == pytest.approx(60_000, rel=0.05)
        assert tables[name]["areColumnsQuoted"] == "true"
        assert "partition_filtering.enabled" not in tables[name]
    assert int(tables["quoted"]["averageRecordSize"]) == pytest.approx(len(text) // 60_000, abs=1)
    # Whoever wants quoted values without their quotes must change the table, as on AWS.
    storage = lake.tables()["quoted"]["StorageDescriptor"]
    assert storage["SerdeInfo"]["SerializationLibrary"].endswith("LazySimpleSerDe")
    assert lake.columns("quoted") == {"id": "bigint", "name": "string", "price": "double"}
    assert lake.columns("listed") == {"array": "array<struct<id:int,tags:array<string>>>"}
    assert (tables["listed"]["classification"], tables["listed"]["recordCount"]) == ("json", "1")


def test_a_second_crawl_adds_what_is_new_and_keeps_the_versions(lake: Lake) -> None:
    lake.put("t/day=1/a.parquet", parquet(a=[1], b=["x"]))
    lake.crawler()
    lake.crawl()
    lake.put("t/day=2/a.parquet", parquet(a=[1], b=["x"], c=[1.5]))
    lake.crawl()
    assert lake.columns("t") == {"a": "bigint", "b": "string", "c": "double"}
    assert lake.partitions("t") == [["1"], ["2"]]
    versions = lake.glue.get_table_versions(DatabaseName=lake.name, TableName="t")["TableVersions"]
    assert len(versions) == 2
    assert lake.crawl()["Status"] == "SUCCEEDED"
    again = lake.glue.get_table_versions(DatabaseName=lake.name, TableName="t")["TableVersions"]
    assert len(again) == 2, "a crawl that finds nothing new changes nothing"
    crawls = lake.glue.list_crawls(CrawlerName=lake.name)["Crawls"]
    assert [each["State"] for each in crawls] == ["COMPLETED"] * 3


@pytest.mark.parametrize("policy", ["LOG", "DEPRECATE_IN_DATABASE", "DELETE_FROM_DATABASE"])
def test_a_table_whose_files_are_gone_is_treated_as_the_policy_says(lake: Lake, policy: str) -> None:
    lake.put("old/a.parquet", parquet(a=[1]))
    lake.put("other/a.json", b'{"w": 1, "x": 1, "z": 1}\n')
    lake.crawler(SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": policy})
    lake.crawl()
    lake.remove("old/a.parquet")
    lake.put("other/b.json", b'{"w": 1, "x": 1, "z": 1, "y": 2}\n')
    lake.crawl()
    there = lake.tables()
    assert ("old" in there) is (policy != "DELETE_FROM_DATABASE")
    if "old" in there:
        assert ("DEPRECATED_BY_CRAWLER" in there["old"]["Parameters"]) is (policy == "DEPRECATE_IN_DATABASE")
    assert set(lake.columns("other")) == {"w", "x", "z"}, "UpdateBehavior LOG changes no table"


def test_a_file_that_is_not_parquet_fails_the_crawl_by_name_and_leaves_the_rest_as_it_was(lake: Lake) -> None:
    lake.put("good/a.parquet", parquet(a=[1]))
    lake.put("bad/a.parquet", parquet(b=[1]))
    lake.crawler(SchemaChangePolicy={"DeleteBehavior": "DELETE_FROM_DATABASE"})
    lake.crawl()
    lake.put("bad/a.parquet", b"this is no parquet at all")
    last = lake.crawl(expect="FAILED")
    assert f"{lake.path}bad/a.parquet is not a Parquet file" in last["ErrorMessage"]
    assert set(lake.tables()) == {"good", "bad"}
    lake.put("bad/a.parquet", parquet(b=[1])[:-9])
    assert "is not a whole Parquet file" in lake.crawl(expect="FAILED")["ErrorMessage"]


def test_excluded_files_are_not_looked_at(lake: Lake) -> None:
    lake.put("t/a.parquet", parquet(a=[1]))
    lake.put("t/deep/down/b.txt", b"\x00\x01")
    lake.put("skip/c.parquet", b"no")
    targets = {"S3Targets": [{"Path": lake.path.rstrip("/"), "Exclusions": ["**.txt", "skip/**"]}]}
    lake.crawler(Targets=targets)
    lake.crawl()
    assert set(lake.tables()) == {"t"}


def test_tables_lie_at_the_level_that_the_configuration_names(lake: Lake) -> None:
    for table in ("a", "b"):
        for number in (1, 2):
            lake.put(f"{table}/{number}/x.parquet", parquet(k=[1], v=["x"]))
    lake.crawler(Configuration='{"Version": 1.0, "Grouping": {"TableLevelConfiguration": 3}}')
    lake.crawl()
    assert set(lake.tables()) == {"a", "b"}
    assert lake.partitions("a") == [["1"], ["2"]]
    assert lake.tables()["a"]["PartitionKeys"] == [{"Name": "partition_0", "Type": "string"}]


def test_a_target_in_the_catalog_is_read_where_the_table_says(lake: Lake) -> None:
    lake.put("v1/a.parquet", parquet(a=[1]))
    lake.put("v2/day=1/a.parquet", parquet(a=[1], b=[2]))
    storage = {"Location": f"{lake.path}v2/", "Columns": []}
    keys = [{"Name": "day", "Type": "int"}]
    lake.glue.create_table(
        DatabaseName=lake.name,
        TableInput={"Name": "t", "StorageDescriptor": storage, "PartitionKeys": keys},
    )
    lake.crawler(
        Targets={"CatalogTargets": [{"DatabaseName": lake.name, "Tables": ["t"]}]},
        SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"},
    )
    lake.crawl()
    assert lake.columns("t") == {"a": "bigint", "b": "bigint"}
    assert lake.tables()["t"]["PartitionKeys"] == keys
    assert lake.partitions("t") == [["1"]]


def test_a_crawl_may_what_its_role_may(
    lake: Lake, make_role: Callable[..., str], client: Callable[[str], Any]
) -> None:
    lake.put("t/a.parquet", parquet(a=[1]))
    lake.role = make_role({"Effect": "Allow", "Action": ["glue:*", "logs:*"], "Resource": "*"})
    lake.crawler()
    assert "AccessDenied" in lake.crawl(expect="FAILED")["ErrorMessage"]
    events = client("logs").get_log_events(logGroupName="/aws-glue/crawlers", logStreamName=lake.name)[
        "events"
    ]
    assert any("AccessDenied" in each["message"] for each in events)
    trusting = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    client("iam").update_assume_role_policy(
        RoleName=lake.role.rpartition("/")[2],
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trusting]}),
    )
    said = lake.crawl(expect="FAILED")["ErrorMessage"]
    assert "should be given assume role permissions for Glue" in said


def test_what_a_crawler_cannot_do_is_refused_when_it_is_started(lake: Lake) -> None:
    lake.crawler(Targets={"JdbcTargets": [{"ConnectionName": "c", "Path": "db/%"}]})
    with pytest.raises(ClientError, match="UnsupportedOperation"):
        lake.glue.start_crawler(Name=lake.name)
    with pytest.raises(lake.glue.exceptions.CrawlerNotRunningException):
        lake.glue.stop_crawler(Name=lake.name)
    nowhere = lake.crawler(f"{lake.name}-nowhere", DatabaseName="")
    with pytest.raises(lake.glue.exceptions.InvalidInputException, match="needs a DatabaseName"):
        lake.glue.start_crawler(Name=nowhere)


def test_tables_that_are_not_in_the_catalog_are_all_named(lake: Lake) -> None:
    lake.crawler(
        Targets={"CatalogTargets": [{"DatabaseName": lake.name, "Tables": ["a", "b"]}]},
        SchemaChangePolicy={"DeleteBehavior": "LOG"},
    )
    said = [f"Table {lake.name}.{table} is not in the catalog" for table in ("a", "b")]
    assert lake.crawl(expect="FAILED")["ErrorMessage"] == "; ".join(said)


def test_a_crawl_that_is_stopped_ends_with_its_process_and_changes_nothing(cloud: Cloud, lake: Lake) -> None:
    lake.put("t/a.parquet", parquet(a=[1]))
    lake.crawler()
    lake.glue.start_crawler(Name=lake.name)
    crawl = lake.glue.list_crawls(CrawlerName=lake.name)["Crawls"][0]["CrawlId"]
    process = wait_for(lambda: process_of(cloud.settings, crawl))
    # However slow we are, it is still there when it is stopped.
    process.suspend()
    lake.glue.stop_crawler(Name=lake.name)
    assert lake.glue.get_crawler(Name=lake.name)["Crawler"]["State"] == "STOPPING"
    with pytest.raises(lake.glue.exceptions.CrawlerStoppingException):
        lake.glue.stop_crawler(Name=lake.name)
    with pytest.raises(lake.glue.exceptions.CrawlerRunningException):
        lake.glue.start_crawler(Name=lake.name)
    process.resume()
    crawler = wait_for(
        lambda: (found := lake.glue.get_crawler(Name=lake.name)["Crawler"])["State"] == "READY" and found
    )
    assert crawler["LastCrawl"]["Status"] == "CANCELLED"
    assert lake.glue.list_crawls(CrawlerName=lake.name)["Crawls"][0]["State"] == "STOPPED"
    assert not process.is_running()
    assert not lake.tables()
    lake.crawl()
    assert set(lake.tables()) == {"t"}
