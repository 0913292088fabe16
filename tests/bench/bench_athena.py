"""Athena's answers from a Parquet table in S3, against DuckDB on the same file, in the same run.

The time is the engine's own, as the API tells it: compiling, asking the catalog, reading, writing the result.
What a query costs before and after, such as its process and its objects in S3, is listed apart.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import duckdb

from tests.bench.measure import Aim, Baseline, Figure, seconds_of

if TYPE_CHECKING:
    from tests.bench.workplace import Workplace

NAME = "bench-athena"
#: The same in both dialects, so that both do the same work.
QUERIES = {
    "groups": "SELECT k, sum(v) AS s, count(*) AS n FROM {table} GROUP BY k ORDER BY k",
    "filter": "SELECT count(*) AS n, max(d) AS m FROM {table} WHERE v > 500 AND k < 50",
    "text": "SELECT word, avg(d) AS a FROM {table} GROUP BY word ORDER BY word",
}
_AIM = Aim(least_ratio=1 / 1.5)


def _table(path: Path, rows: int) -> None:
    duckdb.sql(
        f"""COPY (SELECT i AS id, CAST(i * 7919 % 100 AS INTEGER) AS k, i * 104729 % 1000 AS v, i / 7.0 AS d,
        'word ' || CAST(i % 97 AS VARCHAR) AS word FROM range({rows}) AS t(i)) TO '{path}' (FORMAT parquet)"""
    )


def _run(athena: Any, sql: str) -> dict[str, Any]:
    started = athena.start_query_execution(
        QueryString=sql, WorkGroup=NAME, QueryExecutionContext={"Database": "bench"}
    )
    while True:
        found: dict[str, Any] = athena.get_query_execution(QueryExecutionId=started["QueryExecutionId"])
        state = found["QueryExecution"]["Status"]
        if state["State"] == "SUCCEEDED":
            statistics: dict[str, Any] = found["QueryExecution"]["Statistics"]
            return statistics
        if state["State"] in {"FAILED", "CANCELLED"}:
            raise RuntimeError(state)
        time.sleep(0.02)


def run(workplace: Workplace) -> list[Figure]:
    """The figures; see the module."""
    rows, rounds = workplace.sizes.athena_rows, workplace.sizes.athena_rounds
    _, session = workplace.cloud
    athena, s3, glue = (session.client(name) for name in ("athena", "s3", "glue"))  # type: ignore[call-overload]
    s3.create_bucket(Bucket=NAME)
    glue.create_database(DatabaseInput={"Name": "bench"})
    output = {"ResultConfiguration": {"OutputLocation": f"s3://{NAME}/results/"}}
    athena.create_work_group(Name=NAME, Configuration=output)
    figures = []
    overheads = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.parquet"
        _table(path, rows)
        s3.upload_file(str(path), NAME, "t/t.parquet")
        columns = "id bigint, k int, v bigint, d double, word string"
        _run(athena, f"CREATE EXTERNAL TABLE t ({columns}) STORED AS PARQUET LOCATION 's3://{NAME}/t/'")
        for name, query in QUERIES.items():
            here, direct = [], []
            for _ in range(rounds):
                statistics = _run(athena, query.format(table="t"))
                here.append(statistics["EngineExecutionTimeInMillis"] / 1000)
                overheads.append((statistics["TotalExecutionTimeInMillis"] / 1000) - here[-1])
                sql = query.format(table=f"'{path}'")
                direct.append(seconds_of(lambda sql=sql: duckdb.connect().execute(sql).fetchall()))
            baseline = Baseline("DuckDB on the file", rows / median(direct))
            what = f"Athena, {name}, {rows:,} rows"
            figures.append(Figure(what, rows / median(here), "rows/s", baseline, _AIM))
    figures.append(Figure("Athena: around each query, its process and its objects", median(overheads), "s"))
    return figures
