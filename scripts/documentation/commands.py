"""The command reference, from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import typer

from scripts.documentation import markdown
from scripts.documentation.markdown import code, text

_HEAD = """# Commands

Made by `make docs` from the commands themselves. `make` alone lists the targets that people use most;
`.venv/bin/lab` is the command behind them.

Exit codes: 0 done or yes; 1 the answer is no; 2 bad input; 3 something that is needed is missing or did not
start; 4 AWS, Terraform or a database answered with an error.
"""


def document(command: Any, name: str = "lab") -> str:
    """The page, for a command with its commands and whatever these hold."""
    return "\n".join([_HEAD, *_command(command, [name])])


def _command(command: Any, path: Sequence[str]) -> Iterator[str]:
    context = typer.Context(command, info_name=path[-1])
    yield f"{'#' * min(len(path) + 1, 4)} {' '.join(path)}\n"
    if command.help:
        yield f"{text(command.help)}\n"
    yield f"```\n{' '.join([*path, *command.collect_usage_pieces(context)])}\n```\n"
    records = (each.get_help_record(context) for each in command.params if each.name != "help")
    rows = [(code(name), text(told)) for name, told in filter(None, records)]
    if rows:
        yield markdown.table(("argument or option", "what it is"), rows) + "\n"
    for name, each in getattr(command, "commands", {}).items():
        if not each.hidden:
            yield from _command(each, [*path, name])
