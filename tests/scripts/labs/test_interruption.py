"""Whatever a command was about when it was broken off, the next one finds its way, and no work is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.config import ROOT
from tests.scripts.conftest import Environment
from tests.scripts.labs.conftest import variables


@pytest.mark.parametrize("command", ["start", "check", "reset", "writing"])
def test_after_any_interruption_the_next_command_works(
    command: str, seeded: Environment, tmp_path: Path
) -> None:
    breaking = [sys.executable, "-m", "tests.scripts.labs.interrupting", command, str(tmp_path)]
    environment = {**os.environ, **variables(seeded.settings)}
    done = subprocess.run(breaking, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
