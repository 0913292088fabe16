"""The README's drawing: the environment as it is planned by default."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts import terraform_program
from scripts.config import Settings
from scripts.errors import RemoteError
from scripts.inspection.drawing import compose, svg
from scripts.inspection.model import without_marks
from scripts.inspection.plan import of_plan

#: A plan of nothing but the description: the provider is told not to ask who or where it is.
_OFFLINE = """
provider "aws" {
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  max_retries                 = 1
}
"""
_NOWHERE = "http://127.0.0.1:9"


def drawing(plan: Mapping[str, Any], settings: Settings) -> str:
    """The drawing (SVG) of what a plan leads to, without what only matters to who changes it."""
    environment = of_plan(plan, settings.name, settings.infrastructure)
    return svg.render(compose.draw(without_marks(environment, "as it is planned by default"), lists=False))


def plan(settings: Settings) -> dict[str, Any]:
    """The stack planned from nothing with its defaults, in the shape of ``terraform show -json``.

    It is planned in a copy, where no state is and no API is asked.

    Raises
    ------
    RemoteError
        Terraform reported an error.
    """
    program = terraform_program.find()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "infrastructure"
        unwanted = shutil.ignore_patterns(".terraform", "*.tfstate*")
        shutil.copytree(settings.infrastructure, folder, ignore=unwanted)
        # The stack uploads the jobs' scripts from beside it.
        shutil.copytree(settings.infrastructure.parent / "glue_jobs", Path(name) / "glue_jobs")
        (folder / "offline_override.tf").write_text(_OFFLINE)
        here = Settings(local_dir=Path(name))
        env = terraform_program.environment(here) | {"AWS_ENDPOINT_URL": _NOWHERE}

        def run(*arguments: str) -> str:
            answer = subprocess.run(
                [str(program.path), f"-chdir={folder}", *arguments],
                env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if answer.returncode != 0:
                raise RemoteError(f"terraform {arguments[0]} failed:\n{answer.stderr.strip()}")
            return answer.stdout

        run("init", "-input=false", "-no-color")
        run(
            "plan",
            "-input=false",
            "-no-color",
            "-lock=false",
            "-out=it",
            f"-var-file={settings.var_file.name}",
        )
        shown: dict[str, Any] = json.loads(run("show", "-json", "it"))
        return shown
