"""Figures: what was measured, against what, and whether an aim is met."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Baseline:
    """What a figure is measured against, in the same run and in the figure's unit."""

    name: str
    value: float


@dataclass(frozen=True)
class Aim:
    """What a figure should reach: bounds of its ratio or of its value."""

    least_ratio: float | None = None
    most: float | None = None
    least: float | None = None

    def __str__(self) -> str:
        if self.least_ratio is not None:
            return f"ratio from {self.least_ratio:g}"
        return f"to {self.most:g}" if self.most is not None else f"from {self.least:g}"


@dataclass(frozen=True)
class Figure:
    """One measured value.

    Attributes
    ----------
    what
        What was measured.
    value, unit
        The value; ``exponent`` is the slope of a growth on logarithmic axes.
    baseline
        What it is compared with; None where the value speaks for itself.
    aim
        What it should reach; nothing fails when it does not.
    """

    what: str
    value: float
    unit: str
    baseline: Baseline | None = None
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        """The value by its baseline's."""
        return self.value / self.baseline.value if self.baseline and self.baseline.value else None

    @property
    def reached(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        if self.aim is None:
            return None
        if self.aim.most is not None:
            return self.value <= self.aim.most
        if self.aim.least is not None:
            return self.value >= self.aim.least
        return self.ratio is not None and self.ratio >= (self.aim.least_ratio or 0)

    def to_json(self) -> dict[str, object]:
        """Plain data."""
        return {
            "what": self.what,
            "value": self.value,
            "unit": self.unit,
            "ratio": self.ratio,
            "baseline": self.baseline and self.baseline.name,
            "baseline_value": self.baseline and self.baseline.value,
            "aim": self.aim and str(self.aim),
            "reached": self.reached,
        }


def seconds_of(work: Callable[[], object]) -> float:
    """How long the work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def growth_exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Slope of log(value) over log(size), by least squares: 1 is linear, 0 does not grow."""
    logs = [math.log(size) for size in sizes], [math.log(value) for value in values]
    return statistics.linear_regression(*logs).slope


def table(results: dict[str, list[Figure]]) -> Table:
    """The figures for people."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("BENCHMARK", "WHAT", "VALUE", "RATIO", "TO", "AIM"):
        shown.add_column(title, justify="right" if title in ("VALUE", "RATIO") else "left", overflow="fold")
    for name, figures in results.items():
        for figure in figures:
            ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
            against = figure.baseline and f"{figure.baseline.name}: {_number(figure.baseline.value)}"
            met = "" if figure.aim is None else f"{figure.aim}: {'reached' if figure.reached else 'missed'}"
            value = f"{_number(figure.value)} {figure.unit}"
            shown.add_row(name, figure.what, value, ratio, against or "", met)
    return shown


def print_table(results: dict[str, list[Figure]]) -> None:
    """The table on standard output, not folded where nobody looks at it."""
    console = Console(emoji=False)
    (console if console.is_terminal else Console(emoji=False, width=160)).print(table(results))


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
