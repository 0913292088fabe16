"""The day of logs that each learner gets: whole, once, their own, and with one anomaly in it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.labs import manifest, workspace
from scripts.labs.desk import Desk
from scripts.labs.logs import day
from tests.scripts.conftest import Environment

LAB = manifest.find("logs")


def test_the_day_is_the_same_every_time() -> None:
    before = day.events()
    day.events.cache_clear()
    assert day.events() == before


def test_the_reference_answers_are_what_the_day_holds() -> None:
    answers = yaml.safe_load(LAB.solution(LAB.exercise("anomaly")))
    failed = [each for each in day.events() if each.status == answers["status"]]
    assert len(failed) == answers["count"]
    assert {(each.path, each.host) for each in failed} == {(answers["path"], answers["host"])}
    first = failed[0].second
    assert f"{first // 3600:02d}:{first % 3600 // 60:02d}" == answers["began"]


def test_nothing_but_the_anomaly_stands_out_among_the_errors() -> None:
    errors = Counter(
        (each.path, each.host, each.second // 3600) for each in day.events() if each.status >= 500
    )
    (most, *others) = errors.most_common()
    assert most[0][:2] == (day.FAULT.path, day.FAULT.host)
    usual = [count for place, count in others if place[:2] != most[0][:2]]
    assert most[1] > 10 * max(usual)


@pytest.fixture
def desk(environment: Environment, tmp_path: Path) -> Desk:
    return Desk(environment.settings, environment.session, tmp_path)


def _logged(desk: Desk, environment: Environment) -> list[str]:
    logs: Any = environment.session.client("logs")
    group = (workspace.required(LAB, desk.home).folder / "log-group.txt").read_text().strip()
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    return sorted(each["message"] for page in pages for each in page["events"])


def test_a_learner_gets_the_whole_day_once_and_again_where_it_is_gone(
    desk: Desk, environment: Environment
) -> None:
    logs: Any = environment.session.client("logs")
    wanted = sorted(each.message for each in day.events())
    said: list[str] = []
    for _ in range(2):
        desk.start(LAB, None, force=False, say=said.append)
        assert _logged(desk, environment) == wanted
    group = workspace.required(LAB, desk.home).name("web")
    assert [each for each in said if group in each] == [
        f"A day of web-server logs is in the log group {group}"
    ]
    # As an interrupted start leaves it.
    logs.untag_log_group(logGroupName=group, tags=["Prepared"])
    logs.delete_log_stream(logGroupName=group, logStreamName="web-3")
    list(desk.check(LAB, ["patterns"], print))
    assert _logged(desk, environment) == wanted
    desk.reset(LAB)
    assert not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]


def test_every_message_is_one_json_document_with_a_level_that_fits() -> None:
    for each in day.events():
        document = json.loads(each.message)
        assert (document["level"] == "ERROR") == (document["status"] >= 500)
