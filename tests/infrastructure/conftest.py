"""Collects every ``cases/<module>/*.yaml`` as a test of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tftest import TerraformPlanOutput

from scripts.terraform_program import cli_config
from tests.infrastructure.cases import CASES, ROOT_MODULE, Case, load
from tests.infrastructure.comparison import differences
from tests.infrastructure.planner import Planner

PLANNER: pytest.StashKey[Planner] = pytest.StashKey()


@pytest.fixture(scope="session")
def aws_plan(request: pytest.FixtureRequest) -> TerraformPlanOutput:
    """The plan of ``aws.tfvars`` that the cases share: its users too are marked ``xdist_group("plans")``."""
    outcome = _planner(request.config, request.session).outcome(load(CASES / ROOT_MODULE / "aws.yaml"))
    assert outcome.plan is not None, outcome.errors
    return outcome.plan


class PlanMismatch(Exception):
    """The plan is not what the case expects."""


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> pytest.File | None:
    if file_path.suffix == ".yaml" and file_path.parent.parent == CASES:
        return CaseFile.from_parent(parent, path=file_path)
    return None


class CaseFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        case = load(self.path)
        name = f"{case.module}: {self.path.stem}"
        yield CaseItem.from_parent(self, name=name, case=case)


class CaseItem(pytest.Item):
    def __init__(self, *, case: Case, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case
        # One worker, so that the cases share their plans.
        self.add_marker(pytest.mark.xdist_group("plans"))

    def runtest(self) -> None:
        outcome = _planner(self.config, self.session).outcome(self.case)
        if self.case.error:
            problems = _unexpected(self.case.error, outcome.errors)
        elif outcome.plan is None:
            problems = [f"the plan stopped: {error}" for error in outcome.errors]
        else:
            problems = differences(self.case, outcome.plan)
        if problems:
            raise PlanMismatch("\n".join(problems))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, PlanMismatch):
            return f"{excinfo.value}\n\nIf the plan is right: {self.case.regenerate_command}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name


def _planner(config: pytest.Config, session: pytest.Session) -> Planner:
    """The session's one planner, in a folder that pytest cleans up."""
    if PLANNER not in config.stash:
        factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]
        folder = factory.mktemp("plans")
        config.stash[PLANNER] = Planner(folder, cli_config(folder))
    return config.stash[PLANNER]


def _unexpected(expected: tuple[str, ...], actual: tuple[str, ...]) -> list[str]:
    """Expected messages that did not come, and errors that nobody expected."""
    wanted = [" ".join(message.split()) for message in expected]
    missing = [f"expected the error: {m}" for m in wanted if not any(m in error for error in actual)]
    return missing + [f"not expected: {e}" for e in actual if not any(m in e for m in wanted)]
