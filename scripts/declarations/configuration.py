"""Terraform's configuration as expressions: from the sources, or from what a plan repeats of them.

An expression is what python-hcl2 makes of it: lists and objects as such, everything else a text, in which
``${...}`` holds code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hcl2
from lark.exceptions import LarkError

from scripts.errors import BadInputError

Expression = Any

_PLAIN = hcl2.SerializationOptions(with_comments=False, explicit_blocks=False, preserve_heredocs=False)


@dataclass(frozen=True)
class Module:
    """One module's code.

    Attributes
    ----------
    resources
        ``type.name`` to its arguments; nested blocks are lists of objects.
    values
        Locals by name.
    outputs
        Expressions by name.
    calls
        Arguments and code of each module that it calls.
    """

    resources: Mapping[str, Mapping[str, Expression]] = field(default_factory=dict)
    values: Mapping[str, Expression] = field(default_factory=dict)
    outputs: Mapping[str, Expression] = field(default_factory=dict)
    calls: Mapping[str, tuple[Mapping[str, Expression], Module]] = field(default_factory=dict)

    def covers(self, other: Module) -> bool:
        """Whether everything that another version of this module has is in this one too."""
        return set(other.resources) <= set(self.resources) and all(
            name in self.calls and self.calls[name][1].covers(called)
            for name, (_, called) in other.calls.items()
        )


def parse(text: str, name: str) -> dict[str, Any]:
    """One file of Terraform's language, in python-hcl2's shape.

    Raises
    ------
    BadInputError
        It is none; ``name`` is in the message.
    """
    try:
        parsed: dict[str, Any] = hcl2.loads(text, serialization_options=_PLAIN)
    except LarkError as error:
        where = str(error).strip().partition("\n")[0]
        raise BadInputError(
            f"{name} cannot be read: {where}", "terraform validate says more: make lint"
        ) from None
    return parsed


def unquoted(text: str) -> str:
    """A label or literal without the quotes that python-hcl2 keeps."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def of_folder(folder: Path) -> Module:
    """The module in a folder, with those that it calls by a relative path."""
    resources: dict[str, Mapping[str, Expression]] = {}
    values: dict[str, Expression] = {}
    outputs: dict[str, Expression] = {}
    calls: dict[str, tuple[Mapping[str, Expression], Module]] = {}
    for file in sorted(folder.glob("*.tf")):
        content = parse(file.read_text(), str(file))
        for block in content.get("resource", ()):
            for kind, named in _labelled(block):
                for name, body in _labelled(named):
                    resources[f"{kind}.{name}"] = body
        for block in content.get("locals", ()):
            values |= block
        for block in content.get("output", ()):
            outputs |= {name: body.get("value") for name, body in _labelled(block)}
        for block in content.get("module", ()):
            for name, body in _labelled(block):
                source = unquoted(str(body.get("source", "")))
                called = of_folder(folder / source) if source.startswith(".") else Module()
                calls[name] = (body, called)
    return Module(resources, values, outputs, calls)


def _labelled(block: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(unquoted(label), body) for label, body in block.items()]


def of_plan(module: Mapping[str, Any]) -> Module:
    """A module as ``terraform show -json`` repeats it (``configuration.root_module``).

    It names every reference of an argument but not how they are put together, and no locals.
    """
    return Module(
        resources={
            each["address"]: {
                **_expressions(each.get("expressions", {})),
                "for_each": _expression(each.get("for_each_expression", {})),
            }
            for each in module.get("resources", ())
            if each["mode"] == "managed"
        },
        outputs={
            name: _expression(output.get("expression", {}))
            for name, output in module.get("outputs", {}).items()
        },
        calls={
            name: (_expressions(call.get("expressions", {})), of_plan(call["module"]))
            for name, call in module.get("module_calls", {}).items()
        },
    )


def _expressions(found: Mapping[str, Any]) -> dict[str, Expression]:
    return {name: _expression(each) for name, each in found.items()}


def _expression(found: Any) -> Expression:
    if isinstance(found, list):
        return [_expression(each) for each in found]
    if "references" in found:
        return [f"${{{reference}}}" for reference in _joined(found["references"])]
    if "constant_value" in found:
        return found["constant_value"]
    return _expressions(found)


def _joined(references: list[str]) -> list[str]:
    """References without those that only repeat the beginning of the one before, and with their index.

    A plan lists ``aws_subnet.public[each.key].id`` as ``aws_subnet.public`` and ``each.key``.
    """
    joined: list[str] = []
    for each in references:
        if joined and each in ("each.key", "count.index") and not joined[-1].endswith("]"):
            joined[-1] += f"[{each}]"
        elif not (joined and joined[-1].startswith(each)):
            joined.append(each)
    return joined
