"""Where a piece of Terraform is to be written: code sees the resources of its own module alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: A resource that a value refers to, with the modules that it lies in.
_RESOURCE = re.compile(
    r"(?:(?<== )|(?<=[\[ ]))((?:module\.[\w-]+(?:\[[^\]]*\])?\.)*)(?=(?:data\.)?aws_\w+\.[\w-]+[.\[])"
)

#: The line above arguments of a resource that is there.
_PLACE = re.compile(r"# in (?:the route of )?((?:module\.[\w-]+(?:\[[^\]]*\])?\.)*)(?=(?:data\.)?aws_)")

_MADE = re.compile(r'^resource "(\w+)" "([\w-]+)"', re.MULTILINE)

_HANDED_OVER = "# What lies in another module is handed over: as an output there and a variable here."


def in_its_module(text: str) -> str:
    """A piece of Terraform whose references are written as the module sees them that it belongs to.

    Parameters
    ----------
    text
        Resources or arguments, in which references are whole addresses, such as
        ``module.network.aws_vpc.this.id``. Lines that begin with ``#`` stay as they are.
    """
    lines = text.splitlines()
    modules = dict.fromkeys(_modules(text))
    place = _PLACE.match(lines[0])
    module = place[1] if place else next(iter(modules), "")
    if not any(modules):
        return text
    seen = [
        each if each.startswith("#") else _RESOURCE.sub(lambda found: found[1].removeprefix(module), each)
        for each in lines
    ]
    head = [] if place or not module else [f"# in {module.removesuffix('.')}"]
    elsewhere = [_HANDED_OVER] if any(each != module for each in modules) else []
    return "\n".join([*seen[:1], *elsewhere, *seen[1:]] if place else [*head, *elsewhere, *seen])


def _modules(text: str) -> Iterator[str]:
    """The module of every reference to what the text does not make itself."""
    made = tuple(f"{kind}.{label}." for kind, label in _MADE.findall(text))
    for line in text.splitlines():
        if not line.startswith("#"):
            for found in _RESOURCE.finditer(line):
                if not (made and line.startswith(made, found.end())):
                    yield found[1]
