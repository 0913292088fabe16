"""`lab check` of a whole lab with every reference solution, against the same calls in one process.

An exercise whose check waits for something by its nature is left out: no code makes it shorter.
"""

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
from scripts.labs.manifest import Exercise, Lab
from scripts.labs.python import Called, Runner, worker
from scripts.labs.python.runner import result
from scripts.labs.work import Answered, Work, learner_environment
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
        request = {"file": str(source), "function": function, "arguments": arguments, "named": named}
        return result(worker.answer(request), function, "")


def run(at: Workplace) -> list[Figure]:
    """Seconds of the best of a few checks; the two take turns."""
    cloud, session = at.cloud
    settings = replace(cloud, name="benchlab")
    desk = Desk(settings, session, at.folder / "labs")
    labs = [desk.lab(name) for name in at.sizes.labs or [each.name for each in desk.standings()]]
    _instances(at, settings, session, labs)
    return [_checked(at, desk, settings, session, lab) for lab in labs]


def _checked(at: Workplace, desk: Desk, settings: Settings, session: boto3.Session, lab: Lab) -> Figure:
    at.say(f"checking {lab.name}")
    desk.start(lab, None, force=False, say=at.say)
    desk.solve(lab, [])
    chosen = [each for each in lab.exercises if not each.waits]
    taken: dict[str, list[float]] = {"lab": [], "bare": []}
    for _ in range(at.sizes.lab_rounds):
        taken["bare"].append(seconds_of(partial(_bare, desk, settings, session, lab, chosen)))
        taken["lab"].append(seconds_of(partial(_check, desk, settings, lab, chosen)))
    desk.reset(lab)
    return Figure(
        f"lab check {lab.name}, {len(chosen)} of {len(lab.exercises)} exercises", min(taken["lab"]), "s",
        Baseline(BARE, min(taken["bare"])), AIM,
    )  # fmt: skip


def _check(desk: Desk, settings: Settings, lab: Lab, chosen: Sequence[Exercise]) -> None:
    """As a learner does; fails when something is not right."""
    environment = {
        **os.environ, "LAB_NAME": settings.name, "LAB_LOCAL_DIR": str(settings.local_dir),
        "LAB_GATEWAY_PORT": str(settings.gateway_port), "LAB_WORKSPACE": str(desk.home),
    }  # fmt: skip
    command = [LAB, "check", lab.name, *(each.id for each in chosen)]
    subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)


def _bare(
    desk: Desk, settings: Settings, session: boto3.Session, lab: Lab, chosen: Sequence[Exercise]
) -> None:
    found = workspace.required(lab, desk.home)
    databases = desk.databases(lab, found, lab.engines(found.engine))
    before = dict(os.environ)
    tables: dict[str, Answered] = {}
    variables = learner_environment(settings)
    os.environ.update(variables)
    try:
        with InThisProcess(variables) as runner:
            for exercise in chosen:
                answer = workspace.answer(found, lab, exercise)
                with Work(
                    lab, exercise, found, answer, settings, session, databases, lambda _: None, runner,
                    tables=tables,
                ) as work:  # fmt: skip
                    lab.check(exercise)(work)
    finally:
        os.environ.clear()
        os.environ.update(before)


def _instances(at: Workplace, settings: Settings, session: boto3.Session, labs: Sequence[Lab]) -> None:
    """The DB instances that the labs can be done with, with their datasets."""
    rds = session.client("rds")
    names = {engine: f"{settings.name}-{engine}" for lab in labs for engine in lab.needs.engines}
    if not names:
        return
    at.say(f"making DB instances: {', '.join(names)}")
    for engine, name in names.items():
        rds.create_db_instance(
            DBInstanceIdentifier=name, Engine=engine, DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20, MasterUsername="labadmin", ManageMasterUserPassword=True,
        )  # fmt: skip
    for name in names.values():
        rds.get_waiter("db_instance_available").wait(
            DBInstanceIdentifier=name, WaiterConfig={"Delay": 1, "MaxAttempts": 600}
        )
    seed.restore(settings, session, sorted({lab.needs.dataset for lab in labs if lab.needs.dataset}))
