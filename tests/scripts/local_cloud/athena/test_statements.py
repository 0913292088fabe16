"""Statements about the catalog: Hive's grammar, what they change in the catalog, and what they tell."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.local_cloud.athena.grammar import several
from scripts.local_cloud.athena.kinds import kind
from tests.scripts.local_cloud.athena.conftest import Lab


def test_hives_grammar_takes_double_quotes_for_text_and_backquotes_for_names(lab: Lab) -> None:
    lab.text("semicolons/a.csv", "head\n'a;b';c\n")
    lab.run(
        f"""CREATE EXTERNAL TABLE `semicolons` (`a` string, b string)
        ROW FORMAT SERDE "org.apache.hadoop.hive.serde2.OpenCSVSerde"
        WITH SERDEPROPERTIES ("separatorChar" = ";", "quoteChar" = "'", "escapeChar" = "\\"")
        LOCATION "{lab.uri("semicolons/")}" TBLPROPERTIES ("skip.header.line.count"="1")"""
    )
    assert lab.rows('SELECT * FROM "semicolons"') == [["a;b", "c"]]
    assert "mismatched input '\"semicolons\"'" in lab.refuse('DROP TABLE "semicolons"')
    assert lab.refuse("SELECT `a` FROM semicolons") == (
        "line 1:8: backquoted identifiers are not supported; use double quotes to quote identifiers"
    )


@pytest.mark.parametrize(
    "sql", ["SELECT '\\', ';'", """ALTER TABLE t SET LOCATION "s3://b/;\\";" """, f"{' ' * 5000}1"]
)
def test_a_backslash_is_a_letter_to_trino_and_escapes_in_hives_grammar(sql: str) -> None:
    assert not several(sql)


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELEC 1", "line 1:1: mismatched input 'SELEC'"),
        ("-- nothing", "line 1:11: mismatched input '<EOF>'"),
        ("CREATE VIEW v AS SELECT 1, FROM t", "line 1:28: mismatched input 'FROM'"),
        ("INSERT INTO t (a) SELECT 1,", "line 1:28: mismatched input '<EOF>'"),
        ("CREATE TABLE t AS SELECT (1", "mismatched input"),
        ("UNLOAD (SELECT 1 AS a,) TO 's3://b/'", "mismatched input"),
        ("PREPARE p FROM SELECT * FROM", "mismatched input"),
        ("ALTER TABLE no_such_table ADD COLUMNS (a", "line 1:41: mismatched input '<EOF>'"),
        ("ALTER TABLE t DROP COLUMN a", "line 1:20: mismatched input 'COLUMN'. Expecting: 'PARTITION'"),
        ("CREATE TABLE t (a int)", "No location was specified for table. An S3 location must be specified"),
        ("CREATE EXTERNAL TABLE t (a int)", "No location was specified for table"),
        ("CREATE TABLE t (a int) LOCATION 's3://b/t/'", "External keyword required for table type HIVE"),
    ],
)
def test_what_is_no_statement_is_refused_before_a_query_begins(lab: Lab, sql: str, why: str) -> None:
    assert why in lab.refuse(sql)
    assert lab.athena.list_query_executions(WorkGroup=lab.name)["QueryExecutionIds"] == []


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("/* why */ (SELECT 1)", ("DML", "SELECT")),
        ("SHOW /* c */ TABLES", ("UTILITY", "SHOW_TABLES")),
        ("CREATE TABLE t WITH (format = 'JSON') AS (VALUES 1)", ("DDL", "CREATE_TABLE_AS_SELECT")),
        ("CREATE EXTERNAL TABLE t (a int) STORED AS PARQUET", ("DDL", "CREATE_TABLE")),
        ("ALTER TABLE `d`.`a b` ADD COLUMNS (a int)", ("DDL", "ALTER_TABLE_ADD_COLUMN")),
        ("ALTER TABLE d.t PARTITION (y = 1) SET LOCATION 's3://b/'", ("DDL", "ALTER_TABLE_SET_LOCATION")),
        ("ALTER TABLE t ADD IF NOT EXISTS PARTITION (y = 1)", ("DDL", "ALTER_TABLE_ADD_PARTITION")),
        ("EXECUTE saved USING 1", ("DML", "INSERT")),
    ],
)
def test_what_a_statement_is_is_known_by_its_words(sql: str, told: tuple[str, str]) -> None:
    assert kind(sql, {"saved": "INSERT INTO t VALUES (?)"}) == told


def test_a_query_that_fails_tells_what_it_was_and_where_it_would_have_written(lab: Lab) -> None:
    places = {
        "SELECT a FROM no_such": ("DML", "SELECT", "{}.csv"),
        "INSERT INTO no_such SELECT 1": ("DML", "INSERT", "{}"),
        "CREATE TABLE t AS SELECT no_such": ("DDL", "CREATE_TABLE_AS_SELECT", "tables/{}"),
        "DROP TABLE no_such": ("DDL", "DROP_TABLE", "{}.txt"),
        "EXPLAIN SELECT no_such": ("DML", "EXPLAIN", "{}.txt"),
    }
    for sql, (statement, substatement, place) in places.items():
        found = lab.wait(lab.start(sql))
        assert found["Status"]["State"] == "FAILED"
        assert (found["StatementType"], found["SubstatementType"]) == (statement, substatement)
        where = lab.uri("results/" + place.format(found["QueryExecutionId"]))
        assert found["ResultConfiguration"]["OutputLocation"] == where


def test_results_have_the_form_that_each_kind_of_statement_has_on_aws(lab: Lab) -> None:
    def results(sql: str) -> tuple[list[tuple[Any, ...]], Any]:
        query_id = lab.run(sql)["QueryExecutionId"]
        found = lab.athena.get_query_results(QueryExecutionId=query_id)
        described = found["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        keys = ("Name", "Type", "Precision", "CaseSensitive")
        return [tuple(each[key] for key in keys) for each in described], found.get("UpdateCount")

    rows = [("rows", "bigint", 19, False)]
    assert results("CREATE TABLE made AS SELECT 1 AS a FROM (VALUES 1, 2)") == (rows, 2)
    assert results("INSERT INTO made SELECT 3") == (rows, 1)
    assert results("CREATE VIEW seen AS SELECT a, 'x' AS b FROM made") == ([], None)
    assert results("SELECT a FROM made") == ([("a", "integer", 10, False)], 0)
    assert results("SHOW TABLES") == ([("tab_name", "string", 0, False)], 0)
    assert results("SHOW VIEWS") == ([("views", "varchar", 0, False)], 0)
    assert results("SHOW CREATE TABLE made") == ([("createtab_stmt", "string", 0, False)], None)
    assert results("SHOW CREATE VIEW seen") == ([("create view", "varchar", 0, False)], 0)
    described = [(name, "string", 0, False) for name in ("col_name", "data_type", "comment")]
    assert results("DESCRIBE made") == (described, None)
    for sql in ("DESCRIBE seen", "SHOW COLUMNS IN seen"):
        execution = lab.run(sql)
        assert execution["SubstatementType"] == "DESC_VIEW"
        assert lab.rows_of(execution) == [["a\tinteger"], ["b\tvarchar(1)"]]
        assert results(sql) == ([("column", "varchar", 0, False), ("type", "varchar", 0, False)], 0)
    plan, count = results("EXPLAIN SELECT a FROM made")
    assert (plan[0][:2], count) == (("Query Plan", "varchar"), None)
    shown = lab.run("SHOW TABLES")
    assert lab.body(shown["ResultConfiguration"]["OutputLocation"]) == "made\nseen"
    dropped = lab.run("DROP VIEW seen")
    assert lab.body(dropped["ResultConfiguration"]["OutputLocation"]) == ""


def test_databases_are_filtered_by_a_regular_expression_and_tables_by_wildcards(lab: Lab) -> None:
    database = lab.name.replace("-", "_")
    assert lab.told(f"SHOW DATABASES LIKE '{database[:-1]}.*'") == [database]
    assert lab.told(f"SHOW SCHEMAS '{database[:-1]}*'") == []
    for name in ("sales", "sale_items", "people"):
        lab.run(f"CREATE EXTERNAL TABLE {name} (a int) LOCATION '{lab.uri(name)}/'")
    assert lab.told("SHOW TABLES 'sale*'") == ["sale_items", "sales"]
    assert lab.told("SHOW TABLES LIKE 'sale.*'") == ["sale_items", "sales"]
    assert lab.told(f"SHOW TABLES IN {database} '*s|people'") == ["people", "sale_items", "sales"]
    assert lab.told("SHOW TABLES 'sale%'") == []


def test_a_table_is_shown_as_the_statement_that_makes_it_again(lab: Lab) -> None:
    made = f"""CREATE EXTERNAL TABLE delimited (`id` int COMMENT 'the ''id''', tags array<string>)
        COMMENT 'of mine' PARTITIONED BY (y int) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t'
        COLLECTION ITEMS TERMINATED BY '|' LINES TERMINATED BY '\\n' LOCATION '{lab.uri("delimited/")}'
        TBLPROPERTIES ('skip.header.line.count' = '1')"""
    lab.run(made)
    shown = lab.told("SHOW CREATE TABLE delimited")
    *_, changed = shown
    assert changed.startswith("  'transient_lastDdlTime'='")
    assert shown[:-1] == [
        "CREATE EXTERNAL TABLE `delimited`(",
        "  `id` int COMMENT 'the \\'id\\'', ",
        "  `tags` array<string>)",
        "COMMENT 'of mine'",
        "PARTITIONED BY ( ",
        "  `y` int)",
        "ROW FORMAT DELIMITED ",
        "  FIELDS TERMINATED BY '\\t' ",
        "  COLLECTION ITEMS TERMINATED BY '|' ",
        "  LINES TERMINATED BY '\\n' ",
        "STORED AS INPUTFORMAT ",
        "  'org.apache.hadoop.mapred.TextInputFormat' ",
        "OUTPUTFORMAT ",
        "  'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
        "LOCATION",
        f"  '{lab.uri('delimited/')}'",
        "TBLPROPERTIES (",
        "  'skip.header.line.count'='1', ",
    ]
    lab.run("DROP TABLE delimited")
    lab.run("\n".join(shown))
    assert lab.told("SHOW CREATE TABLE delimited")[:-1] == shown[:-1]
    assert lab.told("SHOW TBLPROPERTIES delimited('comment')") == ["of mine"]
    lab.run(
        f"""CREATE EXTERNAL TABLE quoted (a string)
        ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
        WITH SERDEPROPERTIES ('quoteChar' = '"', 'escapeChar' = '\\\\') LOCATION '{lab.uri("quoted/")}'"""
    )
    assert lab.told("SHOW CREATE TABLE quoted")[2:7] == [
        "ROW FORMAT SERDE ",
        "  'org.apache.hadoop.hive.serde2.OpenCSVSerde' ",
        "WITH SERDEPROPERTIES ( ",
        "  'escapeChar'='\\\\', ",
        "  'quoteChar'='\\\"') ",
    ]


def test_a_table_is_described_with_its_partitions_and_what_it_is_made_of(lab: Lab) -> None:
    lab.run(
        f"""CREATE EXTERNAL TABLE d (n int, s string COMMENT 'c') PARTITIONED BY (p string)
        STORED AS PARQUET LOCATION '{lab.uri("d/")}'"""
    )
    n, s, p = (
        f"{name:<20}\t{kind_:<20}\t{comment:<20}"
        for name, kind_, comment in (("n", "int", ""), ("s", "string", "c"), ("p", "string", ""))
    )
    head = f"{'# col_name':<22}\t{'data_type':<20}\t{'comment':<20}"
    parts = ["\t \t ", "# Partition Information\t \t ", head, "\t \t ", p]
    assert lab.told("DESCRIBE d") == [n, s, p, *parts]
    formatted = lab.told("DESCRIBE FORMATTED d")
    assert formatted[: 4 + len(parts)] == [head, "\t \t ", n, s, *parts]
    for line in (
        f"{'Location:':<20}\t{lab.uri('d/')}\t ",
        f"{'Table Type:':<20}\t{'EXTERNAL_TABLE':<20}\t ",
        f"\t{'EXTERNAL':<20}\t{'TRUE':<20}",
        f"\t{'serialization.format':<20}\t{'1':<20}",
    ):
        assert line in formatted


def test_columns_are_added_changed_and_replaced_and_no_two_have_one_name(lab: Lab) -> None:
    where = f"PARTITIONED BY (p int) LOCATION '{lab.uri('t/')}'"
    lab.run(f"CREATE EXTERNAL TABLE t (a int, b string) {where}")
    lab.run("ALTER TABLE t ADD COLUMNS (c double)")
    lab.run("ALTER TABLE t CHANGE COLUMN a aa bigint COMMENT 'wide' AFTER b")
    lab.run("ALTER TABLE t CHANGE c c double FIRST")
    assert [each.split() for each in lab.told("DESCRIBE t")[:4]] == [
        ["c", "double"],
        ["b", "string"],
        ["aa", "bigint", "wide"],
        ["p", "int"],
    ]
    for change in ("ADD COLUMNS (B int)", "ADD COLUMNS (p int)", "CHANGE b c int", "REPLACE COLUMNS (p int)"):
        assert "DDLTask. Duplicate column name: " in lab.fail(f"ALTER TABLE t {change}")
    assert lab.fail("ALTER TABLE t CHANGE x y int").endswith("Invalid column reference x")
    assert lab.fail("ALTER TABLE t RENAME TO u").endswith("Table cannot be renamed")
    lab.run("ALTER TABLE t REPLACE COLUMNS (z int)")
    assert [each.strip() for each in lab.told("SHOW COLUMNS IN t")] == ["z", "p"]
    assert "[Error 10036]: Duplicate column name: a" in lab.fail(
        f"CREATE EXTERNAL TABLE u (a int, A int) {where}"
    )
    assert "[Error 10035]: Column repeated in partitioning columns" in lab.fail(
        f"CREATE EXTERNAL TABLE u (p int) {where}"
    )
    assert lab.fail("INSERT INTO t (z, z, p) VALUES (1, 1, 1)").startswith("DUPLICATE_COLUMN_NAME")


def test_a_partition_is_moved_and_renamed_and_its_folder_has_a_safe_name(lab: Lab) -> None:
    lab.text("else/a.csv", "7\n")
    lab.run(f"CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (y int, m string) LOCATION '{lab.uri('t/')}'")
    lab.run("ALTER TABLE t ADD PARTITION (y = 1, m = '10:30/x') PARTITION (y = 2, m = 'b')")
    assert lab.told("SHOW PARTITIONS t") == ["y=1/m=10%3A30%2Fx", "y=2/m=b"]
    lab.run(f"ALTER TABLE t PARTITION (y = 2, m = 'b') SET LOCATION '{lab.uri('else/')}'")
    lab.run("ALTER TABLE t PARTITION (y = 2, m = 'b') RENAME TO PARTITION (y = 3, m = 'c')")
    taken = "ALTER TABLE t PARTITION (y = 3, m = 'c') RENAME TO PARTITION (y = 1, m = '10:30/x')"
    assert "Partition already exists" in lab.fail(taken)
    assert lab.rows("SELECT * FROM t") == [["7", "3", "c"]]
    lab.run("INSERT INTO t VALUES (8, 1, '10:30/x')")
    assert lab.rows("SELECT a FROM t WHERE y = 1") == [["8"]]
    assert lab.fail("ALTER TABLE t DROP PARTITION (y = 2, m = 'b')").endswith(
        "[Error 10006]: Partition not found {y=2, m=b}"
    )
    lab.run("ALTER TABLE t DROP PARTITION (y = 1, m = '10:30/x'), PARTITION (y = 3, m = 'c')")
    assert lab.told("SHOW PARTITIONS t") == []


def test_a_repair_tells_what_is_missing_and_what_it_added(lab: Lab) -> None:
    lab.run(f"CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (y int) LOCATION '{lab.uri('t/')}'")
    assert lab.told("MSCK REPAIR TABLE t") == ["Tables missing on filesystem:\tt"]
    lab.text("t/y=5/a.csv", "1\n")
    assert lab.told("MSCK REPAIR TABLE t") == [
        "Partitions not in metastore:\tt:y=5",
        "Repair: Added partition to metastore t:y=5",
    ]
    assert lab.run("MSCK REPAIR TABLE t")["SubstatementType"] == "MSCK_REPAIR"
    assert lab.told("MSCK REPAIR TABLE no_such") == ["Tables not in metastore:\tno_such"]


def test_a_view_and_a_table_are_not_taken_for_each_other(lab: Lab) -> None:
    database = lab.name.replace("-", "_")
    lab.run(f"CREATE EXTERNAL TABLE t (a int) LOCATION '{lab.uri('t/')}'")
    lab.run("CREATE VIEW v AS SELECT a FROM t")
    missing = f"TABLE_NOT_FOUND: line 1:1: View 'awsdatacatalog.{database}.x' does not exist"
    assert {lab.fail("DROP VIEW x"), lab.fail("SHOW CREATE VIEW x")} == {missing}
    assert "Did you mean DROP TABLE" in lab.fail("DROP VIEW t")
    assert lab.fail("SHOW CREATE VIEW t").endswith(f"'awsdatacatalog.{database}.t' is a table, not a view")
    assert lab.fail("DROP TABLE v").endswith("Cannot drop a view with DROP TABLE")
    assert lab.fail(f"CREATE DATABASE {database}").endswith(f"DDLTask. Database {database} already exists")
    lab.run(f"ALTER DATABASE {database} SET DBPROPERTIES ('team' = 'data')")
    assert lab.glue.get_database(Name=database)["Database"]["Parameters"] == {"team": "data"}


def test_a_table_that_is_not_there_is_told_with_glues_own_code(lab: Lab) -> None:
    with pytest.raises(
        lab.athena.exceptions.MetadataException, match="Error Code: EntityNotFoundException; "
    ):
        lab.athena.get_table_metadata(
            CatalogName="AwsDataCatalog", DatabaseName=lab.name.replace("-", "_"), TableName="x"
        )
