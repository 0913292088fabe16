"""What every command prints with: the one result to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text


def _console(*, stderr: bool) -> Console:
    # ":secret:" in an ARN is no emoji; and what a program or a file reads is not folded at 80 columns.
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, emoji=False, width=None if stream.isatty() else 220)


# Standard output holds a command's one result; everything said on the way goes to standard error.
result = _console(stderr=False)
talk = _console(stderr=True)

_INDENT = " " * 9

Cells = Sequence[Text]

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def say(text: str) -> None:
    """A line on standard error, as it stands."""
    talk.print(text, markup=False, highlight=False, soft_wrap=True)


def line(text: str = "") -> None:
    """A line of the result, as it stands: one that is wrapped cannot be copied into a shell."""
    result.print(text, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def waiting(what: str) -> Iterator[Callable[[str], None]]:
    """Says what happens while something is waited for; on a terminal with the time that passes meanwhile."""
    if not talk.is_terminal:
        yield say
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=talk, transient=True) as shown:
        shown.add_task(what, total=None)
        yield say


def paragraph(text: str, first: str = "", further: str = "") -> None:
    """Prose, in lines that fit a terminal, begun with ``first`` and ``further``; elsewhere each in one.

    A word that is longer than a line, such as a path or an ARN, is not broken: it is to be copied.
    """
    width = max(40, result.width) if result.is_terminal else sys.maxsize
    for each in text.splitlines():
        line(
            textwrap.fill(
                each, width, initial_indent=first, subsequent_indent=further,
                break_long_words=False, break_on_hyphens=False,
            )
        )  # fmt: skip


def indented(text: str) -> None:
    """More about the line above, as a paragraph."""
    paragraph(text, _INDENT, _INDENT + "  ")


def fits(rows: Sequence[Cells]) -> bool:
    """Whether lines of these cells, two blanks apart, are no wider than the terminal; elsewhere any are."""
    widths = [max(cell.cell_len for cell in column) for column in zip(*rows, strict=True)]
    return not result.is_terminal or sum(widths) + 2 * (len(widths) - 1) <= result.width


def show_table(titles: Sequence[str], rows: Sequence[Cells]) -> None:
    """Rows below their titles; where a terminal is too narrow, one record after the other.

    A table that is squeezed breaks its words in pieces, which nobody can read or copy.
    """
    if fits([[Text(title) for title in titles], *rows]):
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in titles:
            table.add_column(Text(title), overflow="fold")
        for row in rows:
            table.add_row(*row)
        result.print(table)
        return
    longest = max(Text(title).cell_len for title in titles)
    for at, row in enumerate(rows):
        if at:
            line()
        for title, cell in zip(titles, row, strict=True):
            name = Text(title, style="bold")
            name.pad_right(longest - name.cell_len + 2)
            result.print(name + cell, soft_wrap=True, highlight=False)


def print_json(document: Any) -> None:
    """The result as one JSON document."""
    sys.stdout.write(json.dumps(document, indent=2, default=str) + "\n")
