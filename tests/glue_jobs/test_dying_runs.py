"""Runs that are killed at each of their steps, over tables that are published: readers see whole tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scripts import connections
from scripts.connections import Access
from tests.glue_jobs import lake as seen
from tests.glue_jobs.conftest import DATABASE, LIMIT, Job, connect, figures_of, make_source

NAME = "dying"
PREFIX = f"gold/{NAME}"
CATALOG = f"{DATABASE}_{NAME}"
FIGURES = "SELECT count(*), sum(orderAmount) FROM fact_orders JOIN dim_locations USING (locationKey)"
#: The job, which kills itself as `kill -9` would, before or after a function of its own.
DYING = """
import os, signal, sys
import star_schema

moment, function = sys.argv[sys.argv.index("--die") + 1].split(":")
owner, _, name = function.rpartition(".")
holder = getattr(star_schema, owner) if owner else star_schema
real = getattr(holder, name)

def last(*given):
    if moment == "after":
        real(*given)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(holder, name, last)
star_schema.main(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def small(source: Access) -> str:
    """A source of few orders, in several months; its name."""
    return make_source(source, NAME, lines="WHERE orderNumber IN (SELECT orderNumber FROM {name}.orders)",
                       orders="WHERE MOD(orderNumber, 30) = 0")  # fmt: skip


@pytest.fixture(scope="module")
def place(client: Callable[[str], Any], lake: str, small: str) -> dict[str, str]:
    """Arguments of a run that reads it and publishes to a place of its own."""
    client("glue").create_database(DatabaseInput={"Name": CATALOG})
    return {
        "glue_connection": connect(client, small),
        "glue_database": CATALOG,
        "target_path": f"s3://{lake}/{PREFIX}",
    }


@pytest.fixture(scope="module")
def dying(job: Job, script_job: Callable[[str, str], Job]) -> Job:
    return script_job(NAME, DYING)


# Six runs of Spark, on a machine that is busy with everything else.
@pytest.mark.timeout(LIMIT * 3)
def test_readers_see_whole_tables_whenever_a_run_dies_and_the_next_one_repairs(
    job: Job, dying: Job, place: dict[str, str], lake: str, source: Access, client: Callable[[str], Any]
) -> None:
    def die(moment: str) -> None:
        run = dying.end(dying.start(**place, die=moment))
        assert run["JobRunState"] == "FAILED", moment
        assert "SIGKILL" in run["ErrorMessage"], f"{moment}: {run}"

    def look() -> tuple[list[str | None], str]:
        return (
            seen.ask(client, lake, CATALOG, FIGURES),
            seen.manifest(client, lake, PREFIX)["order_amount"],
        )

    before = figures_of(job, job.run(**place))
    old = ([str(before["order_lines"]), before["order_amount"]], before["order_amount"])
    assert look() == old
    assert before["order_lines"] > 10
    with connections.mysql(source, NAME) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders SELECT 99999, '2040-05-05', '2040-05-09', NULL, 'In Process', NULL, "
            "customerNumber FROM orders LIMIT 1"
        )
        cursor.execute(
            "INSERT INTO orderdetails SELECT 99999, productCode, 3, 10.10, 1 FROM products LIMIT 1"
        )

    # The new month is written, of those that stay none is copied yet.
    die("before:Target.copy")
    assert look() == old
    assert len(seen.runs(client, lake, PREFIX)) == 2

    die("before:Target.publish")
    assert look() == old
    assert len(seen.runs(client, lake, PREFIX)) == 3

    # Published, and nobody who asks the catalog knows.
    die("after:Target.publish")
    answer, amount = look()
    assert answer == old[0]
    assert amount != old[1]
    # So the next run begins with the catalog, and dies between the table and its months.
    die("before:Target._show_partitions")
    assert look() == (old[0], amount)

    after = figures_of(job, job.run(**place))
    assert (after["published"], after["order_lines"]) == (False, before["order_lines"] + 1)
    assert look() == ([str(after["order_lines"]), after["order_amount"]], after["order_amount"])
    published = seen.manifest(client, lake, PREFIX)
    named = {after["run"], *published["before"], *(each["run"] for each in published["tables"].values())}
    assert seen.runs(client, lake, PREFIX) == named == {before["run"], after["run"]}
