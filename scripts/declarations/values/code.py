"""Terraform's sources as syntax trees, so that their expressions can be evaluated.

``scripts.declarations.configuration`` keeps expressions as texts, which is enough to see whom they name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import hcl2
from lark import Token, Tree
from lark.exceptions import LarkError

from scripts.errors import BadInputError

Expression = Tree[Token]
Node = Expression | Token

_LAYOUT = {"new_line_or_comment"}


@dataclass(frozen=True)
class Block:
    """A block's arguments, and the blocks in it with their type and labels, in their order."""

    attributes: Mapping[str, Node] = field(default_factory=dict)
    blocks: tuple[tuple[tuple[str, ...], Block], ...] = ()

    def labelled(self, *labels: str) -> Iterator[tuple[tuple[str, ...], Block]]:
        """Blocks whose type and first labels are these, with their other labels."""
        for found, block in self.blocks:
            if found[: len(labels)] == labels:
                yield found[len(labels) :], block


@dataclass(frozen=True)
class ModuleCode:
    """A module: what all its files hold, and the modules that it calls by a relative path."""

    body: Block
    called: Mapping[str, ModuleCode]

    def block(self, *labels: str) -> Block | None:
        """The block of these labels, such as ``("resource", "aws_iam_user", "this")``."""
        return next((block for rest, block in self.body.labelled(*labels) if not rest), None)

    def local(self, name: str) -> Node | None:
        """Expression of a local."""
        found = (block.attributes.get(name) for _, block in self.body.labelled("locals"))
        return next((each for each in found if each is not None), None)


def parts(node: Expression) -> list[Node]:
    """Children of a tree without line ends and comments."""
    return [
        each
        for each in node.children
        if each is not None and not (isinstance(each, Tree) and each.data in _LAYOUT)
    ]


def read_module(folder: Path) -> ModuleCode:
    """The module in a folder.

    Raises
    ------
    BadInputError
        A file in it is not Terraform's language.
    """
    blocks: list[tuple[tuple[str, ...], Block]] = []
    for file in sorted(folder.glob("*.tf")):
        try:
            tree = hcl2.parses_to_tree(file.read_text(encoding="utf-8"))
        except LarkError as error:
            where = str(error).strip().partition("\n")[0]
            raise BadInputError(f"{file} cannot be read: {where}", "terraform validate says more.") from None
        for body in tree.children:
            if isinstance(body, Tree) and body.data == "body":
                blocks += _block(body).blocks
    whole = Block({}, tuple(blocks))
    called = {}
    for (name, *_), call in whole.labelled("module"):
        source = call.attributes.get("source")
        path = literal(source) if source is not None else None
        if path is not None and path.startswith("."):
            called[name] = read_module(folder / path)
    return ModuleCode(whole, called)


def literal(node: Node) -> str | None:
    """A text without any template in it; None for all else."""
    if isinstance(node, Token):
        return None
    if node.data == "expr_term" and len(parts(node)) == 1:
        return literal(parts(node)[0])
    if node.data != "string":
        return None
    inside = [each for part in parts(node) if isinstance(part, Tree) for each in part.children]
    return "".join(inside) if all(isinstance(each, Token) for each in inside) else None  # type: ignore[arg-type]


def names_in(node: Node) -> Iterator[str]:
    """Names in an expression, in their order."""
    if isinstance(node, Tree):
        if node.data == "identifier":
            yield str(node.children[0])
            return
        for each in parts(node):
            yield from names_in(each)


def _block(body: Expression) -> Block:
    attributes: dict[str, Node] = {}
    blocks: list[tuple[tuple[str, ...], Block]] = []
    for node in parts(body):
        if isinstance(node, Token):
            continue
        if node.data == "attribute":
            name, *_, value = parts(node)
            attributes[_name(name)] = value
        elif node.data == "block":
            labels = [each for each in parts(node) if isinstance(each, Tree) and each.data != "body"]
            inner = next((e for e in parts(node) if isinstance(e, Tree) and e.data == "body"), None)
            blocks.append((tuple(_name(each) for each in labels), _block(inner) if inner else Block()))
    return Block(attributes, tuple(blocks))


def _name(node: Node) -> str:
    if isinstance(node, Token):
        return str(node)
    return literal(node) or str(node.children[0])
