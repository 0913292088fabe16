"""Which workspace is in which folder, known without it: one that was removed by hand is taken up again."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.labs.files import Document
from scripts.labs.workspace import Workspace


class Register:
    """Ids of workspaces by folder, in the run-time folder of the target.

    Parameters
    ----------
    local_dir
        That folder.
    """

    def __init__(self, local_dir: Path) -> None:
        self._file = Document(local_dir / "labs" / "workspaces.json", "the way back to folders that are gone")

    def known(self, folder: Path) -> str | None:
        """The id of the workspace that is, or was, in a folder."""
        found = self._file.read().get(str(folder))
        return found if isinstance(found, str) and re.fullmatch(r"[0-9a-f]{8}", found) else None

    def note(self, workspace: Workspace) -> None:
        """A workspace is there."""
        if self.known(workspace.folder) != workspace.id:
            with self._file.change() as content:
                content[str(workspace.folder)] = workspace.id

    def forget(self, folder: Path) -> None:
        """Nothing of a workspace is left."""
        with self._file.change() as content:
            content.pop(str(folder), None)
