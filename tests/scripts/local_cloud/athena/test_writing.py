"""What CREATE TABLE AS, INSERT INTO and UNLOAD leave in S3, and what lies beside every result."""

from __future__ import annotations

import io
from typing import Any

import pyarrow.parquet as pq

from scripts.local_cloud.providers.athena.result_metadata import encoded
from tests.scripts.local_cloud.athena.conftest import Lab


def _column(name: str, kind_: str, precision: int = 0) -> dict[str, Any]:
    plain = {"CatalogName": "hive", "Scale": 0, "Nullable": "UNKNOWN", "CaseSensitive": False}
    return {**plain, "Name": name, "Label": name, "Type": kind_, "Precision": precision}


def test_metadata_has_the_bytes_that_aws_writes() -> None:
    rows = b"\x22\x22\n\x04hive\x22\x04rows*\x04rows2\x06bigint8\x13@\x00H\x03P\x00"
    engine = "20260917_085344_00007_k6s5b"
    expected = b"\n\x1b" + engine.encode() + b"\x12\x0cCREATE TABLE\x18\x01" + rows
    assert encoded(engine, [_column("rows", "bigint", 19)], ("CREATE TABLE", 1)) == expected
    described = [_column(name, "string") for name in ("col_name", "data_type", "comment")]
    assert len(encoded("0" * 36, described, None)) == 152
    assert encoded("", [_column("s", "varchar", 2147483647)], None).endswith(
        b"8\xff\xff\xff\xff\x07@\x00H\x03P\x00"
    )


def test_metadata_lies_beside_the_result_or_what_was_written(lab: Lab) -> None:
    made = lab.run("CREATE TABLE t AS SELECT 1 AS a")
    inserted = lab.run("INSERT INTO t SELECT a FROM t WHERE a > 1")
    for execution in (made, inserted, lab.run("SELECT a FROM t"), lab.run("SHOW TABLES")):
        place = execution["ResultConfiguration"]["OutputLocation"]
        assert execution["QueryExecutionId"] in lab.body(f"{place}.metadata")
    assert "DataManifestLocation" not in inserted["Statistics"]


def test_files_are_compressed_as_the_table_says_and_else_by_gzip(lab: Lab) -> None:
    def codecs(prefix: str) -> list[str]:
        found = lab.s3.list_objects_v2(Bucket=lab.name, Prefix=prefix)["Contents"]
        bodies = [lab.s3.get_object(Bucket=lab.name, Key=each["Key"])["Body"].read() for each in found]
        files = [pq.ParquetFile(io.BytesIO(body)) for body in bodies]
        return sorted(each.metadata.row_group(0).column(0).compression for each in files)

    made = lab.run("CREATE TABLE plain AS SELECT 1 AS a")
    lab.run("INSERT INTO plain VALUES (2)")
    assert codecs(f"results/tables/{made['QueryExecutionId']}/") == ["GZIP", "GZIP"]
    assert lab.told("SHOW TBLPROPERTIES plain('parquet.compression')") == ["GZIP"]
    lab.run(
        f"""CREATE EXTERNAL TABLE snappy (a int) STORED AS PARQUET LOCATION '{lab.uri("snappy/")}'
        TBLPROPERTIES ('parquet.compression' = 'SNAPPY')"""
    )
    lab.run("INSERT INTO snappy VALUES (2)")
    lab.run(f"UNLOAD (SELECT 1 AS a) TO '{lab.uri('out/')}' WITH (format = 'PARQUET', compression = 'ZSTD')")
    assert (codecs("snappy/"), codecs("out/")) == (["SNAPPY"], ["ZSTD"])
    assert lab.fail("CREATE TABLE z WITH (write_compression = 'LZ4') AS SELECT 1 AS a").startswith("NOT_SUPP")


def test_rows_that_are_inserted_into_text_are_all_read_again(lab: Lab) -> None:
    lab.run(
        f"""CREATE EXTERNAL TABLE headed (a int, b string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ';'
        LOCATION '{lab.uri("headed/")}' TBLPROPERTIES ('skip.header.line.count' = '1',
        'write.compression' = 'NONE')"""
    )
    lab.run("INSERT INTO headed VALUES (1, 'x'), (2, 'y')")
    assert lab.rows("SELECT * FROM headed ORDER BY a") == [["1", "x"], ["2", "y"]]
    written = lab.s3.list_objects_v2(Bucket=lab.name, Prefix="headed/")["Contents"]
    assert lab.body(lab.uri(written[0]["Key"])) == "a;b\n1;x\n2;y\n"
    lab.run("ALTER TABLE headed SET TBLPROPERTIES ('skip.header.line.count' = '2')")
    assert "skip.header.line.count property greater than 1" in lab.fail("INSERT INTO headed VALUES (1, 'x')")
    lab.run(
        f"""CREATE EXTERNAL TABLE formatted (a int, b string)
        ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
        WITH SERDEPROPERTIES ('serialization.format' = ',') LOCATION '{lab.uri("formatted/")}'"""
    )
    lab.run("INSERT INTO formatted VALUES (1, 'x')")
    assert lab.rows("SELECT * FROM formatted") == [["1", "x"]]


def test_a_delimiter_within_a_value_is_escaped_where_the_table_says_how(lab: Lab) -> None:
    lab.run(
        f"""CREATE EXTERNAL TABLE escaped (a int, b string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
        ESCAPED BY '\\\\' LOCATION '{lab.uri("escaped/")}' TBLPROPERTIES ('write.compression' = 'NONE')"""
    )
    lab.run("INSERT INTO escaped VALUES (1, 'a,b\\c')")
    assert lab.rows("SELECT * FROM escaped") == [["1", "a,b\\c"]]
    (written,) = lab.s3.list_objects_v2(Bucket=lab.name, Prefix="escaped/")["Contents"]
    assert lab.body(lab.uri(written["Key"])) == "1,a\\,b\\\\c\n"


def test_a_statement_that_writes_and_fails_says_where_files_may_be_left(lab: Lab) -> None:
    lab.run("CREATE TABLE t AS SELECT 1 AS a")
    made, inserted = (
        lab.wait(lab.start(sql)) for sql in ("CREATE TABLE u AS SELECT 1", "INSERT INTO t SELECT 'x'")
    )
    left = lab.uri(f"results/tables/{made['QueryExecutionId']}")
    assert made["Status"]["StateChangeReason"] == (
        "MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1. You may need to manually "
        f"clean the data at location '{left}' before retrying. Athena will not delete data in your account."
    )
    assert inserted["Status"]["AthenaError"]["ErrorMessage"].endswith(
        f"generated at '{lab.uri('results/' + inserted['QueryExecutionId'])}-manifest.csv', you may need to "
        "manually clean the data from locations specified in the manifest. Athena will not delete data in "
        "your account."
    )
