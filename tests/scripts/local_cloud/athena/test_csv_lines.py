"""Lines of CSV: split as OpenCSVSerde splits them, or refused."""

import pytest

from scripts.local_cloud.athena.python_functions.refusal import Refusal
from scripts.local_cloud.athena.python_functions.scalars import csv_row


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("a,b c,", ["a", "b c", ""]),
        ('"a,b","say ""hi""",3', ["a,b", 'say "hi"', "3"]),
        (r'"z\"w",C:\new', ['z"w', "C:new"]),
        ('"",x', ["", "x"]),
    ],
)
def test_a_value_has_quotes_around_it_or_none(line: str, row: list[str]) -> None:
    assert csv_row(line, ",", '"', "\\") == row


@pytest.mark.parametrize("line", ['a,"b', 'c",d', 'a, "b"', '"a"b,c', 'a"b"c', r"a\,b"])
def test_quotes_that_readers_take_otherwise_are_refused(line: str) -> None:
    with pytest.raises(Refusal, match="NOT_SUPPORTED: A line whose quotes"):
        csv_row(line, ",", '"', "\\")


def test_a_quote_may_escape_itself() -> None:
    assert csv_row('"a ""b""",c', ",", '"', '"') == ['a "b"', "c"]
