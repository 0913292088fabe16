"""Every condition operator, as a table: values that match and do not, missing ones, several at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scripts.authorization import Outcome, judge
from scripts.authorization.operators import OPERATORS
from tests.scripts.authorization.table import load, policies_of, request_of

ROWS: list[dict[str, Any]] = load("operators")["operators"]
OUTCOMES = {
    "holds": Outcome.ALLOWED,
    "fails": Outcome.IMPLICIT_DENY,
    "open": Outcome.CANNOT_BE_JUDGED,
}
MISSING = object()


def _cases() -> Iterator[tuple[str, dict[str, Any], Any, Outcome]]:
    for row in ROWS:
        about = f"{row['operator']} {row['key']} {row['policy']}"
        for answer, outcome in OUTCOMES.items():
            for value in row.get(answer, ()):
                yield f"{about}: {value!r} {answer}", row, value, outcome
        yield f"{about}: missing {row['missing']}", row, MISSING, OUTCOMES[row["missing"]]


@pytest.mark.parametrize(
    ("row", "value", "outcome"), [case[1:] for case in _cases()], ids=[case[0] for case in _cases()]
)
def test_a_condition_answers_as_aws_does(row: dict[str, Any], value: Any, outcome: Outcome) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {row["operator"]: {row["key"]: row["policy"]}},
    }
    case = {
        "principal": "ana",
        "action": "s3:ListBucket",
        "resource": "arn:aws:s3:::shop",
        "context": {} if value is MISSING else {row["key"]: value},
        "identity": [statement],
    }
    assert judge(request_of(case), policies_of(case)).outcome is outcome


def test_the_table_has_every_operator() -> None:
    written = {row["operator"].rpartition(":")[2].removesuffix("IfExists").lower() for row in ROWS}
    assert OPERATORS.keys() | {"null"} <= written
