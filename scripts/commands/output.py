"""What every command prints with: the one result to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
import textwrap
from typing import Annotated, Any

import typer
from rich.console import Console


def _console(*, stderr: bool) -> Console:
    # ":secret:" in an ARN is no emoji; and what a program or a file reads is not folded at 80 columns.
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, emoji=False, width=None if stream.isatty() else 220)


# Standard output holds a command's one result; everything said on the way goes to standard error.
result = _console(stderr=False)
talk = _console(stderr=True)

_INDENT = " " * 9

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def say(text: str) -> None:
    """A line on standard error, as it stands."""
    talk.print(text, markup=False, highlight=False, soft_wrap=True)


def line(text: str = "") -> None:
    """A line of the result, as it stands: one that is wrapped cannot be copied into a shell."""
    result.print(text, markup=False, highlight=False, soft_wrap=True)


def indented(text: str) -> None:
    """More about the line above, in lines that fit a terminal; elsewhere in one."""
    width = result.width if result.is_terminal else sys.maxsize
    for each in text.splitlines():
        line(textwrap.fill(each, max(40, width), initial_indent=_INDENT, subsequent_indent=_INDENT + "  "))


def print_json(document: Any) -> None:
    """The result as one JSON document."""
    sys.stdout.write(json.dumps(document, indent=2, default=str) + "\n")
