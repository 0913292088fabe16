"""To which resources an attribute will refer, as far as the configuration tells before an apply."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.declarations.configuration import Expression, Module, parse, unquoted
from scripts.declarations.declared import Declared, Path

_NAME = r"[A-Za-z_][\w-]*"
_INDEX = r"\[(?:[^\[\]]|\[[^\[\]]*\])*\]"
_TRAVERSAL = re.compile(rf"(?<![\w.\"-]){_NAME}(?:\.(?:{_NAME}|\*)|{_INDEX})+")
#: An object with the keys of what it is made from: an index into it is an index into that.
_SAME_KEYS = re.compile(rf"\$\{{\{{\s*for ({_NAME}), {_NAME} in ({_TRAVERSAL.pattern}) : \1 =>")
#: ``[for zone in local.zones : aws_subnet.this["hub ${zone}"].id]``: the ones at the keys of a known list.
_LISTED = re.compile(rf"\$\{{\[\s*for ({_NAME}) in (\[[^\[\]]*\]|[\w.]+) : (.*)\]\}}", re.S)
#: ``element(aws_subnet.public[*].id, count.index)``: the one at the own index.
_ELEMENT = re.compile(r"element\(([^()]+?)(?:\[\*\]|\.\*)((?:\.\w+)*), *(count\.index|each\.key)\)")
_STEP = re.compile(rf"\.({_NAME}|\*)|({_INDEX})")
_MODULE = re.compile(r"module\.([\w-]+)(?:\[(?:\"([^\"]*)\"|(\d+))\])?")

_INDICES = re.compile(rf"(?<=[\w\])]){_INDEX}")
#: Of what is listed, code takes a part.
_CHOOSES = re.compile(r" \? | if |\b(?:try|coalesce|coalescelist|slice|element|one|lookup|setsubtract)\(")
_CHOICE = re.compile(r"(.+?) \? (.+?) : (.+)")

Key = str | int | None


@dataclass(frozen=True)
class _Scope:
    """One instance of a module: its address, its code, its own key, and who called it."""

    address: str
    code: Module
    key: Key
    arguments: Mapping[str, Expression]
    caller: _Scope | None


@dataclass(frozen=True)
class _Step:
    """One step of a traversal: an attribute's name, or an index, whose value may be unknown (None)."""

    value: Key
    index: bool


class Configured:
    """Follows attributes through locals, variables and outputs to resources.

    Parameters
    ----------
    code
        The root module.
    resources
        Every resource instance.
    variables
        Values of the root module's variables.
    written
        Whether the code is what somebody wrote: a plan repeats only which resources it refers to.
    """

    def __init__(
        self,
        code: Module,
        resources: Sequence[Declared],
        variables: Mapping[str, Any],
        *,
        written: bool = True,
    ) -> None:
        self.written = written
        self._guessed = False
        self._variables = variables
        self._instances: dict[tuple[str, str], list[Declared]] = defaultdict(list)
        self._scopes = {"": _Scope("", code, None, {}, None)}
        self._children: dict[tuple[str, str], list[_Scope]] = defaultdict(list)
        for each in resources:
            self._instances[each.module, f"{each.type}.{each.name}"].append(each)
            self._open(each.module)

    def addresses(self, declared: Declared, path: Path) -> tuple[str, ...]:
        """Addresses of the resources; empty when it refers to none, or nobody can tell."""
        scope = self._scopes[declared.module]
        expression: Expression = self._body(declared)
        for part in path:
            if isinstance(part, str):
                expression = expression.get(part) if isinstance(expression, Mapping) else None
            elif isinstance(expression, list):
                expression = expression[part] if len(expression) > part else None
        found = self._follow(expression, scope, declared, ())
        return tuple(dict.fromkeys(each for each in found if each != declared.address))

    def doubtful(self, declared: Declared, path: Path) -> bool:
        """Whether `addresses` may hold more than there will be: how code chooses is not followed."""
        self._guessed = False
        self.addresses(declared, path)
        return self._guessed

    def code(self, declared: Declared, attribute: str) -> Expression:
        """An attribute's expression as it is written; None where there is none."""
        return self._body(declared).get(attribute)

    def _body(self, declared: Declared) -> Mapping[str, Expression]:
        code = self._scopes[declared.module].code
        return code.resources.get(f"{declared.type}.{declared.name}", {})

    def _open(self, address: str) -> None:
        """Know a module instance and all that it is within."""
        if address in self._scopes:
            return
        *_, last = _MODULE.finditer(address)
        parent = address[: last.start()].rstrip(".")
        self._open(parent)
        caller = self._scopes[parent]
        arguments, code = caller.code.calls.get(last[1], ({}, Module()))
        key: Key = last[2] if last[2] is not None else int(last[3]) if last[3] else None
        scope = _Scope(address, code, key, arguments, caller)
        self._scopes[address] = scope
        self._children[parent, last[1]].append(scope)

    def _follow(
        self, expression: Expression, scope: _Scope, each: Declared | None, path: Sequence[_Step]
    ) -> Iterator[str]:
        if isinstance(expression, Mapping):
            step = path[0].value if path else None
            named = {unquoted(str(name)): value for name, value in expression.items()}
            chosen = [named[str(step)]] if step is not None and str(step) in named else named.values()
            self._guessed |= bool(path) and len(chosen) > 1
            for value in chosen:
                yield from self._follow(value, scope, each, path[1:])
        elif isinstance(expression, list):
            for value in expression:
                yield from self._follow(value, scope, each, ())
        elif isinstance(expression, str) and (same := _SAME_KEYS.match(expression)):
            yield from self._traverse(same[2], scope, each, path[:1])
        elif isinstance(expression, str) and (bodies := self._at_each(expression, scope)):
            for body in bodies:
                yield from self._follow(body, scope, each, path)
        elif isinstance(expression, str):
            self._guessed |= _CHOOSES.search(_INDICES.sub("", expression)) is not None
            expression = _ELEMENT.sub(r"\1[\3]\2", expression)
            for found in _TRAVERSAL.finditer(expression):
                whole = expression in (found[0], f"${{{found[0]}}}")
                yield from self._traverse(found[0], scope, each, path if whole else ())

    def _at_each(self, expression: str, scope: _Scope) -> list[str]:
        """What a list is made of, element by element, where it is made from constants that are known."""
        listed = _LISTED.fullmatch(expression)
        if listed is None:
            return []
        name, source, body = listed.groups()
        literal = source.startswith("[")
        elements = self._value(parse(f"x = {source}\n", source)["x"] if literal else f"${{{source}}}", scope)
        if not isinstance(elements, list) or not all(isinstance(each, str) for each in elements):
            return []
        keys = [unquoted(each) for each in elements]
        made = []
        for key in keys:
            in_text = re.sub(rf"\$\{{{name}\}}", key, body)
            as_index = re.sub(rf"\[{name}\]", f'["{key}"]', in_text)
            made.append(f"${{{as_index}}}")
        return made

    def _traverse(
        self, text: str, scope: _Scope, each: Declared | None, rest: Sequence[_Step]
    ) -> Iterator[str]:
        root, _, tail = text.partition(".")
        steps = [*self._steps(f".{tail}", scope, each), *rest]
        name = str(steps[0].value) if steps else ""
        if root == "local":
            yield from self._follow(scope.code.values.get(name), scope, None, steps[1:])
        elif root == "var" and scope.caller is not None:
            caller = Declared(scope.address, scope.caller.address, "", "", scope.key, {})
            yield from self._follow(scope.arguments.get(name), scope.caller, caller, steps[1:])
        elif root == "module":
            children = self._children[scope.address, name]
            if len(steps) > 1 and steps[1].index:
                children = [c for c in children if c.key == steps[1].value] or children
                self._guessed |= len(children) > 1
                steps = steps[1:]
            for child in children if len(steps) > 1 else ():
                output = child.code.outputs.get(str(steps[1].value))
                yield from self._follow(output, child, None, steps[2:])
        elif root == "each" and each is not None and name == "value":
            for_each = scope.code.resources.get(f"{each.type}.{each.name}", scope.arguments).get("for_each")
            key = _Step(each.key, index=True)
            yield from self._follow(for_each, scope, None, [key, *steps[1:]])
        else:
            yield from self._resources(f"{root}.{name}", scope, steps[1:])

    def _resources(self, name: str, scope: _Scope, steps: Sequence[_Step]) -> Iterator[str]:
        instances = self._instances.get((scope.address, name), [])
        keys = [step.value for step in steps if step.index and step.value is not None][:1]
        chosen = [each for each in instances if each.key in keys] if keys else []
        self._guessed |= not chosen and len(instances) > 1 and any(step.index for step in steps)
        yield from (each.address for each in chosen or instances)

    def _steps(self, tail: str, scope: _Scope, each: Declared | None) -> Iterator[_Step]:
        for attribute, index in _STEP.findall(tail):
            if attribute:
                yield _Step(attribute, index=False)
            else:
                yield _Step(self._constant(index[1:-1].strip(), scope, each), index=True)

    def _constant(self, text: str, scope: _Scope, each: Declared | None) -> Key:
        """Value of an index, where it is a literal, a key, or leads to a variable of the root module."""
        if chosen := _CHOICE.fullmatch(text):
            condition, yes, no = chosen.groups()
            holds = self._holds(condition, scope, each)
            return None if holds is None else self._constant(yes if holds else no, scope, each)
        if text in {"each.key", "count.index"}:
            return each.key if each is not None else None
        if each is not None and each.key is not None:
            text = re.sub(r"\$\{(?:each\.key|count\.index)\}", str(each.key), text)
        value = self._value(f"${{{text}}}", scope, each)
        return value if isinstance(value, str | int) else None

    def _holds(self, condition: str, scope: _Scope, each: Declared | None) -> bool | None:
        """Whether an equality, or a value that is true or false, holds; None where nobody knows."""
        sides = condition.split(" == ")
        values = [self._value(f"${{{side}}}", scope, each) for side in sides]
        if None in values or len(sides) > 2:
            return None
        return values[0] == values[1] if len(values) == 2 else {True: True, False: False}.get(values[0])

    def _value(self, expression: Expression, scope: _Scope, own: Declared | None = None) -> Any:
        """What an expression comes to, for the few forms that keys take; None for all others."""
        if isinstance(expression, list):
            return [self._value(each, scope) for each in expression]
        if not isinstance(expression, str):
            return expression
        code = expression[2:-1] if expression.startswith("${") and expression.endswith("}") else expression
        if re.fullmatch(r'"(?:[^"$]|\$\{[^}"]*\})*"', code):
            return self._interpolated(unquoted(code), scope)
        if code.isdigit():
            return int(code)
        if code.startswith("coalesce(") and code.endswith(")"):
            values = (self._value(each, scope) for each in _arguments(code))
            return next((value for value in values if value is not None), None)
        return self._at(code, scope, own) if _TRAVERSAL.fullmatch(code) else None

    def _at(self, traversal: str, scope: _Scope, own: Declared | None) -> Any:
        root, _, tail = traversal.partition(".")
        first, *rest = list(self._steps(f".{tail}", scope, None))
        if root == "each" and own is not None and first.value == "value":
            value = _inside(self._value(self._body(own).get("for_each"), scope), own.key)
        else:
            value = self._named(root, str(first.value), rest, scope)
        for step in rest[1:] if root == "module" else rest:
            value = _inside(value, step.value)
        return value

    def _named(self, root: str, name: str, rest: Sequence[_Step], scope: _Scope) -> Any:
        if root == "local":
            return self._value(scope.code.values.get(name), scope)
        if root == "var":
            if scope.caller is None:
                return self._variables.get(name)
            return self._value(scope.arguments.get(name), scope.caller)
        if root == "module" and rest:
            for child in self._children[scope.address, name]:
                return self._value(child.code.outputs.get(str(rest[0].value)), child)
        return None

    def _interpolated(self, text: str, scope: _Scope) -> str | None:
        parts = []
        for literal, code in re.findall(r"([^$]+)|(\$\{[^}]*\})", text):
            value = literal or self._value(code, scope)
            if not isinstance(value, str | int):
                return None
            parts.append(str(value))
        return "".join(parts)


def _arguments(call: str) -> list[Expression]:
    """Arguments of a function's call."""
    values: list[Expression] = parse(f"x = [{call.partition('(')[2][:-1]}]\n", call)["x"]
    return values


def _inside(value: Any, key: Key) -> Any:
    if isinstance(value, list) and isinstance(key, int):
        return value[key] if -len(value) <= key < len(value) else None
    return value.get(str(key)) if isinstance(value, Mapping) else None
