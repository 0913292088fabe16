"""Sources that are empty, or are not what the job expects."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from glue_jobs import star_schema
from scripts import connections
from scripts.config import ROOT
from scripts.connections import Access
from tests.glue_jobs import lake as seen
from tests.glue_jobs.conftest import (
    DATABASE,
    LIMIT,
    NAME,
    Job,
    allow,
    connect,
    make_role,
    make_source,
)
from tests.waiting import wait_for

# Five runs in one, before the first test.
pytestmark = pytest.mark.timeout(LIMIT * 2)

CATALOG = f"{DATABASE}_strange"
#: The job several times in one Spark: an error is told, and the last one's is raised.
SEVERAL = """
import json, sys
import star_schema

runs = json.loads(sys.argv[sys.argv.index("--runs") + 1])
for number, given in enumerate(runs, start=1):
    try:
        star_schema.main([word for name, value in given.items() for word in (f"--{name}", value)])
    except Exception as error:
        if number == len(runs):
            raise
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
"""
_CHECK = ROOT / "infrastructure" / "modules" / "analytics" / "queries" / "quality_check.sql"


@pytest.fixture(scope="module")
def told(
    job: Job, script_job: Callable[[str, str], Job], source: Access, client: Callable[[str], Any], lake: str
) -> list[dict[str, Any]]:
    """What came of one run after the other, the last one's error by Glue."""
    nothing = make_source(source, "nothing", customers="LIMIT 0", products="LIMIT 0", productlines="LIMIT 0",
                          orders="LIMIT 0", lines="LIMIT 0")  # fmt: skip
    bare = make_source(source, "bare", lines="LIMIT 0")
    lacking = make_source(source, "lacking", lines="LIMIT 0")
    with connections.mysql(source, "lacking") as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE orderdetails, productlines")
        cursor.execute("ALTER TABLE products DROP COLUMN MSRP")
    client("glue").create_database(DatabaseInput={"Name": CATALOG})

    def run(name: str, prefix: str, **more: str) -> dict[str, str]:
        target = f"s3://{lake}/gold/strange/{prefix}"
        return {
            "glue_connection": connect(client, name),
            "glue_database": CATALOG,
            "target_path": target,
            **more,
        }

    runs = [
        run(bare, "bare"),
        run(nothing, "bare"),
        run(nothing, "bare", allow_empty="true"),
        run(nothing, "nothing"),
        run(lacking, "lacking"),
    ]
    several = script_job("several", SEVERAL)
    ran = several.end(several.start(runs=json.dumps(runs)))
    assert ran["JobRunState"] == "FAILED"
    lines = [json.loads(each) for each in several.printed(ran, "output").splitlines() if each[:1] == "{"]
    return [*lines, {"error": ran["ErrorMessage"]}]


def test_orders_without_lines_are_published_as_dimensions_beside_facts_without_rows(
    told: list[dict[str, Any]],
) -> None:
    first = told[0]
    assert (first["published"], first["order_lines"], first["order_amount"]) == (True, 0, "0.00")
    assert first["rows"]["fact_orders"] == 0
    assert all(rows for name, rows in first["rows"].items() if name.startswith("dim_"))


def test_a_source_that_has_lost_its_rows_is_published_only_where_somebody_says_so(
    told: list[dict[str, Any]], client: Callable[[str], Any], lake: str
) -> None:
    first, second, third = told[:3]
    assert second["error"].startswith("QualityError: The source has no rows any more for dim_customers (122 ")
    assert "--allow_empty true" in second["error"]
    assert third["published"] is True
    # The run before this one published nothing.
    assert first["run"] in seen.manifest(client, lake, "gold/strange/bare")["before"]


def test_of_an_empty_source_empty_tables_are_published_that_crawler_and_athena_read(
    told: list[dict[str, Any]], client: Callable[[str], Any], lake: str
) -> None:
    assert told[3]["published"] is True
    assert set(told[3]["rows"].values()) == {0}
    glue = client("glue")
    role = make_role(client("iam"), f"{NAME}-strange", allow("s3:*"), allow("glue:*"))
    glue.create_crawler(
        Name=f"{NAME}-strange",
        Role=role,
        Targets={"CatalogTargets": [{"DatabaseName": CATALOG, "Tables": sorted(star_schema.KEYS)}]},
        SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"},
    )
    glue.start_crawler(Name=f"{NAME}-strange")
    last = wait_for(lambda: glue.get_crawler(Name=f"{NAME}-strange")["Crawler"].get("LastCrawl"))
    assert last["Status"] == "SUCCEEDED", last
    assert seen.ask(client, lake, CATALOG, _CHECK.read_text()) == ["agree", "0", "0.00", "0", "0.00"]
    assert seen.ask(client, lake, CATALOG, "SELECT count(*), max(customerName) FROM dim_customers") == [
        "0",
        None,
    ]


def test_a_source_that_lacks_tables_and_columns_is_told_with_all_of_them(told: list[dict[str, Any]]) -> None:
    error = told[4]["error"]
    assert error.startswith("SourceError: The source at mysql://")
    assert (
        "/lacking has no table orderdetails, no column products.MSRP, no table productlines; nothing was "
        "published." in error
    )
    assert "Exception" not in error
