"""Regular expressions: https://trino.io/docs/current/functions/regexp.html."""

from __future__ import annotations

import re

import regex

from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.functions.registry import Call, special
from scripts.local_cloud.athena.types import BIGINT, BOOLEAN, INTEGER, VARCHAR, array
from scripts.local_cloud.athena.values import Value, quoted

#: What Java's regular expressions and Python's mean alike; anything else is refused.
ALIKE = re.compile(
    r"""(?x) (?: [^\\\[\](){}*+?|^$.] | \\[dwsDWSbtnrf\\.\[\](){}*+?|^$/\-"'@:,;=!<>&%\#~` _]
    | \((?!\?) | \(\?[:=!] | \(\?i\) | \(\?<[A-Za-z]\w*>
    # Before a place, of as many letters as it says.
    | \(\?<[=!](?:[\w\s\-,;:/@\#'"&%=<>!~`^] | \\[dwsbDWSB.$] | \[\^?[\w\s\-]+\])*(?=\))
    | \) | [*+?][?+]? | \{\d+(?:,\d*)?\}[?+]? | \| | \^ | \. | \$
    | \[\^?(?: [^\\\[\]&] | \\[dwsDWStnr\\.\[\](){}*+?|^$/\-"'] )+\] )* """
)


def _pattern(call: Call, at: int) -> str:
    """The pattern, which both engines read as Trino's does."""
    pattern = call.word(at, "pattern")
    if not ALIKE.fullmatch(pattern):
        raise refused(
            f"The regular expression '{pattern}', which Java and Python may read otherwise,", call.place
        )
    try:
        regex.compile(pattern)
    except regex.error as why:
        raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", f"{why}", call.place) from why
    return pattern


#: Unicode's classes, as Trino's engine has them, in RE2's words within brackets.
_CLASSES = {
    "d": r"\p{Nd}",
    "s": r"\t\n\v\f\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}",
    "w": (
        r"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}"
        r"\x{1F170}-\x{1F189}"
    ),
}


def _re2(pattern: str) -> str | None:
    """The pattern for DuckDB's own engine, RE2; nothing where that has no words for it."""
    if re.search(r"\(\?<?[=!]|[*+?}]\+", pattern):
        # What stands around, and what gives nothing back.
        return None
    words, inside = [], False
    for word in re.findall(r"\\.|\(\?<|.", pattern, re.DOTALL):
        letter = word[1:].lower() if word[0] == "\\" else ""
        if letter in _CLASSES:
            negated = word[1].isupper()
            if inside and negated:
                return None
            content = _CLASSES[letter]
            words.append(content if inside else f"[{'^' if negated else ''}{content}]")
        elif letter == "b":
            return None
        elif word == "$" and not inside:
            # Java's is also before a last line's end.
            words.append(r"(?:\n?\z)")
        else:
            inside = word == "[" or (inside and word != "]")
            words.append("(?P<" if word == "(?<" else word)
    return "".join(words)


def _matches(call: Call, subject: str) -> str:
    """SQL of whether the pattern is found."""
    pattern = _pattern(call, 1)
    plain = _re2(pattern)
    if plain is None:
        return f"lab_regexp_like({subject}, {quoted(pattern)})"
    return f"regexp_matches({subject}, {quoted(plain)})"


@special("regexp_like", 2)
def _like(call: Call) -> Value:
    return Value(_matches(call, call.as_(0, VARCHAR).sql), BOOLEAN)


def _group(call: Call) -> int:
    if len(call) == 2:
        return 0
    group = call.value(2).constant
    if not isinstance(group, int):
        raise refused(f"{call.name}() with a group that is not a literal", call.place)
    have = regex.compile(_pattern(call, 1)).groups
    if group < 0:
        raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", "Group cannot be negative")
    if group > have:
        raise QueryFailedError(
            "INVALID_FUNCTION_ARGUMENT", f"Pattern has {have} groups. Cannot access group {group}"
        )
    return group


@special("regexp_extract", 2, 3)
def _extract(call: Call) -> Value:
    subject, pattern, group = call.as_(0, VARCHAR).sql, quoted(_pattern(call, 1)), _group(call)
    return Value(
        f"CASE WHEN {_matches(call, subject)} THEN lab_group({subject}, {pattern}, {group}) END", VARCHAR
    )


@special("regexp_extract_all", 2, 3)
def _extract_all(call: Call) -> Value:
    subject, group = call.as_(0, VARCHAR).sql, _group(call)
    _pattern(call, 1)
    return Value(f"lab_groups({subject}, {quoted(call.word(1, 'pattern'))}, {group})", array(VARCHAR))


@special("regexp_count", 2)
def _count(call: Call) -> Value:
    _pattern(call, 1)
    subject = call.as_(0, VARCHAR).sql
    return Value(f"CAST(len(lab_groups({subject}, {quoted(call.word(1, 'pattern'))}, 0)) AS BIGINT)", BIGINT)


@special("regexp_split", 2)
def _split(call: Call) -> Value:
    _pattern(call, 1)
    subject = call.as_(0, VARCHAR).sql
    return Value(f"lab_regexp_split({subject}, {quoted(call.word(1, 'pattern'))})", array(VARCHAR))


@special("regexp_replace", 2, 3)
def _replace(call: Call) -> Value:
    subject = call.as_(0, VARCHAR).sql
    if len(call) == 3 and not isinstance(call.value(2).constant, str):
        raise refused("regexp_replace() by a function, or by text that is not a literal,", call.place)
    _pattern(call, 1)
    by = call.word(2, "replacement") if len(call) == 3 else ""
    pattern = quoted(call.word(1, "pattern"))
    return Value(f"lab_regexp_replace({subject}, {pattern}, {quoted(by)})", VARCHAR)


@special("regexp_position", 2, 4)
def _position(call: Call) -> Value:
    subject, pattern = call.as_(0, VARCHAR).sql, quoted(_pattern(call, 1))
    start, occurrence = (call.as_(at, BIGINT).sql if at < len(call) else "1" for at in (2, 3))
    return Value(f"lab_regexp_position({subject}, {pattern}, {start}, {occurrence})", INTEGER)
