"""Inputs and outputs of Terraform modules, as tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.declarations.configuration import parse, unquoted
from scripts.documentation import markdown
from scripts.documentation.markdown import code, text

_REQUIRED = object()


def tables(folder: Path) -> str:
    """The module's variables and outputs, in the order in which they are written."""
    inputs = [
        (code(name), text(_string(body.get("description"))), code(_type(body)), _default(body))
        for name, body in _blocks(folder / "variables.tf", "variable")
    ]
    outputs = [
        (code(name), text(_string(body.get("description"))))
        for name, body in _blocks(folder / "outputs.tf", "output")
    ]
    return "\n\n".join(
        (
            "## Inputs",
            markdown.table(("name", "what it is", "type", "default"), inputs),
            "## Outputs",
            markdown.table(("name", "what it is"), outputs),
        )
    )


def _blocks(file: Path, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for block in parse(file.read_text(), str(file)).get(kind, ()):
        for label, body in block.items():
            yield unquoted(label), body


def _type(body: Mapping[str, Any]) -> str:
    return _expression(body.get("type", "any"))


def _default(body: Mapping[str, Any]) -> str:
    default = body.get("default", _REQUIRED)
    return "required" if default is _REQUIRED else code(_expression(default))


def _string(quoted: Any) -> str:
    """What a quoted text of HCL says; its escapes are those of JSON."""
    return str(json.loads(quoted)) if quoted else ""


def _expression(value: Any) -> str:
    """An expression as ``terraform fmt`` writes it on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_expression(each) for each in value)}]"
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{name} = {_expression(each)}" for name, each in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    written = str(value)
    return written[2:-1] if written.startswith("${") and written.endswith("}") else written
