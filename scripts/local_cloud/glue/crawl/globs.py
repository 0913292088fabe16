"""Patterns that leave files out of a crawl. Source: Glue Developer Guide, "Include and exclude patterns"."""

from __future__ import annotations

import re

_SIMPLE = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


def matches(pattern: str, path: str) -> bool:
    """Whether a path below the target is left out by a pattern."""
    return re.fullmatch(_expression(pattern), path) is not None


def _expression(pattern: str) -> str:
    result, depth = "", 0
    for sign in re.findall(r"\*\*|\[!?\]?[^\]]*\]|\\.|.", pattern, flags=re.DOTALL):
        if sign in _SIMPLE:
            result += _SIMPLE[sign]
        elif sign.startswith("[") and len(sign) > 1:
            result += sign.replace("[!", "[^", 1)
        elif sign == "{":
            depth += 1
            result += "(?:"
        elif sign == "}" and depth:
            depth -= 1
            result += ")"
        elif sign == "," and depth:
            result += "|"
        else:
            result += re.escape(sign[-1])
    return result
