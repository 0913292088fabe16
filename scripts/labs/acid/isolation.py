"""Judges the schedules, and the table of what each engine lets happen, by playing them on both engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import yaml

from scripts.labs.acid import anomalies
from scripts.labs.acid.anomalies import Judge, Serial
from scripts.labs.acid.playing import Player, Trace
from scripts.labs.acid.schedules import LEVELS, SESSIONS, Step, parse
from scripts.labs.acid.sessions import sessions
from scripts.labs.acid.side_by_side import on_each
from scripts.labs.manifest import Engine
from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

#: Exercises that ask for a schedule, by the anomaly that it is to show.
SHOWN_BY: Mapping[str, tuple[str, Judge]] = {
    "dirty read": ("dirty-read", anomalies.dirty_read),
    "non-repeatable read": ("non-repeatable-read", anomalies.non_repeatable_read),
    "phantom": ("phantom", anomalies.phantom),
    "lost update": ("lost-update", anomalies.lost_update),
    "write skew": ("write-skew", anomalies.write_skew),
}


@dataclass(frozen=True)
class Found:
    """What one schedule did on one engine at one level; ``missing`` is empty where the anomaly was there."""

    missing: str
    trace: Trace

    def __str__(self) -> str:
        if not self.missing:
            return "shown"
        if self.trace.given_up:
            return f"no, {' and '.join(sorted(self.trace.given_up))} given up"
        if self.trace.waited:
            return f"no, {' and '.join(sorted(self.trace.waited))} waited"
        return "no"


def play_all(
    work: Work, schedules: Mapping[str, Sequence[Step]]
) -> dict[Engine, dict[str, dict[str, Found]]]:
    """Play schedules, by anomaly, on every engine at every level; both engines at the same time."""
    return on_each(work, partial(_play_on, work, schedules))


def _play_on(
    work: Work, schedules: Mapping[str, Sequence[Step]], engine: Engine
) -> dict[str, dict[str, Found]]:
    with sessions(work, engine) as opened:
        player = Player(opened)
        found: dict[str, dict[str, Found]] = {}
        for anomaly, steps in schedules.items():
            _, judge = SHOWN_BY[anomaly]
            serial = _serial(player, steps)
            traces = {level: player.play(steps, level) for level in LEVELS}
            found[anomaly] = {level: Found(judge(trace, serial), trace) for level, trace in traces.items()}
        return found


def _serial(player: Player, steps: Sequence[Step]) -> Serial:
    parts = {name: [step for step in steps if step.session == name] for name in SESSIONS}
    alone = {name: player.play(part, LEVELS[-1]) for name, part in parts.items()}
    orders = ("A", "B"), ("B", "A")
    first, second = (player.play([*parts[one], *parts[two]], LEVELS[-1]) for one, two in orders)
    return Serial((first, second), alone)


def check_schedule(work: Work, anomaly: str) -> None:
    """The learner's schedule shows the anomaly somewhere, and runs on both engines."""
    found = play_all(work, {anomaly: parse(work.answers())})
    for engine, levels in found.items():
        told = "; ".join(f"{level} {each}" for level, each in levels[anomaly].items())
        work.say(f"  {anomaly} on {engine}: {told}")
    every = [each for levels in found.values() for each in levels[anomaly].values()]
    require(
        any(not each.missing for each in every),
        f"The {anomaly} is shown at no level of either engine.",
        seen=every[0].missing,
        expected=_ASKED[anomaly],
    )


_ASKED = {
    "dirty read": "a session that reads what another one has written and then takes back",
    "non-repeatable read": "a question asked twice in one transaction, and a row that changes in between",
    "phantom": "a question asked twice in one transaction, and a row that is added in between",
    "lost update": "two sessions that read the same row, and both write what they make of what they read",
    "write skew": "two sessions that read the same rows, and each writes another one of them",
}


def check_levels(work: Work) -> None:
    """The learner's table says what happens when the reference's schedules are played here and now."""
    told = _table(work)
    reference = {
        anomaly: parse(yaml.safe_load(work.solution(exercise))) for anomaly, (exercise, _) in SHOWN_BY.items()
    }
    found = play_all(work, reference)
    for engine, by_anomaly in found.items():
        for level in LEVELS:
            shown = {anomaly for anomaly, levels in by_anomaly.items() if not levels[level].missing}
            wrong = shown ^ told[engine][level]
            require(
                not wrong,
                f"{engine} at {level} does not do what the table says.",
                seen=f"{len(wrong)} of {len(SHOWN_BY)} anomalies told wrongly, of {_server(work, engine)}",
                expected="the anomalies that can be seen there with your schedules, no others",
            )


def _table(work: Work) -> dict[Engine, dict[str, set[str]]]:
    answers = work.answers()
    return {engine: _levels(engine, answers.get(engine)) for engine in work.databases}


def _levels(engine: str, told: Any) -> dict[str, set[str]]:
    require(
        isinstance(told, Mapping),
        f"The table says nothing of {engine}.",
        expected=f"{engine}: and below it a line for each level",
    )
    found = {}
    for level in LEVELS:
        names = told.get(level)
        require(
            isinstance(names, list),
            f"The table does not say what {engine} lets happen at {level}.",
            seen=f"{names!s:.40}",
            expected="a list of anomalies in brackets, [] where it is none",
        )
        found[level] = {str(name).strip().lower() for name in names}
        if unknown := found[level] - set(SHOWN_BY):
            raise NotYetError(
                f"The table names something else than the anomalies of this lab, for {engine} at {level}.",
                seen=", ".join(sorted(unknown))[:60],
                expected=", ".join(SHOWN_BY),
            )
    return found


def _server(work: Work, engine: Engine) -> str:
    return str(work.on(engine).run("SELECT VERSION()").rows[0][0]).partition(" on ")[0]
