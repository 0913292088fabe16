"""What state a metric alarm has, by its last data points. Pure.

Source: "Configuring how CloudWatch alarms treat missing data", Amazon CloudWatch User Guide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
Missing = Literal["missing", "ignore", "breaching", "notBreaching"]

_BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
}
#: Comparisons with one threshold; those with a band need a model that learns.
COMPARISONS = frozenset(_BREACHES)
_WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanOrEqualToThreshold": "less than or equal to",
    "LessThanThreshold": "less than",
}


@dataclass(frozen=True)
class Rule:
    """When an alarm goes off.

    Attributes
    ----------
    periods, datapoints
        ``EvaluationPeriods`` and ``DatapointsToAlarm``: so many of so many.
    """

    comparison: str
    threshold: float
    periods: int
    datapoints: int
    missing: Missing = "missing"

    @property
    def range(self) -> int:
        """Periods that are looked at: some more than are needed, to make up for missing ones."""
        return self.periods + max(self.periods // 3, 2)

    def breaches(self, value: float) -> bool:
        """Whether a value is on the alarm's side of the threshold."""
        return _BREACHES[self.comparison](value, self.threshold)


def evaluate(rule: Rule, values: Sequence[float | None]) -> State | None:
    """The state that an alarm is to have; None: the one that it has.

    Parameters
    ----------
    values
        One for each period of the rule's range, oldest first; None where there is no data.
    """
    present = [value for value in values if value is not None][-rule.periods :]
    breaching = sum(rule.breaches(value) for value in present)
    lacking = rule.periods - len(present)
    if not present:
        states: dict[Missing, State | None] = {
            "missing": "INSUFFICIENT_DATA",
            "ignore": None,
            "breaching": "ALARM",
            "notBreaching": "OK",
        }
        return states[rule.missing]
    if lacking and rule.missing == "breaching":
        breaching += lacking
    if breaching >= rule.datapoints:
        return "ALARM"
    if lacking and rule.missing in ("missing", "ignore") and _will_breach(rule, values):
        return "ALARM" if rule.missing == "missing" else None
    return "OK"


def reason(rule: Rule, values: Sequence[float | None], state: State) -> str:
    """Why an alarm has a state, in CloudWatch's words."""
    present = [value for value in values if value is not None][-rule.periods :]
    if not present:
        plural = "s were" if rule.periods > 1 else " was"
        periods = f"{rule.periods} period{'s' if rule.periods > 1 else ''}"
        treated = {"missing": "Missing", "breaching": "Breaching", "notBreaching": "NonBreaching"}
        begin = "Insufficient Data" if state == "INSUFFICIENT_DATA" else "Threshold Crossed"
        return (
            f"{begin}: no datapoints were received for {periods} and {rule.periods} missing "
            f"datapoint{plural} treated as [{treated.get(rule.missing, rule.missing)}]."
        )
    told = [value for value in present if rule.breaches(value) == (state == "ALARM")] or present
    listed = ", ".join(str(value) for value in reversed(told))
    plural = "s" if len(told) > 1 else ""
    verb = ("were" if plural else "was") + ("" if state == "ALARM" else " not")
    return (
        f"Threshold Crossed: {len(told)} datapoint{plural} [{listed}] {verb} "
        f"{_WORDS[rule.comparison]} the threshold ({rule.threshold})."
    )


def _will_breach(rule: Rule, values: Sequence[float | None]) -> bool:
    """Only breaching points are there, and the oldest lies as far back as must breach.

    Each missing one after it counts as it: a metric that comes irregularly may still go off.
    """
    present = [place for place, value in enumerate(reversed(values), start=1) if value is not None]
    oldest = max(present[: rule.periods])
    return oldest >= rule.datapoints and all(rule.breaches(value) for value in values if value is not None)
