"""Spark in a job: what it writes to S3 appears when a task is committed, and reads as it was written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.scripts.local_cloud.providers.glue.conftest import ENDED, Jobs

#: Prints one document: what was seen by name.
SCRIPT = """
import json, sys
import boto3
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

place = sys.argv[sys.argv.index("--place") + 1]
bucket, prefix = place.removeprefix("s3://").split("/", 1)
s3 = boto3.client("s3")
spark = SparkSession.builder.getOrCreate()
seen = {}


def keys(below):
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/{below}/").get("Contents", [])
    return sorted(each["Key"].removeprefix(f"{prefix}/{below}/") for each in listed)


def parts(below):
    return sorted({key.rpartition("/")[0] for key in keys(below) if key.endswith("parquet")})


def rows(below):
    return spark.read.parquet(f"{place}/{below}").count()


# Several blocks of a file are read back, from its end and from within.
big = spark.range(200_000).select("id", F.sha2(F.col("id").cast("string"), 256).alias("text")).coalesce(1)
big.write.parquet(f"{place}/big")
read = spark.read.parquet(f"{place}/big")
seen["big"] = [read.count(), read.where(read.text == F.sha2(read.id.cast("string"), 256)).count()]

days = spark.range(100).select("id", (F.col("id") % 3).alias("day"))
days.write.partitionBy("day").parquet(f"{place}/days")
seen["written"] = [parts("days"), rows("days"), [key for key in keys("days") if "_temporary" in key]]
days.where("id < 10").write.mode("append").partitionBy("day").parquet(f"{place}/days")
seen["appended"] = rows("days")
days.where("day = 1").write.mode("overwrite").option("partitionOverwriteMode", "dynamic").partitionBy(
    "day"
).parquet(f"{place}/days")
seen["one day overwritten"] = [parts("days"), rows("days")]
days.where("day = 2").write.mode("overwrite").partitionBy("day").parquet(f"{place}/days")
seen["overwritten"] = [parts("days"), rows("days")]

fails = F.udf(lambda number: 1 // (90 - number), "long")
try:
    days.coalesce(1).select(fails("id").alias("id")).write.parquet(f"{place}/torn")
except Exception as error:
    seen["torn"] = ["ZeroDivisionError" in str(error), keys("torn")]

for kind in ("csv", "json"):
    days.write.format(kind).save(f"{place}/{kind}")
    schema = days.schema if kind == "csv" else None
    seen[kind] = [
        spark.read.format(kind).load(f"{place}/{kind}", schema=schema).agg(F.sum("id")).first()[0],
        "_SUCCESS" in keys(kind),
    ]
s3.put_object(Bucket=bucket, Key=f"{prefix}/empty/nothing.csv", Body=b"")
seen["empty"] = spark.read.text(f"{place}/empty/nothing.csv").count()
try:
    spark.read.text(f"{place}/nowhere")
except Exception as error:
    seen["missing"] = "PATH_NOT_FOUND" in str(error)
print(json.dumps(seen))
"""


def test_what_spark_writes_appears_when_it_is_committed_and_reads_as_it_was_written(
    jobs: Jobs, client: Callable[[str], Any]
) -> None:
    jobs.make(
        SCRIPT,
        Command={"Name": "glueetl", "ScriptLocation": f"s3://{jobs.bucket}/{jobs.name}.py"},
        GlueVersion="5.0",
        WorkerType="G.1X",
        NumberOfWorkers=2,
        MaxCapacity=None,
    )
    run = jobs.start(place=f"s3://{jobs.bucket}/{jobs.name}/spark")
    found = jobs.until(run, *ENDED)
    assert found["JobRunState"] == "SUCCEEDED", found.get("ErrorMessage")
    days = ["day=0", "day=1", "day=2"]
    assert json.loads(jobs.printed(run).splitlines()[-1]) == {
        "big": [200_000, 200_000],
        "written": [days, 100, []],
        "appended": 110,
        # 34, 33 and 33 rows, and of the ten that were appended 4, 3 and 3.
        "one day overwritten": [days, 38 + 33 + 36],
        "overwritten": [["day=2"], 33],
        "torn": [True, []],
        "csv": [4950, True],
        "json": [4950, True],
        "empty": 0,
        "missing": True,
    }
