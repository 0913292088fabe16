"""Queries through the API: states, results and their objects, tables of every format, what fails."""

from __future__ import annotations

import gzip
from typing import Any

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from tests.scripts.local_cloud.athena.conftest import Lab


def test_a_query_is_answered_with_types_rows_and_an_object_as_aws_writes_it(lab: Lab) -> None:
    execution = lab.run(
        "SELECT 1 AS a, 'x\"y' AS b, CAST(NULL AS varchar) AS c, ARRAY[1, 2] AS d, 1.50 AS e, '' AS f"
    )
    query_id = execution["QueryExecutionId"]
    assert (execution["StatementType"], execution["SubstatementType"]) == ("DML", "SELECT")
    assert execution["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"
    assert execution["ResultConfiguration"]["OutputLocation"] == lab.uri(f"results/{query_id}.csv")
    assert execution["Status"]["CompletionDateTime"] >= execution["Status"]["SubmissionDateTime"]
    answer = lab.athena.get_query_results(QueryExecutionId=query_id)["ResultSet"]
    values = [[each.get("VarCharValue") for each in row["Data"]] for row in answer["Rows"]]
    assert values == [["a", "b", "c", "d", "e", "f"], ["1", 'x"y', None, "[1, 2]", "1.50", ""]]
    info = {each["Name"]: each for each in answer["ResultSetMetadata"]["ColumnInfo"]}
    assert [each["Type"] for each in info.values()] == [
        "integer",
        "varchar",
        "varchar",
        "array",
        "decimal",
        "varchar",
    ]
    assert (info["e"]["Precision"], info["e"]["Scale"], info["a"]["Precision"]) == (3, 2, 10)
    body = lab.s3.get_object(Bucket=lab.name, Key=f"results/{query_id}.csv")["Body"].read().decode()
    assert body == '"a","b","c","d","e","f"\n"1","x""y",,"[1, 2]","1.50",""\n'
    assert lab.s3.head_object(Bucket=lab.name, Key=f"results/{query_id}.csv.metadata")["ContentLength"] > 0


def test_a_query_that_begins_with_a_comment_says_from_its_start_where_its_rows_will_be(lab: Lab) -> None:
    query_id = lab.start("-- what it is for\n/* and why */ (SELECT 1)")
    begun = lab.athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
    ended = lab.wait(query_id)
    assert {each["ResultConfiguration"]["OutputLocation"] for each in (begun, ended)} == {
        lab.uri(f"results/{query_id}.csv")
    }


def test_results_are_paged_with_the_header_in_the_first_page_only(lab: Lab) -> None:
    execution = lab.run("SELECT x FROM UNNEST(sequence(1, 2500)) AS t(x) ORDER BY x")
    assert lab.rows_of(execution) == [[str(each)] for each in range(1, 2501)]
    page = lab.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"], MaxResults=2)
    assert [row["Data"][0]["VarCharValue"] for row in page["ResultSet"]["Rows"]] == ["x", "1"]
    few = lab.run("SELECT 1 AS x")["QueryExecutionId"]
    # A page that is full has a token, though nothing follows.
    token = lab.athena.get_query_results(QueryExecutionId=few, MaxResults=2)["NextToken"]
    after = lab.athena.get_query_results(QueryExecutionId=few, NextToken=token)
    assert (after["ResultSet"]["Rows"], "NextToken" in after) == ([], False)
    with pytest.raises(ClientError, match="Malformed nextPageToken mine"):
        lab.athena.get_query_results(QueryExecutionId=few, NextToken="mine")


def test_a_query_that_fails_says_why_as_athena_does(lab: Lab) -> None:
    execution = lab.wait(lab.start("SELECT foo(1)"))
    status = execution["Status"]
    assert status["State"] == "FAILED"
    assert status["StateChangeReason"] == "FUNCTION_NOT_FOUND: line 1:8: Function 'foo' not registered"
    assert status["AthenaError"]["ErrorCategory"] == 2
    with pytest.raises(ClientError, match="Query did not finish successfully"):
        lab.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])


def test_results_that_cannot_be_stored_fail_the_query_and_say_what_s3_says(lab: Lab) -> None:
    output = {"ResultConfiguration": {"OutputLocation": lab.uri("x" * 1000 + "/")}}
    lab.athena.create_work_group(Name=f"{lab.name}-long", Configuration=output)
    reason = lab.fail("SELECT 1", WorkGroup=f"{lab.name}-long")
    assert reason.startswith("GENERIC_INTERNAL_ERROR: The results could not be stored")
    assert "KeyTooLongError" in reason


def test_the_same_token_is_the_same_query(lab: Lab) -> None:
    token = "t" * 40 + lab.name
    assert lab.start("SELECT 1", ClientRequestToken=token) == lab.start("SELECT 1", ClientRequestToken=token)
    assert lab.start("SELECT 1", ClientRequestToken=token, ExecutionParameters=["1"]) == lab.start(
        "SELECT 1", ClientRequestToken=token
    )
    with pytest.raises(ClientError, match="Idempotent parameters do not match"):
        lab.start("SELECT 2", ClientRequestToken=token)


def test_where_a_query_runs_is_told_as_it_was_asked(lab: Lab) -> None:
    context = {"Catalog": "AwsDataCatalog", "Database": lab.name.replace("-", "_").upper()}
    found = lab.run("SHOW TABLES", QueryExecutionContext=context)
    assert found["QueryExecutionContext"] == {**context, "Catalog": "awsdatacatalog"}
    assert "WorkGroup is not found." in lab.refuse("SELECT 1", WorkGroup="none")
    nowhere = {"OutputLocation": "s3://"}
    told = lab.refuse("SELECT 1", WorkGroup="primary", ResultConfiguration=nowhere)
    assert told == "outputLocation is not a valid S3 path."


def test_executions_are_listed_by_work_group_the_newest_first(lab: Lab) -> None:
    ids = [lab.run(f"SELECT {each}")["QueryExecutionId"] for each in (1, 2)]
    assert lab.athena.list_query_executions(WorkGroup=lab.name)["QueryExecutionIds"] == ids[::-1]
    first = lab.athena.list_query_executions(WorkGroup=lab.name, MaxResults=1)
    rest = lab.athena.list_query_executions(WorkGroup=lab.name, NextToken=first["NextToken"])
    assert (first["QueryExecutionIds"], rest["QueryExecutionIds"]) == ([ids[1]], [ids[0]])
    assert "NextToken" not in rest
    with pytest.raises(ClientError, match="Invalid NextToken"):
        lab.athena.list_query_executions(WorkGroup=lab.name, NextToken="no token of ours")
    found = lab.athena.batch_get_query_execution(QueryExecutionIds=[*ids, "no-such"])
    assert [each["QueryExecutionId"] for each in found["QueryExecutions"]] == ids
    assert len(found["UnprocessedQueryExecutionIds"]) == 1
    statistics = lab.athena.get_query_runtime_statistics(QueryExecutionId=ids[0])["QueryRuntimeStatistics"]
    assert statistics["Rows"]["OutputRows"] == 1


def _sales(lab: Lab) -> None:
    for year, amounts in ((2023, [1.5, 2.5]), (2024, [10.0])):
        lab.parquet(
            f"sales/year={year}/a.parquet",
            id=list(range(len(amounts))),
            amount=amounts,
            note=["n"] * len(amounts),
        )
    lab.run(
        f"""CREATE EXTERNAL TABLE sales (id bigint, amount double, note string) PARTITIONED BY (year int)
        STORED AS PARQUET LOCATION '{lab.uri("sales/")}'"""
    )


def test_a_partitioned_parquet_table_is_repaired_read_and_pruned(lab: Lab) -> None:
    _sales(lab)
    assert lab.rows("SELECT count(*) FROM sales") == [["0"]]
    lab.run("MSCK REPAIR TABLE sales")
    assert lab.rows("SHOW PARTITIONS sales") == [["year=2023"], ["year=2024"]]
    whole = lab.run("SELECT year, sum(amount) FROM sales GROUP BY year ORDER BY year")
    assert lab.rows_of(whole) == [["2023", "4.0"], ["2024", "10.0"]]
    part = lab.run('SELECT sum(amount), max("$path") FROM sales WHERE year = 2024 AND amount > 1')
    assert lab.rows_of(part) == [["10.0", lab.uri("sales/year=2024/a.parquet")]]
    scanned = [each["Statistics"]["DataScannedInBytes"] for each in (whole, part)]
    assert 0 < scanned[1] < scanned[0]
    # A file that nobody may read is not read where its partition is of no use.
    lab.text("sales/year=2023/broken.parquet", "this is no Parquet")
    assert lab.rows("SELECT count(*) FROM sales WHERE year > 2023") == [["1"]]
    reason = lab.fail("SELECT count(*) FROM sales")
    assert reason.startswith("HIVE_BAD_DATA: Not valid Parquet file: s3://")
    assert "expected magic number: PAR1" in reason


def test_locations_of_many_objects_and_of_names_that_begin_alike_are_read_whole_and_apart(lab: Lab) -> None:
    # More than are told of at once.
    for number in range(203):
        lab.text(f"alike/p=1/{number}.csv", f"{number}\n")
    lab.text("alike/p=10/a.csv", "7\n")
    lab.text("alike/p=1-old/a.csv", "8\n")
    lab.text("alike-not/p=1/a.csv", "9\n")
    lab.run(f"CREATE EXTERNAL TABLE alike (x int) PARTITIONED BY (p int) LOCATION '{lab.uri('alike')}'")
    lab.run("ALTER TABLE alike ADD PARTITION (p = 1) PARTITION (p = 10)")
    assert lab.rows("SELECT p, count(*), sum(x) FROM alike GROUP BY p ORDER BY p") == [
        ["1", "203", str(sum(range(203)))],
        ["10", "1", "7"],
    ]


def test_a_column_whose_type_changed_is_told(lab: Lab) -> None:
    _sales(lab)
    lab.run("ALTER TABLE sales ADD PARTITION (year = 2024)")
    table = lab.glue.get_table(DatabaseName=lab.name.replace("-", "_"), Name="sales")["Table"]
    table["StorageDescriptor"]["Columns"][1]["Type"] = "string"
    kept = {
        key: table[key] for key in ("Name", "TableType", "Parameters", "StorageDescriptor", "PartitionKeys")
    }
    lab.glue.update_table(DatabaseName=lab.name.replace("-", "_"), TableInput=kept)
    assert (
        "HIVE_PARTITION_SCHEMA_MISMATCH: There is a mismatch between the table and partition schemas"
        in lab.fail("SELECT amount FROM sales")
    )
    lab.parquet("changed/a.parquet", quantity=[1, 2])
    lab.run(
        f"CREATE EXTERNAL TABLE changed (quantity string) STORED AS PARQUET LOCATION '{lab.uri('changed/')}'"
    )
    reason = lab.fail("SELECT quantity FROM changed")
    assert reason == (
        f"HIVE_BAD_DATA: Field quantity's type INT64 in parquet file "
        f"{lab.uri('changed/a.parquet')} is incompatible "
        "with type varchar defined in table schema"
    )


def test_text_csv_and_json_are_read_as_their_serdes_read_them(lab: Lab) -> None:
    lab.text("text/a.csv", "id,name,price\n1,one,1.5\n2,\\N,x\n")
    lab.run(
        f"""CREATE EXTERNAL TABLE plain (id int, name string, price double)
        ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' STORED AS TEXTFILE LOCATION '{lab.uri("text/")}'
        TBLPROPERTIES ('skip.header.line.count' = '1')"""
    )
    execution = lab.run("SELECT * FROM plain ORDER BY id")
    assert lab.rows_of(execution) == [["1", "one", "1.5"], ["2", None, None]]
    assert execution["Statistics"]["DataScannedInBytes"] > 0
    lab.s3.put_object(Bucket=lab.name, Key="csv/a.csv.gz", Body=gzip.compress(b'1,"a, ""b"""\n2,"c"\n'))
    lab.run(
        f"""CREATE EXTERNAL TABLE quoted (id int, name string)
        ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION '{lab.uri("csv/")}'"""
    )
    assert lab.rows("SELECT * FROM quoted ORDER BY id") == [["1", 'a, "b"'], ["2", "c"]]
    lab.text("json/a.json", '{"Id": 1, "tags": ["x", "y"], "at": {"City": "Bonn"}}\n{"id": 2}\n')
    lab.run(
        f"""CREATE EXTERNAL TABLE js (id bigint, tags array<string>, at struct<city:string>)
        ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION '{lab.uri("json/")}'"""
    )
    assert lab.rows("SELECT id, tags, at.city FROM js ORDER BY id") == [
        ["1", "[x, y]", "Bonn"],
        ["2", None, None],
    ]
    lab.text("json/b.json", "not json\n")
    assert lab.fail("SELECT * FROM js").startswith("HIVE_CURSOR_ERROR: Row is not a valid JSON Object")


def test_a_sign_in_a_text_file_escapes_what_would_end_a_value(lab: Lab) -> None:
    lab.text("escaped/a.csv", "1,one\n2,two\n")
    lab.run(
        f"""CREATE EXTERNAL TABLE escaped (id int, name string)
        ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\\\' LOCATION '{lab.uri("escaped/")}'"""
    )
    assert lab.rows("SELECT * FROM escaped ORDER BY id") == [["1", "one"], ["2", "two"]]
    lab.text("escaped/b.csv", "3,drei\\, three\n4,\\N\n5,\\\\N\n6,a\\nb\\\\\n7\n")
    assert lab.rows("SELECT * FROM escaped WHERE id > 2 ORDER BY id") == [
        ["3", "drei, three"],
        ["4", None],
        ["5", "\\N"],
        ["6", "a\nb\\"],
        ["7", None],
    ]


def test_every_file_of_text_has_a_header_of_its_own_and_an_empty_line_is_not_lost_in_silence(
    lab: Lab,
) -> None:
    for name in ("a", "b"):
        lab.text(f"heads/{name}.csv", f"id,name\n1,{name}\n")
    lab.run(
        f"""CREATE EXTERNAL TABLE heads (id int, name string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
        LOCATION '{lab.uri("heads/")}' TBLPROPERTIES ('skip.header.line.count' = '1')"""
    )
    assert lab.rows("SELECT id, name FROM heads ORDER BY name") == [["1", "a"], ["1", "b"]]
    lab.text("heads/c.csv", "id,name\n1,c\n\n2,d\n")
    assert lab.fail("SELECT count(*) FROM heads").startswith("NOT_SUPPORTED: An empty line in s3://")


def test_nested_columns_are_read_by_the_names_of_their_fields(lab: Lab) -> None:
    lab.parquet(
        "nested/a.parquet",
        s=[{"b": "x", "a": 1}],
        l=[[1, 2]],
        m=pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int32())),
    )
    lab.parquet("nested/b.parquet", l=[[3]], s=[{"a": 2, "b": "y"}])
    lab.run(
        f"""CREATE EXTERNAL TABLE nested (s struct<a:bigint,b:string>, l array<bigint>, m map<string,int>)
        STORED AS PARQUET LOCATION '{lab.uri("nested/")}'"""
    )
    assert lab.rows("SELECT s.a, s.b, l, m, s FROM nested ORDER BY 1") == [
        ["1", "x", "[1, 2]", "{k=1}", "{a=1, b=x}"],
        ["2", "y", "[3]", None, "{a=2, b=y}"],
    ]


@pytest.mark.parametrize("form", ["TEXTFILE", "JSON", "PARQUET"])
def test_what_is_written_in_each_format_is_read_back(lab: Lab, form: str) -> None:
    lab.run(
        f"""CREATE TABLE w WITH (format = '{form}') AS SELECT * FROM (VALUES
        (1, 'a', 1.5e0, DECIMAL '2.50', DATE '2024-01-31', true, TIMESTAMP '2024-01-31 10:20:30.123'),
        (2, NULL, NULL, NULL, NULL, NULL, NULL)) AS t(i, s, d, n, day, b, at)"""
    )
    lab.run("INSERT INTO w (i, s) VALUES (3, 'c')")
    assert lab.rows("SELECT * FROM w ORDER BY i") == [
        ["1", "a", "1.5", "2.50", "2024-01-31", "true", "2024-01-31 10:20:30.123"],
        ["2", None, None, None, None, None, None],
        ["3", "c", None, None, None, None, None],
    ]
    table = lab.glue.get_table(DatabaseName=lab.name.replace("-", "_"), Name="w")["Table"]
    assert [each["Type"] for each in table["StorageDescriptor"]["Columns"]] == [
        "int", "varchar(1)", "double", "decimal(3,2)", "date", "boolean", "timestamp",
    ]  # fmt: skip


def test_a_line_is_split_by_the_groups_of_a_regular_expression(lab: Lab) -> None:
    lab.text("logs/a.log", '#Version\n2014-07-05 \t20:00 4260 "GET /a b"\n2014-07-06 x none "put"\n')
    lab.run(
        f"""CREATE EXTERNAL TABLE logs (`day` date, at string, bytes bigint, request string, more string)
        ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES (
        "input.regex" = "^(?!#)([^ ]+)\\\\s+([^ ]+) ([^ ]+) \\"(get .*|[^ ]*)\\"$",
        "input.regex.case.insensitive" = "true") LOCATION '{lab.uri("logs/")}'"""
    )
    assert lab.rows("SELECT * FROM logs ORDER BY day NULLS FIRST") == [
        [None, None, None, None, None],
        ["2014-07-05", "20:00", "4260", "GET /a b", None],
        ["2014-07-06", "x", None, "put", None],
    ]
    # What Java reads otherwise than the engine here is not guessed.
    properties = "WITH SERDEPROPERTIES ('input.regex' = '(\\\\p{Alpha}+)')"
    lab.run(
        f"""CREATE EXTERNAL TABLE posix (a string)
        ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' {properties}
        LOCATION '{lab.uri("logs/")}'"""
    )
    assert lab.fail("SELECT * FROM posix").startswith("NOT_SUPPORTED: The regular expression '(\\p{Alpha}+)'")


def test_other_serdes_and_projection_are_refused(lab: Lab) -> None:
    lab.run(
        f"""CREATE EXTERNAL TABLE orc (id int) ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.orc.OrcSerde'
        LOCATION '{lab.uri("orc/")}'"""
    )
    lab.run(
        f"""CREATE EXTERNAL TABLE projected (id int) PARTITIONED BY (y int) STORED AS PARQUET
        LOCATION '{lab.uri("p/")}' TBLPROPERTIES ('projection.enabled' = 'true')"""
    )
    assert lab.fail("SELECT * FROM projected").startswith("NOT_SUPPORTED: Partition projection")
    assert lab.fail("DELETE FROM projected").startswith("NOT_SUPPORTED: line 1:1: DELETE FROM, which changes")
    assert lab.fail("SELECT * FROM orc").startswith(
        "NOT_SUPPORTED: SerDe org.apache.hadoop.hive.ql.io.orc.OrcSerde"
    )


def test_a_table_as_select_is_made_inserted_into_unloaded_and_dropped(lab: Lab) -> None:
    made = lab.run(
        """CREATE TABLE facts WITH
        (format = 'PARQUET', partitioned_by = ARRAY['k'], write_compression = 'SNAPPY') AS
        SELECT x AS v, CAST(x * 1.5 AS decimal(10, 2)) AS d, CASE WHEN x > 1 THEN 'b' ELSE 'a' END AS k
        FROM (VALUES 1, 2, 3) AS t(x)"""
    )
    assert (made["StatementType"], made["SubstatementType"]) == ("DDL", "CREATE_TABLE_AS_SELECT")
    manifest = made["Statistics"]["DataManifestLocation"]
    assert manifest == lab.uri(f"results/tables/{made['QueryExecutionId']}-manifest.csv")
    written = lab.body(manifest)
    assert len(written.splitlines()) == 2
    assert all(f"/tables/{made['QueryExecutionId']}/k=" in line for line in written.splitlines())
    assert lab.rows("SELECT * FROM facts ORDER BY v") == [
        ["1", "1.50", "a"],
        ["2", "3.00", "b"],
        ["3", "4.50", "b"],
    ]
    inserted = lab.run("INSERT INTO facts SELECT 4, DECIMAL '9.99', 'c'")
    assert lab.athena.get_query_results(QueryExecutionId=inserted["QueryExecutionId"])["UpdateCount"] == 1
    assert lab.rows("SELECT d FROM facts WHERE k = 'c'") == [["9.99"]]
    assert lab.fail("INSERT INTO facts SELECT 'x', 1.0, 'c'").startswith(
        "TYPE_MISMATCH: line 1:1: Insert query has"
    )
    unloaded = lab.run(
        f"UNLOAD (SELECT v, k FROM facts) TO '{lab.uri('out/')}' WITH (format = 'JSON', compression = 'NONE')"
    )
    assert unloaded["SubstatementType"] == "UNLOAD"
    keys = [each["Key"] for each in lab.s3.list_objects_v2(Bucket=lab.name, Prefix="out/")["Contents"]]
    body = lab.s3.get_object(Bucket=lab.name, Key=keys[0])["Body"].read().decode()
    assert len(body.splitlines()) == 4
    assert lab.fail(f"UNLOAD (SELECT 1 AS a) TO '{lab.uri('out/')}' WITH (format = 'JSON')").startswith(
        "HIVE_PATH_ALREADY_EXISTS"
    )
    assert "already exists" in lab.fail("CREATE TABLE facts AS SELECT 1 AS a")
    assert lab.fail("CREATE TABLE bare AS SELECT 1").startswith("MISSING_COLUMN_NAME")
    assert "Bucketing" in lab.fail(
        "CREATE TABLE b WITH (bucketed_by = ARRAY['a'], bucket_count = 2) AS SELECT 1 AS a"
    )
    lab.run("DROP TABLE facts")
    assert lab.fail("SELECT * FROM facts").startswith("TABLE_NOT_FOUND")


def test_the_catalog_is_shown_described_and_changed(lab: Lab) -> None:
    database = lab.name.replace("-", "_")
    _sales(lab)
    assert [database] in lab.rows("SHOW DATABASES")
    assert lab.rows("SHOW TABLES") == [["sales"]]
    assert lab.rows("SHOW TABLES 'x*'") == []
    lab.run("ALTER TABLE sales ADD COLUMNS (extra string)")
    lab.run("ALTER TABLE sales SET TBLPROPERTIES ('owner' = 'me')")
    assert [each[0].strip() for each in lab.rows("SHOW COLUMNS IN sales") if each[0]] == [
        "id",
        "amount",
        "note",
        "extra",
        "year",
    ]
    assert ["owner\tme"] in lab.rows("SHOW TBLPROPERTIES sales")
    described = lab.rows("DESCRIBE sales")
    assert described[0] == ["id                  \tbigint              \t                    "]
    created = "\n".join(each[0] or "" for each in lab.rows("SHOW CREATE TABLE sales"))
    assert created.startswith("CREATE EXTERNAL TABLE `sales`(\n  `id` bigint, \n")
    lab.run("ALTER TABLE sales ADD PARTITION (year = 2024) PARTITION (year = 2023)")
    lab.run("ALTER TABLE sales DROP PARTITION (year = 2023)")
    assert lab.rows("SELECT DISTINCT year, extra FROM sales") == [["2024", None]]
    lab.run("CREATE VIEW big AS SELECT id, amount FROM sales WHERE amount > 5")
    assert lab.rows("SELECT amount FROM big") == [["10.0"]]
    assert lab.rows("SHOW VIEWS") == [["big"]]
    assert lab.rows(
        f"SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = "
        f"'{database}' ORDER BY 1"
    ) == [
        ["big", "VIEW"],
        ["sales", "BASE TABLE"],
    ]
    lab.run("DROP VIEW big")
    lab.run("CREATE DATABASE IF NOT EXISTS " + database)
    assert "is not empty" in lab.fail(f"DROP DATABASE {database}")
    metadata = lab.athena.get_table_metadata(
        CatalogName="awsdatacatalog", DatabaseName=database, TableName="sales"
    )
    assert [each["Name"] for each in metadata["TableMetadata"]["PartitionKeys"]] == ["year"]
    tables = lab.athena.list_table_metadata(CatalogName="AwsDataCatalog", DatabaseName=database)
    assert [each["Name"] for each in tables["TableMetadataList"]] == ["sales"]
    pages = lab.athena.get_paginator("list_databases").paginate(CatalogName="AwsDataCatalog")
    assert database in [each["Name"] for page in pages for each in page["DatabaseList"]]


def test_prepared_statements_take_parameters(lab: Lab) -> None:
    lab.run("PREPARE mine FROM SELECT x FROM (VALUES 1, 2, 3) AS t(x) WHERE x > ? ORDER BY x")
    assert lab.rows("EXECUTE mine USING 1") == [["2"], ["3"]]
    assert lab.rows("EXECUTE mine", ExecutionParameters=["2"]) == [["3"]]
    assert lab.rows("SELECT ?", ExecutionParameters=["'a'"]) == [["a"]]
    # What is no expression, or names a column, is text; what has no place is passed over.
    given = ["Washington", "it's", "1 + 1", "DATE '2024-01-31'"]
    assert lab.rows("SELECT ?, ?, ?, ?", ExecutionParameters=given) == [
        ["Washington", "it's", "2", "2024-01-31"]
    ]
    assert lab.rows("SELECT 1 -- ?", ExecutionParameters=["2"]) == [["1"]]
    assert lab.fail("EXECUTE mine USING 1, 2").startswith("INVALID_PARAMETER_USAGE")
    kept = lab.athena.get_prepared_statement(StatementName="mine", WorkGroup=lab.name)["PreparedStatement"]
    assert kept["QueryStatement"].startswith("SELECT x FROM")
    lab.run("DEALLOCATE PREPARE mine")
    assert lab.fail("EXECUTE mine USING 1") == "NOT_FOUND: Prepared statement not found: mine"


def test_an_empty_table_has_no_rows_and_a_bucket_that_is_gone_is_told(lab: Lab) -> None:
    lab.run(
        f"CREATE EXTERNAL TABLE nothing (a int, b string) STORED AS PARQUET LOCATION '{lab.uri('nothing/')}'"
    )
    assert lab.rows("SELECT a, b FROM nothing") == []
    assert lab.rows("SELECT count(*), sum(a) FROM nothing") == [["0", None]]
    lab.run("CREATE EXTERNAL TABLE lost (a int) STORED AS PARQUET LOCATION 's3://no-such-bucket-anywhere/x/'")
    assert "The specified bucket does not exist" in lab.fail("SELECT * FROM lost")


def test_what_the_catalog_leaves_out_is_named(lab: Lab) -> None:
    database = lab.name.replace("-", "_")
    serde = {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"}
    columns = [{"Name": "a", "Type": "int"}]
    lab.glue.create_table(DatabaseName=database, TableInput={"Name": "bare"})
    assert lab.fail("SELECT * FROM bare").startswith("HIVE_UNSUPPORTED_FORMAT: Table")
    for statement in ("DESCRIBE bare", "SHOW CREATE TABLE bare"):
        assert "StorageDescriptor#Columns cannot be null for table: bare" in lab.fail(statement)
    storage = {"Columns": columns, "SerdeInfo": serde}
    lab.glue.create_table(DatabaseName=database, TableInput={"Name": "nowhere", "StorageDescriptor": storage})
    nowhere = f"HIVE_METASTORE_ERROR: Table {database}.nowhere has no location in the catalog"
    assert lab.fail("SELECT a FROM nowhere") == nowhere
    keys = [{"Name": "y", "Type": "int"}]
    parted = {"Name": "parted", "PartitionKeys": keys, "StorageDescriptor": storage}
    lab.glue.create_table(DatabaseName=database, TableInput=parted)
    lab.glue.create_partition(DatabaseName=database, TableName="parted", PartitionInput={"Values": ["1"]})
    assert "Partition ['1'] of table" in lab.fail("SELECT a FROM parted")


def test_what_a_work_group_asks_for_is_kept(lab: Lab, client: Any) -> None:
    with pytest.raises(ClientError, match="No output location provided"):
        lab.athena.start_query_execution(QueryString="SELECT 1")
    elsewhere = lab.run("SELECT 1", ResultConfiguration={"OutputLocation": lab.uri("elsewhere/")})
    assert elsewhere["ResultConfiguration"]["OutputLocation"].startswith(lab.uri("results/"))
    lab.athena.update_work_group(WorkGroup=lab.name, State="DISABLED")
    with pytest.raises(ClientError, match="is disabled"):
        lab.start("SELECT 1")


def test_explain_tells_a_plan_and_runs_nothing(lab: Lab) -> None:
    execution = lab.run("EXPLAIN SELECT sum(x) FROM (VALUES 1, 2) AS t(x)")
    assert (execution["StatementType"], execution["SubstatementType"]) == ("DML", "EXPLAIN")
    lines = lab.rows_of(execution)
    assert lines[0] == ["Query Plan"]
    assert "DuckDB's plan" in lines[1][0]
    assert len(lines) > 2
    assert lab.fail("EXPLAIN SELECT nothing").startswith("COLUMN_NOT_FOUND: line 1:16: Column 'nothing'")
    assert lab.told("EXPLAIN (SELECT 1)")[0] == "Query Plan"
    for asked in ("EXPLAIN ANALYZE SELECT 1", "EXPLAIN (TYPE IO) SELECT 1"):
        assert lab.fail(asked).startswith("NOT_SUPPORTED")
