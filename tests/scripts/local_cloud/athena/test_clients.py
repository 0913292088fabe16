"""What clients get from Athena: awswrangler in its three ways of reading, and `lab athena`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import awswrangler
import pandas as pd
import pytest

from scripts.analytics import queries
from scripts.errors import RemoteError
from scripts.labs.comparison import Table
from scripts.labs.lake.athena import Athena
from scripts.labs.outcome import NotYetError
from tests.conftest import Cloud
from tests.scripts.local_cloud.athena.conftest import Lab

SQL = """
    SELECT id, name, price, CAST(price * 2 AS double) AS twice, day, id > 1 AS big
    FROM (VALUES (1, 'one', DECIMAL '1.50', DATE '2024-01-31'), (2, NULL, DECIMAL '2.25', DATE '2024-02-29'))
    AS t(id, name, price, day) ORDER BY id
"""


@pytest.fixture
def wrangler(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """awswrangler asks the local cloud."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint_url)
    for service in ("athena", "glue", "s3", "sts"):
        monkeypatch.setattr(awswrangler.config, f"{service}_endpoint_url", cloud.endpoint_url)


@pytest.fixture
def read(lab: Lab, cloud: Cloud, wrangler: None) -> Any:
    """``read(sql, ctas_approach=..., unload_approach=...)`` in the test's work group."""

    def run(sql: str, **how: Any) -> pd.DataFrame:
        frame: pd.DataFrame = awswrangler.athena.read_sql_query(
            sql, database=lab.name.replace("-", "_"), workgroup=lab.name, boto3_session=cloud.session, **how
        )
        return frame

    return run


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"ctas_approach": False}, id="plain"),
        pytest.param({"ctas_approach": True}, id="ctas"),
        pytest.param({"ctas_approach": False, "unload_approach": True, "s3_output": "unloaded"}, id="unload"),
    ],
)
def test_awswrangler_reads_the_same_in_its_three_ways(lab: Lab, read: Any, how: dict[str, Any]) -> None:
    if "s3_output" in how:
        how = {**how, "s3_output": lab.uri("unloaded/")}
    frame = read(SQL, **how)
    assert list(frame.columns) == ["id", "name", "price", "twice", "day", "big"]
    assert frame["id"].tolist() == [1, 2]
    assert frame["price"].tolist() == [Decimal("1.50"), Decimal("2.25")]
    assert frame["twice"].tolist() == [3.0, 4.5]
    assert frame["name"][0] == "one"
    assert pd.isna(frame["name"][1])
    assert [str(each)[:10] for each in frame["day"]] == ["2024-01-31", "2024-02-29"]
    assert frame["big"].tolist() == [False, True]


def test_awswrangler_reads_in_chunks_and_takes_parameters(lab: Lab, read: Any) -> None:
    frames = list(read("SELECT x FROM UNNEST(sequence(1, 10)) AS t(x)", ctas_approach=False, chunksize=4))
    assert sum(len(each) for each in frames) == 10
    frame = read("SELECT :a AS a", params={"a": "it's"}, ctas_approach=False)
    assert frame["a"].tolist() == ["it's"]


def test_awswrangler_writes_a_table_and_asks_for_it_in_hives_words(
    lab: Lab, cloud: Cloud, wrangler: None, read: Any
) -> None:
    where = {"database": lab.name.replace("-", "_"), "boto3_session": cloud.session}
    frame = pd.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"], "kind": ["x", "y", "x"]})
    awswrangler.s3.to_parquet(
        frame, lab.uri("written/"), dataset=True, table="written", partition_cols=["kind"], **where
    )
    awswrangler.catalog.delete_all_partitions("written", **where)
    asked = {**where, "workgroup": lab.name}
    assert awswrangler.athena.repair_table("written", **asked) == "SUCCEEDED"
    assert awswrangler.athena.show_create_table("written", **asked).startswith("CREATE EXTERNAL TABLE")
    described = awswrangler.athena.describe_table("written", **asked)
    assert described["Column Name"].tolist() == ["id", "name", "kind"]
    assert read("SELECT count(*) AS n FROM written", ctas_approach=False)["n"].tolist() == [3]
    awswrangler.s3.to_csv(
        frame[["id", "name"]], lab.uri("csv/"), dataset=True, table="lines", index=False, **where
    )
    found = read("SELECT * FROM lines ORDER BY id", ctas_approach=False)
    assert found["id"].tolist() == [1, 2, 3]


def test_lab_athena_puts_what_describe_and_properties_tell_into_their_columns(lab: Lab, cloud: Cloud) -> None:
    where = {"database": lab.name.replace("-", "_"), "work_group": lab.name, "say": lambda _: None}
    lab.run(
        f"CREATE EXTERNAL TABLE t (id int COMMENT 'a number', name string) PARTITIONED BY (day date) "
        f"STORED AS PARQUET LOCATION '{lab.uri('t/')}' TBLPROPERTIES ('owner'='ana')"
    )
    described = queries.ask(cloud.session, "DESCRIBE t", **where)
    assert [name for name, _ in described.columns] == ["col_name", "data_type", "comment"]
    assert described.rows[:2] == (("id", "int", "a number"), ("name", "string", ""))
    assert {len(row) for row in described.rows} == {3}
    assert ("owner", "ana") in queries.ask(cloud.session, "SHOW TBLPROPERTIES t", **where).rows
    with pytest.raises(RemoteError, match="Athena refuses the statement: line 1:1: mismatched input 'SELEC'"):
        queries.ask(cloud.session, "SELEC 1", **where)


def test_lab_athena_says_of_tables_that_no_run_has_published_why_they_are_empty(
    lab: Lab, cloud: Cloud
) -> None:
    for name, place in (("facts", "runs/none/facts"), ("dims", "runs/none/dims"), ("others", "others")):
        lab.run(f"CREATE EXTERNAL TABLE {name} (n int) STORED AS PARQUET LOCATION '{lab.uri(place)}/'")
    said: list[str] = []
    where = {"database": lab.name.replace("-", "_"), "work_group": lab.name}
    assert queries.ask(cloud.session, "SELECT n FROM Facts", **where, say=said.append).rows == ()
    assert [each for each in said if "published" in each] == [
        "Nothing is published yet in facts: lab glue run star-schema, then lab crawl gold"
    ]
    said.clear()
    queries.ask(cloud.session, "SELECT n FROM others", **where, say=said.append)
    assert not any("published" in each for each in said)


def test_the_labs_reader_takes_no_line_of_show_and_describe_for_a_header(lab: Lab, cloud: Cloud) -> None:
    database = lab.name.replace("-", "_")
    asked = Athena(cloud.session, database, lab.uri("results/"))
    for name in ("a", "b"):
        asked.run(f"CREATE EXTERNAL TABLE {name} (n int COMMENT 'c') LOCATION '{lab.uri(name)}/'")
    assert asked.script("SHOW TABLES; -- which?") == Table(("tab_name",), (("a",), ("b",)))
    described = asked.script("DESCRIBE a")
    assert described == Table(("col_name", "data_type", "comment"), (("n", "int", "c"),))
    assert asked.script("SELECT 1 AS n").rows == ((1,),)
    with pytest.raises(NotYetError, match="Athena refused the statement") as refused:
        asked.script("SELEC 1")
    assert "mismatched input 'SELEC'" in refused.value.seen
