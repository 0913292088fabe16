"""Evaluates expressions of Terraform's language; what cannot be known, or is not understood, is unknown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

from lark import Token

from scripts.declarations.values.code import Expression, Node, parts
from scripts.declarations.values.functions import call
from scripts.declarations.values.unknown import UNKNOWN, Unknown, is_known, text_of


@runtime_checkable
class Lazy(Protocol):
    """Something whose attributes are worked out when they are asked for: a resource, a module, `local`."""

    def attribute(self, name: str) -> Any:
        """Value of an attribute; unknown where there is none."""


Names = Callable[[str], Any]
"""Value of the first name of an expression: ``var``, ``local``, ``each``, ``aws_iam_user``."""


def evaluate(node: Node, names: Names) -> Any:
    """The value of an expression."""
    if isinstance(node, Token):
        return UNKNOWN
    kind = str(node.data)
    rule = _RULES.get(kind)
    return rule(node, names) if rule else UNKNOWN


def _trees(node: Expression) -> list[Expression]:
    return [each for each in parts(node) if not isinstance(each, Token)]


def _one(node: Expression, names: Names) -> Any:
    inside = _trees(node)
    return evaluate(inside[0], names) if len(inside) == 1 else UNKNOWN


def _identifier(node: Expression, names: Names) -> Any:
    return names(str(node.children[0]))


def _literal(node: Expression, names: Names) -> Any:
    return {"true": True, "false": False, "null": None}.get(str(node.children[0]), UNKNOWN)


def _integer(node: Expression, names: Names) -> Any:
    return int(str(node.children[0]))


def _string(node: Expression, names: Names) -> Any:
    pieces = []
    for part in _trees(node):
        inside = part.children[0]
        if isinstance(inside, Token):
            pieces.append(_unescaped(str(inside)))
        else:
            pieces.append(_one(inside, names))
    # "${x}" alone is x itself, of whatever type.
    return pieces[0] if len(pieces) == 1 else text_of(pieces)


def _unescaped(text: str) -> str | Unknown:
    if "\\" in text:
        try:
            text = json.loads(f'"{text}"')
        except ValueError:
            return UNKNOWN
    return text.replace("$${", "${").replace("%%{", "%{")


def _tuple(node: Expression, names: Names) -> Any:
    return [evaluate(each, names) for each in _trees(node)]


def _object(node: Expression, names: Names) -> Any:
    found = {}
    for element in _trees(node):
        key, *_, value = parts(element)
        name = _key(key, names)
        if not isinstance(name, str):
            return UNKNOWN
        found[name] = evaluate(value, names)
    return found


def _key(node: Node, names: Names) -> Any:
    """An object's key: a name that stands alone is a text, one in parentheses an expression."""
    while not isinstance(node, Token) and len(parts(node)) == 1:
        if node.data == "identifier":
            return str(node.children[0])
        if node.data == "string":
            break
        node = parts(node)[0]
    value = evaluate(node, names)
    return text_of([value]) if is_known(value) else UNKNOWN


def _conditional(node: Expression, names: Names) -> Any:
    condition, yes, no = _trees(node)
    holds = evaluate(condition, names)
    if holds is True or holds is False:
        return evaluate(yes if holds else no, names)
    return UNKNOWN


def _binary(node: Expression, names: Names) -> Any:
    left, term = _trees(node)
    operator, right = _trees(term)
    return _operated(str(operator.children[0]), evaluate(left, names), lambda: evaluate(right, names))


def _operated(operator: str, left: Any, right: Callable[[], Any]) -> Any:
    if operator in {"&&", "||"}:
        decided = operator == "||"
        other = right()
        if left is decided or other is decided:
            return decided
        return (not decided) if left is (not decided) and other is (not decided) else UNKNOWN
    other = right()
    if not (is_known(left) and is_known(other)):
        return UNKNOWN
    if operator in {"==", "!="}:
        return (type(left) is type(other) and left == other) is (operator == "==")
    if type(left) is not int or type(other) is not int:
        return UNKNOWN
    compared = {">": left > other, "<": left < other, ">=": left >= other, "<=": left <= other}
    return compared.get(operator, {"+": left + other, "-": left - other}.get(operator, UNKNOWN))


def _unary(node: Expression, names: Names) -> Any:
    value = _one(node, names)
    if str(node.children[0]) == "!":
        return not value if isinstance(value, bool) else UNKNOWN
    return -value if type(value) is int else UNKNOWN


def _call(node: Expression, names: Names) -> Any:
    name, *rest = _trees(node)
    arguments = [each for one in rest for each in parts(one)]
    if any(isinstance(each, Token) and str(each) == "..." for each in arguments):
        return UNKNOWN
    values = [evaluate(each, names) for each in arguments if not isinstance(each, Token)]
    return call(str(name.children[0]), values)


def _attribute(node: Expression, names: Names) -> Any:
    value, step = _trees(node)
    return take(evaluate(value, names), _step(step, names))


def _step(step: Expression, names: Names) -> Any:
    """What a step of a traversal asks for: an attribute's name, or an index's value."""
    inside = _trees(step)
    if step.data == "get_attr":
        return str(inside[0].children[0])
    return evaluate(inside[0], names) if len(inside) == 1 else UNKNOWN


def take(value: Any, step: Any) -> Any:
    """An attribute or element."""
    if isinstance(step, bool) or not isinstance(step, str | int) or isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, list):
        return value[step] if isinstance(step, int) and 0 <= step < len(value) else UNKNOWN
    if isinstance(value, Mapping):
        return value.get(str(step), UNKNOWN)
    return value.attribute(step) if isinstance(value, Lazy) and isinstance(step, str) else UNKNOWN


def _splat(node: Expression, names: Names) -> Any:
    value, splat = _trees(node)
    found = evaluate(value, names)
    if isinstance(found, Mapping | Unknown):
        return UNKNOWN
    if found is None:
        return []
    elements = found if isinstance(found, list) else [found]
    for step in _trees(splat):
        elements = [take(each, _step(step, names)) for each in elements]
    return elements


def _bindings(intro: Expression, names: Names) -> Iterator[dict[str, Any]] | None:
    """What the names of a `for` stand for, element by element; None where nobody knows the elements."""
    *variables, source = _trees(intro)
    called = [str(each.children[0]) for each in variables]
    pairs = elements(evaluate(source, names))
    if pairs is None:
        return None
    return (dict(zip(called, pair if len(called) == 2 else pair[1:], strict=True)) for pair in pairs)


def elements(value: Any) -> list[tuple[Any, Any]] | None:
    """Key and value of each element, in Terraform's order; None where nobody knows them."""
    if isinstance(value, list):
        # Of a list the key is a number, of a set the element: which of them it was is not kept.
        return [(UNKNOWN, each) for each in value]
    if isinstance(value, Mapping):
        return [(key, value[key]) for key in sorted(value)]
    return None


def _with(names: Names, bound: Mapping[str, Any]) -> Names:
    return lambda name: bound[name] if name in bound else names(name)


def _for(node: Expression, names: Names) -> Iterable[list[Any]] | None:
    """For each element that passes, the values of what stands behind the colon."""
    intro, *rest = _trees(node)
    results = [each for each in rest if each.data != "for_cond"]
    conditions = [_trees(each)[0] for each in rest if each.data == "for_cond"]
    bindings = _bindings(intro, names)
    if bindings is None:
        return None
    found = []
    for bound in bindings:
        inner = _with(names, bound)
        passes = [evaluate(each, inner) for each in conditions]
        if any(each is not True and each is not False for each in passes):
            return None
        if all(passes):
            found.append([evaluate(each, inner) for each in results])
    return found


def _for_tuple(node: Expression, names: Names) -> Any:
    found = _for(node, names)
    return UNKNOWN if found is None else [value for (value,) in found]


def _for_object(node: Expression, names: Names) -> Any:
    if any(isinstance(each, Token) and str(each) == "..." for each in parts(node)):
        return UNKNOWN
    found = _for(node, names)
    if found is None or any(not isinstance(each[0], str) or len(each) != 2 for each in found):
        return UNKNOWN
    return {key: value for key, value in found}  # noqa: C416 - lists of two, not pairs


_RULES: dict[str, Callable[[Expression, Names], Any]] = {
    "attr_splat_expr_term": _splat,
    "binary_op": _binary,
    "conditional": _conditional,
    "expr_term": _one,
    "for_object_expr": _for_object,
    "for_tuple_expr": _for_tuple,
    "full_splat_expr_term": _splat,
    "function_call": _call,
    "get_attr_expr_term": _attribute,
    "identifier": _identifier,
    "index_expr_term": _attribute,
    "int_lit": _integer,
    "interpolation": _one,
    "literal_value": _literal,
    "object": _object,
    "string": _string,
    "tuple": _tuple,
    "unary_op": _unary,
}
