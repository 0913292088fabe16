r"""Regular expressions, with groups.

The library's classes are Unicode's, as those of Trino's engine (Joni) are: ``\d`` is Nd, ``\w`` the letters,
marks, digits and connectors, ``\s`` White_Space.
"""

from __future__ import annotations

import re
from functools import lru_cache

import regex

from scripts.local_cloud.athena.python_functions.refusal import argument


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


@lru_cache(maxsize=256)
def _of_java(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern, regex.ASCII)


def row_of(line: str, pattern: str, columns: int) -> list[str | None]:
    """A line's columns: the groups of a pattern of Java's, whose classes are ASCII's; of no match, none."""
    found = _of_java(pattern).fullmatch(line)
    groups = found.groups() if found else ()
    return [*groups, *(None for _ in range(columns - len(groups)))]


def like(text: str, pattern: str) -> bool:
    return _compiled(pattern).search(text) is not None


def group(text: str, pattern: str, number: int) -> str | None:
    found = _compiled(pattern).search(text)
    return found[number] if found else None


def groups(text: str, pattern: str, number: int) -> list[str | None]:
    return [each[number] for each in _compiled(pattern).finditer(text)]


def regexp_split(text: str, pattern: str) -> list[str]:
    parts, last = [], 0
    for each in _compiled(pattern).finditer(text):
        parts.append(text[last : each.start()])
        last = each.end()
    return [*parts, text[last:]]


def regexp_replace(text: str, pattern: str, by: str) -> str:
    """``$1`` and ``${name}`` stand for groups; a backslash takes the next letter as it is."""
    compiled = _compiled(pattern)

    def replaced(found: regex.Match[str]) -> str:
        def part(each: re.Match[str]) -> str:
            escaped, name, digits = each.groups()
            if escaped:
                return escaped
            if name is not None:
                if name not in compiled.groupindex:
                    raise argument(f"Illegal replacement sequence: unknown group {{ {name} }}")
                return found[name] or ""
            if not digits:
                raise argument(f"Illegal replacement sequence: {by}")
            # The largest number that is a group's; the digits after it are text.
            length = next((n for n in range(len(digits), 1, -1) if int(digits[:n]) <= compiled.groups), 1)
            number = int(digits[:length])
            if number > compiled.groups:
                raise argument(f"Illegal replacement sequence: unknown group {number}")
            return (found[number] or "") + digits[length:]

        return re.sub(r"\\(.?)|\$\{([^}]*)\}|\$([0-9]*)", part, by, flags=re.DOTALL)

    return str(compiled.sub(replaced, text))


def regexp_position(text: str, pattern: str, start: int, occurrence: int) -> int:
    if start < 1:
        raise argument("start position cannot be smaller than 1")
    if occurrence < 1:
        raise argument("occurrence cannot be smaller than 1")
    if start > len(text):
        return -1
    found = list(_compiled(pattern).finditer(text, pos=start - 1))[occurrence - 1 : occurrence]
    return found[0].start() + 1 if found else -1
