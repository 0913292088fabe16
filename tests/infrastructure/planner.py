"""Runs Terraform on a copy of the stack, once for each different set of variables.

No plan here reaches an API: the endpoint is closed, and the provider is told not to ask who it is, nor to try
twice (for a Kinesis stream it asks for the account's limits, and plans on without them).
A module's bad input is planned with the module's variables alone. They hold every rule, need no provider,
and so cost a twentieth of a second where a plan costs seconds.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tftest import TerraformPlanOutput, TerraformTest, TerraformTestError

from tests.infrastructure.cases import INFRASTRUCTURE, ROOT_MODULE, Case

JOBS = INFRASTRUCTURE.parent / "glue_jobs"

OFFLINE_PROVIDER = """
provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  max_retries                 = 1
}
"""


@dataclass(frozen=True)
class Outcome:
    """What a plan came to: a plan, or the errors that stopped it (never both)."""

    plan: TerraformPlanOutput | None
    errors: tuple[str, ...]


class Planner:
    """Copies, initialises and plans; every result is kept for the cases that share it.

    Parameters
    ----------
    folder
        Where the copies go; whoever made it removes it.
    cli_config
        Terraform's CLI configuration: where the provider is found.
    """

    def __init__(self, folder: Path, cli_config: Path) -> None:
        self._folder = folder
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))},
            "TF_CLI_CONFIG_FILE": str(cli_config),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        }
        self._workspaces: dict[Path, TerraformTest] = {}
        self._outcomes: dict[tuple[Path, tuple[str, ...]], Outcome] = {}

    def outcome(self, case: Case) -> Outcome:
        """The plan of a case's variables, made at most once."""
        workspace = self._variables_only(case.module) if case.error else self._whole(case.module)
        key = (Path(workspace.tfdir), tuple(file.read_text() for file in case.var_files))
        if key not in self._outcomes:
            self._outcomes[key] = self._plan(workspace, case.var_files)
        return self._outcomes[key]

    def _whole(self, module: str) -> TerraformTest:
        """The stack, or one of its modules, ready to plan."""
        # A module in a copy of its own: with a provider block in it the stack could not call it any more.
        source, name = INFRASTRUCTURE, "offline_override.tf"
        if module != ROOT_MODULE:
            source, name = INFRASTRUCTURE / "modules" / module, "offline.tf"
        copy = self._folder / "whole" / module
        if not copy.exists():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*"))
        if module == ROOT_MODULE and not (copy.parent / JOBS.name).exists():
            # The stack uploads the jobs' scripts from beside it.
            shutil.copytree(JOBS, copy.parent / JOBS.name, ignore=shutil.ignore_patterns("__pycache__"))
        return self._workspace(copy, {name: OFFLINE_PROVIDER}, needs_init=True)

    def _variables_only(self, module: str) -> TerraformTest:
        """A module's variables and their rules; of the root everything, since its modules hold rules too."""
        if module == ROOT_MODULE:
            return self._whole(module)
        source = INFRASTRUCTURE / "modules" / module / "variables.tf"
        return self._workspace(
            self._folder / "variables" / module, {source.name: source.read_text()}, needs_init=False
        )

    def _workspace(self, folder: Path, files: dict[str, str], *, needs_init: bool) -> TerraformTest:
        if folder not in self._workspaces:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                (folder / name).write_text(text)
            workspace = TerraformTest(str(folder))
            workspace.env = self._environment
            if needs_init:
                workspace.setup(cleanup_on_exit=False)
            self._workspaces[folder] = workspace
        return self._workspaces[folder]

    @staticmethod
    def _plan(workspace: TerraformTest, var_files: tuple[Path, ...]) -> Outcome:
        try:
            plan = workspace.plan(
                output=True, json_format=True, lock=False, tf_var_file=[str(f) for f in var_files]
            )
        except TerraformTestError as error:
            return Outcome(None, _messages(error.args[0]))
        return Outcome(plan, ())


def _messages(log: str) -> tuple[str, ...]:
    """The text of every error in Terraform's JSON log."""
    found = []
    for line in log.splitlines():
        entry: dict[str, Any] = json.loads(line) if line.startswith("{") else {}
        diagnostic = entry.get("diagnostic", {})
        if diagnostic.get("severity") == "error":
            detail = re.sub(r"\s*This was checked by the validation rule at .*", "", diagnostic["detail"])
            found.append(" ".join(detail.split()) or diagnostic["summary"])
    return tuple(found) or (log,)
