"""``%%athena`` in a notebook: a cell in Athena's SQL, in the learner's own database of the catalog."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from scripts.labs.lake.lake import Lake
from scripts.labs.workspace import RECORD, Workspace

if TYPE_CHECKING:
    import pandas as pd


def athena(_line: str, cell: str) -> pd.DataFrame | None:
    """Run the cell's statements; the last rows as a frame."""
    import pandas as pd  # noqa: PLC0415 - takes long, and few need it

    folder = Path.cwd()
    whose = Workspace(folder=folder, lab=folder.name, **json.loads((folder / RECORD).read_text()))
    # The kernel's environment names the target, as for any AWS tool.
    found = Lake(boto3.Session(), whose).athena().script(cell)
    return pd.DataFrame(found.rows, columns=list(found.columns)) if found.columns else None


def load_ipython_extension(shell: Any) -> None:
    """What ``%load_ext`` calls."""
    shell.register_magic_function(athena, "cell", "athena")
