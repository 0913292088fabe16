"""A learner's desk on the small environment, with what the labs need loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.config import Settings
from scripts.labs.desk import Desk
from scripts.labs.manifest import Engine, Lab
from scripts.seed import runner
from tests.scripts.conftest import Environment

#: Starts a lab with an engine, once for all tests; answers the desk it is on.
Started = Callable[[Lab, Engine | None], Desk]


@pytest.fixture(scope="session")
def seeded(environment: Environment, instances: None) -> Environment:
    runner.restore(environment.settings, environment.session, ["rentio", "classicmodels"])
    return environment


def variables(settings: Settings) -> dict[str, str]:
    """What has `lab` in another process work with the same local cloud."""
    return {
        "LAB_TARGET": "local",
        "LAB_NAME": settings.name,
        "LAB_LOCAL_DIR": str(settings.local_dir),
        "LAB_GATEWAY_PORT": str(settings.gateway_port),
    }


@pytest.fixture(scope="session")
def started(seeded: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    desks: dict[tuple[str, Engine | None], tuple[Lab, Desk]] = {}

    def start(lab: Lab, engine: Engine | None) -> Desk:
        if (lab.name, engine) not in desks:
            home: Path = tmp_path_factory.mktemp("workspace")
            desk = Desk(seeded.settings, seeded.session, home)
            desk.start(lab, engine, force=False, say=print)
            desks[lab.name, engine] = (lab, desk)
        return desks[lab.name, engine][1]

    yield start
    for lab, desk in desks.values():
        desk.reset(lab)
