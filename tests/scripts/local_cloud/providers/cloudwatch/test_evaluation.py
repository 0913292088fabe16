"""An alarm's state by its data points: the tables of the CloudWatch User Guide."""

from __future__ import annotations

import pytest
from localstack.services.cloudwatch.alarm_scheduler import is_threshold_exceeded

from scripts.local_cloud.providers.cloudwatch.evaluation import Missing, Rule, evaluate, reason

TREATMENTS: tuple[Missing, ...] = ("missing", "ignore", "breaching", "notBreaching")


def points(drawn: str) -> list[float | None]:
    """``X`` breaches, ``0`` does not, ``-`` is missing; oldest first."""
    return [{"X": 10.0, "0": 0.0, "-": None}[sign] for sign in drawn.split()]


@pytest.mark.parametrize(
    ("datapoints", "drawn", "expected"),
    [
        (3, "0 - X - X", ("OK", "OK", "OK", "OK")),
        (3, "0 - - - -", ("OK", "OK", "OK", "OK")),
        (3, "- - - - -", ("INSUFFICIENT_DATA", None, "ALARM", "OK")),
        (3, "0 X X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (3, "- - X - -", ("ALARM", None, "ALARM", "OK")),
        (2, "0 - X - X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (2, "0 0 X 0 X", ("ALARM", "ALARM", "ALARM", "ALARM")),
        (2, "0 - X - -", ("OK", "OK", "ALARM", "OK")),
        (2, "- - - - 0", ("OK", "OK", "ALARM", "OK")),
        (2, "- - - X -", ("ALARM", None, "ALARM", "OK")),
        (3, "X X X 0 0", ("OK", "OK", "OK", "OK")),
        (3, "- - - - X", ("OK", "OK", "ALARM", "OK")),
    ],
)
def test_missing_data_counts_as_the_guide_says(
    datapoints: int, drawn: str, expected: tuple[str | None, ...]
) -> None:
    rules = [Rule("GreaterThanThreshold", 5, 3, datapoints, treatment) for treatment in TREATMENTS]
    assert tuple(evaluate(rule, points(drawn)) for rule in rules) == expected


def test_localstack_itself_counts_breaches_of_periods_before_those_that_matter() -> None:
    alarm = {"Threshold": 5, "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 3}
    assert is_threshold_exceeded([0.0, 0.0, 10.0, 10.0, 10.0], alarm)


@pytest.mark.parametrize(
    ("comparison", "states"),
    [
        ("GreaterThanThreshold", ("OK", "OK", "ALARM")),
        ("GreaterThanOrEqualToThreshold", ("OK", "ALARM", "ALARM")),
        ("LessThanThreshold", ("ALARM", "OK", "OK")),
        ("LessThanOrEqualToThreshold", ("ALARM", "ALARM", "OK")),
    ],
)
def test_each_comparison_has_its_own_side(comparison: str, states: tuple[str, ...]) -> None:
    rule = Rule(comparison, 5, 1, 1)
    assert tuple(evaluate(rule, [None, None, value]) for value in (4.0, 5.0, 6.0)) == states


def test_the_reason_names_the_values_that_decided() -> None:
    rule = Rule("GreaterThanThreshold", 5.0, 2, 2, "notBreaching")
    assert reason(rule, [0.0, 1.0, 7.0, 9.0], "ALARM") == (
        "Threshold Crossed: 2 datapoints [9.0, 7.0] were greater than the threshold (5.0)."
    )
    assert reason(rule, [7.0, 9.0, 7.0, 1.0], "OK") == (
        "Threshold Crossed: 1 datapoint [1.0] was not greater than the threshold (5.0)."
    )
    assert reason(rule, [None] * 4, "OK") == (
        "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated "
        "as [NonBreaching]."
    )
