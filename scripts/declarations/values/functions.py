"""The functions of Terraform's language that decide names and ARNs; what others make is not known.

Source: Terraform Language, "Built-in Functions".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scripts.declarations.values.unknown import UNKNOWN, Partly, Unknown, is_known, text_of


def call(name: str, arguments: list[Any]) -> Any:
    """The value of a call; unknown where an argument that matters is, or nobody here knows the function."""
    function = _FUNCTIONS.get(name)
    if function is None or any(isinstance(each, Unknown) for each in arguments):
        return UNKNOWN
    try:
        return function(*arguments)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        # Arguments of a kind that the function does not take here: Terraform may convert them.
        return UNKNOWN


def _split(separator: str, text: str | Partly) -> Any:
    if isinstance(text, str):
        return text.split(separator)
    if separator != ":":
        return UNKNOWN
    pieces: list[list[Any]] = [[]]
    for part in text.pieces:
        if part is None:
            pieces[-1].append(Partly((None,)))
            continue
        first, *rest = part.split(":")
        pieces[-1].append(first)
        pieces += [[each] for each in rest]
    return [text_of([each for each in piece if each != ""]) for piece in pieces]


def _coalesce(*values: Any) -> Any:
    return next(each for each in (*values, UNKNOWN) if each not in (None, ""))


def _toset(values: list[Any]) -> Any:
    return sorted(set(values)) if is_known(values) else UNKNOWN


def _merge(*maps: dict[str, Any]) -> dict[str, Any]:
    return {name: value for each in maps for name, value in each.items()}


def _flatten(values: list[Any]) -> Any:
    flat: list[Any] = []
    for each in values:
        if isinstance(each, Unknown):
            return UNKNOWN
        inner = _flatten(each) if isinstance(each, list) else [each]
        if isinstance(inner, Unknown):
            return UNKNOWN
        flat += inner
    return flat


def _contains(values: list[Any], wanted: Any) -> Any:
    return wanted in values if is_known(values) and is_known(wanted) else UNKNOWN


def _concat(*lists: list[Any]) -> list[Any]:
    return [each for one in lists for each in one]


def _known_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of texts and numbers that are known."""
    return lambda *values: function(*values) if all(is_known(each) for each in values) else UNKNOWN


def _lookup(found: Mapping[str, Any], key: str, default: Any = UNKNOWN) -> Any:
    return found.get(key, default)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "coalesce": _coalesce,
    "concat": _concat,
    "contains": _contains,
    "flatten": _flatten,
    "join": _known_text(lambda separator, values: separator.join(values)),
    "keys": lambda found: sorted(found.keys()),
    "length": len,
    "lookup": _lookup,
    "lower": _known_text(str.lower),
    "merge": _merge,
    "replace": _known_text(lambda text, old, new: UNKNOWN if old.startswith("/") else text.replace(old, new)),
    "split": _split,
    "tolist": lambda values: values,
    "tomap": lambda found: found,
    "toset": _toset,
    "tostring": lambda value: text_of([value]),
    "trimprefix": _known_text(str.removeprefix),
    "trimsuffix": _known_text(str.removesuffix),
    "upper": _known_text(str.upper),
    "values": lambda found: [found[key] for key in sorted(found.keys())],
}
