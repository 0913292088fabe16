"""Tables and marked sections of Markdown files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from scripts.errors import BadInputError

_BEGIN = "<!-- {name}: made by `make docs` -->"
_END = "<!-- end of {name} -->"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in (heads, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(heads), *lines[1:]])


def text(plain: str) -> str:
    """Plain text, of which Markdown swallows nothing and which stays on one line."""
    return " ".join(plain.split()).replace("<", "&lt;")


def code(plain: str) -> str:
    """Text as code."""
    fence = "``" if "`" in plain else "`"
    return f"{fence}{plain}{fence}"


def with_section(document: str, name: str, content: str, where: str) -> str:
    """The document with another content between the two marks of a section.

    Raises
    ------
    BadInputError
        The document (``where``) does not have the marks, once each.
    """
    begin, end = _BEGIN.format(name=name), _END.format(name=name)
    if document.count(begin) != 1 or document.count(end) != 1:
        raise BadInputError(f"{where} must hold these lines, once each:\n{begin}\n{end}")
    pattern = re.compile(re.escape(begin) + r".*?" + re.escape(end), re.DOTALL)
    return pattern.sub(lambda _: f"{begin}\n\n{content}\n\n{end}", document)
