"""Statements about the catalog: Hive's grammar, what they change in the catalog, and what they tell."""

from __future__ import annotations

import pytest

from scripts.local_cloud.athena.grammar import several
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
    assert "mismatched input '\"semicolons\"'" in lab.fail('DROP TABLE "semicolons"')
    assert lab.fail("SELECT `a` FROM semicolons") == (
        "line 1:8: backquoted identifiers are not supported; use double quotes to quote identifiers"
    )


@pytest.mark.parametrize("sql", ["SELECT '\\', ';'", """ALTER TABLE t SET LOCATION "s3://b/;\\";" """])
def test_a_backslash_is_a_letter_to_trino_and_escapes_in_hives_grammar(sql: str) -> None:
    assert not several(sql)
