"""Regular expressions, with groups."""

from __future__ import annotations

import re
from functools import lru_cache

from scripts.local_cloud.athena.python_functions.refusal import argument


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    # Java's classes are ASCII's.
    return re.compile(re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", pattern), re.ASCII)


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

    def replaced(found: re.Match[str]) -> str:
        def part(each: re.Match[str]) -> str:
            if each[0].startswith("\\"):
                return each[0][1:]
            name = each[1] or each[2]
            if (name.isdigit() and int(name) > compiled.groups) or (
                not name.isdigit() and name not in compiled.groupindex
            ):
                raise argument(f"Illegal replacement sequence: unknown group {{ {name} }}")
            return found[int(name) if name.isdigit() else name] or ""

        return re.sub(r"\\.|\$(\d)|\$\{(\w+)\}", part, by, flags=re.DOTALL)

    return compiled.sub(replaced, text)


def regexp_position(text: str, pattern: str) -> int:
    found = _compiled(pattern).search(text)
    return found.start() + 1 if found else -1
