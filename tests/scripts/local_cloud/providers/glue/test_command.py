"""`lab glue run`: what it says of a run, and what it leaves to `lab glue logs`."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Cloud
from tests.scripts.conftest import Run
from tests.scripts.local_cloud.providers.glue.conftest import ENDED, SLEEP, Jobs
from tests.waiting import wait_for

SUCCEEDS = """
import sys
print("WARN NativeCodeLoader: of no interest", file=sys.stderr)
print("Two tables are new.")
print('{"published": true, "order_amount": "9604190.61", "rows": {"dim_dates": 365, "fact_orders": 2996}}')
"""


@pytest.fixture
def lab(run: Run, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line, with the shared local cloud."""
    monkeypatch.setenv("LAB_LOCAL_DIR", str(cloud.local_dir))
    monkeypatch.setenv("LAB_GATEWAY_PORT", str(cloud.settings.gateway_port))
    return run


def test_a_run_that_succeeds_shows_its_figures_and_no_noise(
    lab: Run, jobs: Jobs, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs.make(SUCCEEDS)
    assert lab("glue", "run", jobs.name) == 0
    printed = capsys.readouterr()
    first, *others = [each.rstrip() for each in printed.out.splitlines()]
    assert first.startswith(f"{jobs.name} succeeded in ")
    assert others == [
        "Two tables are new.",
        "published     yes",
        "order amount  9,604,190.61",
        "              ROWS",
        "dim_dates      365",
        "fact_orders  2,996",
    ]
    said = printed.err.splitlines()
    assert said[0].startswith(f"{jobs.name}: run jr_")
    assert said[-1] == f"{jobs.name}: succeeded"
    assert "NativeCodeLoader" not in printed.err
    assert lab("glue", "logs", jobs.name) == 0
    assert "NativeCodeLoader" in capsys.readouterr().out


def test_a_run_as_json_is_one_document_with_its_figures_and_its_log(
    lab: Run, jobs: Jobs, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs.make(SUCCEEDS)
    assert lab("glue", "run", jobs.name, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["figures"], document
    assert (document["state"], document["figures"]["rows"]["fact_orders"]) == ("SUCCEEDED", 2996)
    assert "WARN NativeCodeLoader: of no interest" in document["log"]


def test_what_a_script_prints_that_tells_no_figures_is_shown_as_it_is(
    lab: Run, jobs: Jobs, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs.make("print('[bold]one[/]')\nprint(2)\n")
    assert lab("glue", "run", jobs.name) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["[bold]one[/]", "2"]


def test_a_run_that_fails_says_why_and_where_the_rest_is(
    lab: Run, jobs: Jobs, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs.make("print('so far')\nraise ValueError('no rows')\n")
    assert lab("glue", "run", jobs.name) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    *_, what, hint = printed.err.splitlines()
    (run,) = jobs.glue.get_job_runs(JobName=jobs.name)["JobRuns"]
    assert what.startswith(f"Error: Run {run['Id']} of {jobs.name} failed after ")
    assert what.endswith(" s: ValueError: no rows")
    assert hint == f"What it printed: lab glue logs {jobs.name} --run {run['Id']}"
    assert "Traceback" not in printed.err


def test_a_run_beside_another_is_refused_with_the_one_that_is_in_its_way(
    lab: Run, jobs: Jobs, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs.make(SLEEP)
    run = jobs.start()
    try:
        assert lab("glue", "run", jobs.name) == 4
        assert f"Wait until run {run} has ended, or stop it: " in capsys.readouterr().err
    finally:
        jobs.until(run, "RUNNING")
        jobs.glue.batch_stop_job_run(JobName=jobs.name, JobRunIds=[run])
        wait_for(lambda: jobs.get(run)["JobRunState"] in ENDED)


def test_a_crawl_of_tables_alone_shows_those_of_their_database(
    lab: Run, jobs: Jobs, capsys: pytest.CaptureFixture[str]
) -> None:
    """A crawler needs no database of its own where all its targets are in the catalog."""
    where = f"s3://{jobs.bucket}/{jobs.name}/"
    jobs.client("s3").put_object(Bucket=jobs.bucket, Key=f"{jobs.name}/a.csv", Body=b"id,name\n1,Ana\n")
    jobs.glue.create_database(DatabaseInput={"Name": jobs.name})
    storage = {"Location": where, "Columns": []}
    jobs.glue.create_table(
        DatabaseName=jobs.name, TableInput={"Name": "people", "StorageDescriptor": storage}
    )
    jobs.glue.create_crawler(
        Name=jobs.name,
        Role=jobs.role,
        Targets={"CatalogTargets": [{"DatabaseName": jobs.name, "Tables": ["people"]}]},
        SchemaChangePolicy={"DeleteBehavior": "LOG"},
    )
    assert lab("crawl", jobs.name, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    (table,) = document["tables"]
    assert (table["database"], table["name"]) == (jobs.name, "people")
    assert table["columns"] == [["id", "bigint"], ["name", "string"]]
