"""Which files are made from the code, and whether they are as they should be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.documentation import commands, modules, services
from scripts.documentation.markdown import with_section

DRAWING = Path("docs/environment.svg")
_TABLES = "inputs and outputs"

Pages = dict[Path, str]
"""Content of each file, by its path from the checkout's folder."""


def of_modules(root: Path) -> Pages:
    """READMEs of the root module and of every other one, with their tables."""
    infrastructure = root / "infrastructure"
    folders = [infrastructure, *sorted(path.parent for path in infrastructure.glob("modules/*/variables.tf"))]
    found = {}
    for folder in folders:
        readme = folder / "README.md"
        where = str(readme.relative_to(root))
        found[readme.relative_to(root)] = with_section(
            readme.read_text(), _TABLES, modules.tables(folder), where
        )
    return found


def of_services(tables: Mapping[str, Mapping[str, str]]) -> Pages:
    """The page of services and operations."""
    return {Path("docs/services.md"): services.document(tables)}


def of_commands(command: Any) -> Pages:
    """The command reference."""
    return {Path("docs/commands.md"): commands.document(command)}


def stale(root: Path, pages: Pages) -> list[Path]:
    """Those that are not as they should be."""
    return [path for path, content in pages.items() if _read(root / path) != content]


def write(root: Path, pages: Pages) -> list[Path]:
    """Write those that are not as they should be, and tell which."""
    changed = stale(root, pages)
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(pages[path])
    return changed


def _read(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None
