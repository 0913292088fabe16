"""Policy documents as the provider's ``aws_iam_policy_document`` will write them.

Source: Terraform AWS provider, "Data Source: aws_iam_policy_document".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.declarations.values.code import Block
from scripts.declarations.values.expressions import Names, elements, evaluate
from scripts.declarations.values.unknown import UNKNOWN, Partly, Unknown, text_of

_LISTS = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}


@dataclass(frozen=True)
class Document:
    """A policy document of which parts may be unknown: its statements as AWS writes them."""

    statements: tuple[Mapping[str, Any], ...]


def document(block: Block, names: Names, planned: Mapping[str, Any]) -> Document | Unknown:
    """What a data source's ``json`` will be.

    Parameters
    ----------
    block, names
        Its arguments, and what names stand for in them.
    planned
        What the plan says of it already: its statements have to be the same, as far as they are known.
    """
    foreign = {"override_policy_documents", "override_json", "source_json", "policy_id"}
    if foreign & set(block.attributes):
        return UNKNOWN
    statements: list[Mapping[str, Any]] = []
    sources = block.attributes.get("source_policy_documents")
    found = evaluate(sources, names) if sources is not None else []
    if not isinstance(found, list) or any(not isinstance(each, Document) for each in found):
        return UNKNOWN
    for source in found:
        statements += source.statements
    own = _expanded(block, "statement", names)
    if own is None:
        return UNKNOWN
    written = [_arguments(inner, inner_names) for inner, inner_names in own]
    if any(each is None for each in written) or not _agree(written, planned.get("statement")):
        return UNKNOWN
    for each in written:
        statement = _statement(each or {})
        if statement is None:
            return UNKNOWN
        # A statement takes the place of an earlier one with its Sid.
        same = [
            i for i, one in enumerate(statements) if one.get("Sid") and one["Sid"] == statement.get("Sid")
        ]
        if same:
            statements[same[0]] = statement
        else:
            statements.append(statement)
    return Document(tuple(statements))


def _expanded(block: Block, kind: str, names: Names) -> list[tuple[Block, Names]] | None:
    """The blocks of a kind with those that ``dynamic`` makes; None where nobody knows how many it makes."""
    found: list[tuple[Block, Names]] = []
    for labels, inner in block.blocks:
        if labels == (kind,):
            found.append((inner, names))
        elif labels == ("dynamic", kind):
            made = _made(inner, kind, names)
            if made is None:
                return None
            found += made
    return found


def _made(block: Block, kind: str, names: Names) -> list[tuple[Block, Names]] | None:
    content = next((inner for labels, inner in block.blocks if labels == ("content",)), None)
    if content is None or "iterator" in block.attributes or "for_each" not in block.attributes:
        return None
    pairs = elements(evaluate(block.attributes["for_each"], names))
    if pairs is None:
        return None
    return [(content, _iterated(names, kind, {"key": key, "value": value})) for key, value in pairs]


def _iterated(names: Names, kind: str, bound: Mapping[str, Any]) -> Names:
    return lambda name: bound if name == kind else names(name)


def _arguments(block: Block, names: Names) -> dict[str, Any] | None:
    """A statement's arguments, evaluated; its blocks as lists of such."""
    found: dict[str, Any] = {name: evaluate(node, names) for name, node in block.attributes.items()}
    for kind in ("principals", "not_principals", "condition"):
        inner = _expanded(block, kind, names)
        if inner is None:
            return None
        found[kind] = [
            {name: evaluate(node, own) for name, node in each.attributes.items()} for each, own in inner
        ]
    return found


def _agree(written: list[Any], planned: Any) -> bool:
    """Whether the plan's statements are those of the sources; what either does not know is not compared."""
    if planned is None or planned is UNKNOWN:
        return True
    return len(written) == len(planned) and all(
        _fits(mine.get(name), theirs)
        for mine, other in zip(written, planned, strict=True)
        for name, theirs in other.items()
        if theirs not in (None, [], UNKNOWN)
    )


def _fits(mine: Any, planned: Any) -> bool:
    if UNKNOWN in (mine, planned) or isinstance(mine, Partly):
        return True
    if isinstance(planned, list):
        if not isinstance(mine, list) or len(mine) != len(planned):
            return False
        if all(isinstance(each, str) for each in [*mine, *planned]):
            # The provider keeps sets, which have no order.
            return sorted(mine) == sorted(planned)
        return all(_fits(*pair) for pair in zip(mine, planned, strict=True)) or UNKNOWN in planned
    if isinstance(planned, Mapping):
        return isinstance(mine, Mapping) and all(_fits(mine.get(name), planned[name]) for name in planned)
    return bool(mine == planned)


def _statement(arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """A statement as AWS writes it; None where more of it is unknown than a resource or a value."""
    made: dict[str, Any] = {}
    for name, default, element in (("sid", "", "Sid"), ("effect", "Allow", "Effect")):
        value = arguments.get(name)
        value = default if value is None else value
        if not isinstance(value, str):
            return None
        if value:
            made[element] = value
    for name, element in _LISTS.items():
        values = arguments.get(name)
        if values in (None, []):
            continue
        if not isinstance(values, list):
            return None
        if element.endswith("Action") and not all(isinstance(each, str) for each in values):
            return None
        made[element] = [_with_variables(each) for each in values]
    for name, element in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        if arguments[name]:
            principals = _principals(arguments[name])
            if principals is None:
                return None
            made[element] = principals
    if arguments["condition"]:
        conditions = _conditions(arguments["condition"])
        if conditions is None:
            return None
        made["Condition"] = conditions
    return made


def _principals(blocks: list[dict[str, Any]]) -> Any:
    found: dict[str, list[str]] = {}
    for each in blocks:
        kind, names = each.get("type"), each.get("identifiers")
        if not isinstance(kind, str) or not isinstance(names, list):
            return None
        if not all(isinstance(name, str) for name in names):
            return None
        found.setdefault(kind, []).extend(names)
    return "*" if found == {"*": ["*"]} else found


def _conditions(blocks: list[dict[str, Any]]) -> dict[str, dict[str, list[Any]]] | None:
    found: dict[str, dict[str, list[Any]]] = {}
    for each in blocks:
        test, key, values = each.get("test"), each.get("variable"), each.get("values")
        if not isinstance(test, str) or not isinstance(key, str) or not isinstance(values, list):
            return None
        found.setdefault(test, {}).setdefault(key, []).extend(_with_variables(value) for value in values)
    return found


def _with_variables(value: Any) -> Any:
    """IAM's ``${...}`` where the provider's ``&{...}`` stands for it."""
    if isinstance(value, str):
        return value.replace("&{", "${")
    if isinstance(value, Partly):
        return Partly(tuple(part and part.replace("&{", "${") for part in value.pieces))
    return text_of([value])


def unknown_parts(found: Document) -> Iterator[Any]:
    """Resources and values of a document that are unknown, wholly or in part."""
    for statement in found.statements:
        listed = [*statement.get("Resource", ()), *statement.get("NotResource", ())]
        for keys in statement.get("Condition", {}).values():
            listed += [value for values in keys.values() for value in values]
        yield from (each for each in listed if not isinstance(each, str))
