"""`lab check` of a whole lab with every reference solution, against the same calls in one process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import boto3

from scripts.config import ROOT, Settings
from scripts.labs import workspace
from scripts.labs.desk import Desk
from scripts.labs.manifest import Lab
from scripts.labs.python import Called, Runner
from scripts.labs.work import Work, learner_environment
from scripts.seed import runner as seed
from tests.bench.environment import LAB
from tests.bench.measure import Aim, Baseline, Figure, seconds_of
from tests.bench.workplace import Workplace

#: Of the whole command, whatever the lab.
AIM = Aim(most=5.0)

BARE = "the same checks and calls in one process that is warm"


class InThisProcess(Runner):
    """Calls a learner's function as any other: no process, no limit, nothing kept apart."""

    def call(
        self,
        source: Path,
        function: str,
        arguments: Sequence[Any],
        named: Mapping[str, Any],
        *,
        seconds: float,
    ) -> Called:
        code: dict[str, Any] = {}
        exec(compile(source.read_text(), str(source), "exec"), code)
        return Called(code[function](*arguments, **named), "")


def run(at: Workplace) -> list[Figure]:
    """Seconds of the best of a few checks; the two take turns."""
    cloud, session = at.cloud
    settings = replace(cloud, name="benchlab")
    return [_checked(at, Desk(settings, session, at.folder / "labs"), settings, session, name)
            for name in at.sizes.labs]  # fmt: skip


def _checked(at: Workplace, desk: Desk, settings: Settings, session: boto3.Session, name: str) -> Figure:
    lab = desk.lab(name)
    if lab.needs.engines:
        at.say(f"making the DB instances of {name}")
        _instances(settings, session, lab)
    at.say(f"checking {name}")
    desk.start(lab, None, force=False, say=at.say)
    desk.solve(lab, [])
    taken: dict[str, list[float]] = {"lab": [], "bare": []}
    for _ in range(at.sizes.starts):
        taken["bare"].append(seconds_of(partial(_bare, desk, settings, session, lab)))
        taken["lab"].append(seconds_of(partial(_check, desk, settings, lab)))
    desk.reset(lab)
    return Figure(
        f"lab check {name}, {len(lab.exercises)} exercises", min(taken["lab"]), "s",
        Baseline(BARE, min(taken["bare"])), AIM,
    )  # fmt: skip


def _check(desk: Desk, settings: Settings, lab: Lab) -> None:
    """As a learner does; fails when something is not right."""
    environment = {
        **os.environ, "LAB_NAME": settings.name, "LAB_LOCAL_DIR": str(settings.local_dir),
        "LAB_GATEWAY_PORT": str(settings.gateway_port), "LAB_WORKSPACE": str(desk.home),
    }  # fmt: skip
    subprocess.run([LAB, "check", lab.name], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)


def _bare(desk: Desk, settings: Settings, session: boto3.Session, lab: Lab) -> None:
    found = workspace.required(lab, desk.home)
    databases = desk.databases(lab, found, lab.engines(found.engine))
    before = dict(os.environ)
    os.environ.update(learner_environment(settings))
    try:
        with InThisProcess({}) as runner:
            for exercise in lab.exercises:
                answer = workspace.answer(found, lab, exercise)
                with Work(
                    lab, exercise, found, answer, settings, session, databases, lambda _: None, runner
                ) as work:
                    lab.check(exercise)(work)
    finally:
        os.environ.clear()
        os.environ.update(before)


def _instances(settings: Settings, session: boto3.Session, lab: Lab) -> None:
    """The DB instances that the lab can be done with, with its dataset."""
    rds = session.client("rds")
    names = {engine: f"{settings.name}-{engine}" for engine in lab.needs.engines}
    for engine, name in names.items():
        rds.create_db_instance(
            DBInstanceIdentifier=name, Engine=engine, DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20, MasterUsername="labadmin", ManageMasterUserPassword=True,
        )  # fmt: skip
    for name in names.values():
        rds.get_waiter("db_instance_available").wait(
            DBInstanceIdentifier=name, WaiterConfig={"Delay": 1, "MaxAttempts": 600}
        )
    seed.restore(settings, session, [str(lab.needs.dataset)])
