"""The form that every policy document has, whatever it is attached to (the policy grammar)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.authorization.faults import Fault

SYNTAX = "Syntax errors in policy."
VERSIONS = ("2008-10-17", "2012-10-17")

_TOP = {"Version", "Id", "Statement"}
_ELEMENTS = {
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}
_PRINCIPAL_KINDS = {"AWS", "Service", "Federated", "CanonicalUser"}


class DuplicateKeyError(ValueError):
    """A JSON object has a key twice."""


def load(text: str) -> Any:
    """Read JSON whose objects have each key once.

    Raises
    ------
    ValueError
        It is no JSON, or an object has a key twice; says where.
    """
    return json.loads(text, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise DuplicateKeyError(f"{key!r} stands twice in one object")
        found[key] = value
    return found


def statements_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The statements of a document of the right form."""
    written = document["Statement"]
    return written if isinstance(written, list) else [written]


def place(number: int, statement: Mapping[str, Any], element: str = "") -> str:
    """Where a fault lies, ``statement 2 (ReadGold), Action``."""
    sid = statement.get("Sid")
    named = f"statement {number} ({sid})" if isinstance(sid, str) and sid else f"statement {number}"
    return f"{named}, {element}" if element else named


def form_faults(document: Any) -> Iterator[Fault]:
    """What breaks the grammar; nothing else is asked of a document that has such a fault."""
    if not isinstance(document, dict):
        yield Fault(SYNTAX, "the document is not an object")
        return
    for key in document.keys() - _TOP:
        yield Fault(SYNTAX, f"element {key!r} does not exist")
    if "Version" in document and document["Version"] not in VERSIONS:
        yield Fault(SYNTAX, f"version {document['Version']!r} does not exist")
    if "Id" in document and not isinstance(document["Id"], str):
        yield Fault(SYNTAX, "Id is not a text")
    written = document.get("Statement")
    statements = written if isinstance(written, list) else [written]
    if not statements or written is None:
        yield Fault(SYNTAX, "there is no Statement")
        return
    for number, statement in enumerate(statements, start=1):
        yield from _statement_faults(number, statement)


def _statement_faults(number: int, statement: Any) -> Iterator[Fault]:
    if not isinstance(statement, dict):
        yield Fault(SYNTAX, f"statement {number} is not an object")
        return
    for key in sorted(statement.keys() - _ELEMENTS):
        yield Fault(SYNTAX, f"{place(number, statement)}: element {key!r} does not exist")
    for element in ("Principal", "Action", "Resource"):
        if element in statement and f"Not{element}" in statement:
            yield Fault(SYNTAX, f"{place(number, statement)} has {element} and Not{element}")
    if "Sid" in statement and not isinstance(statement["Sid"], str):
        yield Fault(SYNTAX, place(number, statement, "Sid"))
    if statement.get("Effect") not in {"Allow", "Deny"}:
        yield Fault(SYNTAX, place(number, statement, "Effect must be Allow or Deny"))
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        if element in statement and not _is_texts(statement[element]):
            yield Fault(SYNTAX, place(number, statement, element))
    for element in ("Principal", "NotPrincipal"):
        if element in statement and not _is_principal(statement[element]):
            yield Fault(SYNTAX, place(number, statement, element))
    if "Condition" in statement and not _is_condition(statement["Condition"]):
        yield Fault(SYNTAX, place(number, statement, "Condition"))


def _is_texts(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _is_principal(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value) and all(kind in _PRINCIPAL_KINDS and _is_texts(one) for kind, one in value.items())
    return bool(value == "*")


def _is_condition(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(keys, dict) and all(_is_condition_value(one) for one in keys.values())
        for keys in value.values()
    )


def _is_condition_value(value: Any) -> bool:
    return all(
        isinstance(one, str | bool | int | float) for one in (value if isinstance(value, list) else [value])
    )
