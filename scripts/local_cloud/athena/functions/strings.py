"""Text: string, regular expression, JSON, URL and binary functions of Trino's documentation."""

from __future__ import annotations

import re

from scripts.local_cloud.athena.errors import QueryFailedError, refused
from scripts.local_cloud.athena.functions.registry import Call, declare, special
from scripts.local_cloud.athena.rendering import text
from scripts.local_cloud.athena.types import (
    BIGINT,
    BOOLEAN,
    INTEGER,
    INTEGERS,
    JSON,
    VARBINARY,
    VARCHAR,
    array,
)
from scripts.local_cloud.athena.values import Value, quoted

#: What Trino's trim() takes for white space.
_SPACE = quoted(
    "".join(map(chr, (*range(9, 14), *range(28, 33), 0x1680, *range(0x2000, 0x2007), *range(0x2008, 0x200B),
                      0x2028, 0x2029, 0x205F, 0x3000)))
)  # fmt: skip

declare(
    {
        "length(varchar) bigint": "length({0})",
        "length(varbinary) bigint": "octet_length({0})",
        "lower(varchar) varchar": "lower({0})",
        "upper(varchar) varchar": "lab_upper({0})",
        "replace(varchar, varchar) varchar": "replace({0}, {1}, '')",
        "replace(varchar, varchar, varchar) varchar": "lab_replace({0}, {1}, {2})",
        "chr(bigint) varchar": "chr(CAST({0} AS INTEGER))",
        "codepoint(varchar) integer": "unicode({0})",
        "strpos(varchar, varchar) bigint": "strpos({0}, {1})",
        "starts_with(varchar, varchar) boolean": "starts_with({0}, {1})",
        "split(varchar, varchar) array(varchar)": "lab_split_all({0}, {1})",
        "split(varchar, varchar, bigint) array(varchar)": "lab_split({0}, {1}, {2})",
        "ltrim(varchar) varchar": f"ltrim({{0}}, {_SPACE})",
        "rtrim(varchar) varchar": f"rtrim({{0}}, {_SPACE})",
        "trim(varchar) varchar": f"trim({{0}}, {_SPACE})",
        "trim(varchar, varchar) varchar": "trim({0}, {1})",
        "ltrim(varchar, varchar) varchar": "ltrim({0}, {1})",
        "rtrim(varchar, varchar) varchar": "rtrim({0}, {1})",
        "lpad(varchar, bigint, varchar) varchar": "lab_pad({0}, {1}, {2}, true)",
        "rpad(varchar, bigint, varchar) varchar": "lab_pad({0}, {1}, {2}, false)",
        "levenshtein_distance(varchar, varchar) bigint": "levenshtein({0}, {1})",
        "hamming_distance(varchar, varchar) bigint": "lab_hamming({0}, {1})",
        "translate(varchar, varchar, varchar) varchar": "lab_translate({0}, {1}, {2})",
        "to_utf8(varchar) varbinary": "encode({0})",
        "from_utf8(varbinary) varchar": "lab_from_utf8({0})",
        "to_hex(varbinary) varchar": "hex({0})",
        "from_hex(varchar) varbinary": "lab_from_hex({0})",
        "to_base64(varbinary) varchar": "to_base64({0})",
        "from_base64(varchar) varbinary": "from_base64({0})",
        "md5(varbinary) varbinary": "unhex(md5({0}))",
        "sha1(varbinary) varbinary": "unhex(sha1({0}))",
        "sha256(varbinary) varbinary": "unhex(sha256({0}))",
        "url_encode(varchar) varchar": "lab_url_encode({0})",
        "url_decode(varchar) varchar": "lab_url_decode({0})",
        "url_extract_host(varchar) varchar": "lab_url({0}, 'host')",
        "url_extract_path(varchar) varchar": "lab_url({0}, 'path')",
        "url_extract_protocol(varchar) varchar": "lab_url({0}, 'protocol')",
        "url_extract_query(varchar) varchar": "lab_url({0}, 'query')",
        "url_extract_fragment(varchar) varchar": "lab_url({0}, 'fragment')",
        "url_extract_port(varchar) bigint": "CAST(lab_url({0}, 'port') AS BIGINT)",
        "url_extract_parameter(varchar, varchar) varchar": "lab_url_parameter({0}, {1})",
        "json_parse(varchar) json": "lab_json_parse({0})",
        "json_format(json) varchar": "{0}",
        "json_array_length(json) bigint": "lab_json_length({0})",
        "json_array_length(varchar) bigint": "lab_json_length({0})",
        "json_size(json, varchar) bigint": "lab_json_size({0}, {1})",
        "json_size(varchar, varchar) bigint": "lab_json_size({0}, {1})",
        "json_extract(json, varchar) json": "lab_json_extract({0}, {1})",
        "json_extract(varchar, varchar) json": "lab_json_extract({0}, {1})",
        "json_extract_scalar(json, varchar) varchar": "lab_json_extract_scalar({0}, {1})",
        "json_extract_scalar(varchar, varchar) varchar": "lab_json_extract_scalar({0}, {1})",
        "is_json_scalar(json) boolean": "lab_json_is_scalar({0})",
        "is_json_scalar(varchar) boolean": "lab_json_is_scalar({0})",
        "split_part(varchar, varchar, bigint) varchar": "lab_split_part({0}, {1}, {2})",
        "substr(varchar, bigint) varchar": "lab_substr({0}, {1}, 2147483647)",
        "substr(varchar, bigint, bigint) varchar": "lab_substr({0}, {1}, {2})",
        "substring(varchar, bigint) varchar": "lab_substr({0}, {1}, 2147483647)",
        "substring(varchar, bigint, bigint) varchar": "lab_substr({0}, {1}, {2})",
    }
)


@special("concat", 2, 254)
def _concat(call: Call) -> Value:
    """NULL where any argument is; DuckDB's concat() leaves NULLs out."""
    values = call.values()
    arrays = [each for each in values if each.type.base == "array"]
    if arrays:
        sql, kind = values[0].sql, values[0].type
        joined = call.expressions.joined(values, call.place)
        return Value(joined.sql, joined.type) if joined else Value(sql, kind)
    if all(each.type.base == "varbinary" for each in values):
        return Value(f"({' || '.join(each.sql for each in values)})", VARBINARY)
    return Value(f"({' || '.join(call.as_(at, VARCHAR).sql for at in range(len(call)))})", VARCHAR)


@special("concat_ws", 1, 254)
def _concat_ws(call: Call) -> Value:
    if len(call) == 2 and call.value(1).type.base == "array":
        separator, parts = call.as_(0, VARCHAR).sql, call.as_(1, array(VARCHAR)).sql
        return Value(
            f"CASE WHEN {separator} IS NOT NULL THEN array_to_string({parts}, {separator}) END", VARCHAR
        )
    every = [call.as_(at, VARCHAR).sql for at in range(len(call))]
    return Value(f"CASE WHEN {every[0]} IS NOT NULL THEN concat_ws({', '.join(every)}) END", VARCHAR)


@special("format", 1, 254)
def _format(call: Call) -> Value:
    """Java's Formatter, whose arguments go as text with their type: digits and halves are then Java's."""
    call.word(0, "format")
    values = call.values()[1:]
    for each in values:
        if each.type.of or each.type.base in {"timestamp with time zone", "varbinary", "json"}:
            raise refused(f"format() of {each.type}", call.place)
    kinds = ",".join("int" if each.type.base in INTEGERS else each.type.base for each in values)
    parts = ", ".join(f"coalesce({text(each.sql, each.type)}, chr(1))" for each in values)
    return Value(f"lab_format({call.value(0).sql}, {quoted(kinds)}, CAST([{parts}] AS VARCHAR[]))", VARCHAR)


#: What Java's regular expressions and RE2 mean alike; anything else is refused.
_ALIKE = re.compile(
    r"""(?x) (?: [^\\\[\](){}*+?|^$.] | \\[dwsDWSbtnrf\\.\[\](){}*+?|^$/\-"'@:,;=!<>&%\#~` _]
    | \((?!\?) | \(\?: | \(\?i\) | \(\?<[A-Za-z]\w*> | \) | [*+?]\?? | \{\d+(?:,\d*)?\}\?? | \| | \^ | \. | \$
    | \[\^?(?: [^\\\[\]&] | \\[dwsDWStnr\\.\[\](){}*+?|^$/\-"'] )+\] )* """
)


def _pattern(call: Call, at: int) -> str:
    pattern = call.word(at, "pattern")
    if not _ALIKE.fullmatch(pattern):
        raise refused(
            f"The regular expression '{pattern}', which Java and RE2 may read otherwise,", call.place
        )
    try:
        re.compile(re.sub(r"\(\?<", "(?P<", pattern))
    except re.error as why:
        raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", f"{why}", call.place) from why
    # Java's $ is also before a last line's end; its \s knows a vertical tab.
    ended = re.sub(r"(?<!\\)((?:\\\\)*)\$(?![^\[]*\])", r"\1(?:\\n?\\z)", pattern)
    return quoted(
        re.sub(r"\(\?<", "(?P<", ended.replace(r"\s", r"[\t\n\v\f\r ]") if "[" not in pattern else ended)
    )


@special("regexp_like", 2)
def _like(call: Call) -> Value:
    return Value(f"regexp_matches({call.as_(0, VARCHAR).sql}, {_pattern(call, 1)})", BOOLEAN)


def _group(call: Call) -> int:
    if len(call) == 2:
        return 0
    group = call.value(2).constant
    if not isinstance(group, int):
        raise refused(f"{call.name}() with a group that is not a literal", call.place)
    have = re.compile(call.word(1, "pattern").replace("(?<", "(?P<")).groups
    if group > have:
        raise QueryFailedError(
            "INVALID_FUNCTION_ARGUMENT", f"Pattern has {have} groups. Cannot access group {group}"
        )
    return group


@special("regexp_extract", 2, 3)
def _extract(call: Call) -> Value:
    subject, pattern, group = call.as_(0, VARCHAR).sql, _pattern(call, 1), _group(call)
    return Value(
        f"CASE WHEN regexp_matches({subject}, {pattern}) THEN "
        f"lab_group({subject}, {quoted(call.word(1, 'pattern'))}, {group}) END",
        VARCHAR,
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


@special("regexp_position", 2)
def _position(call: Call) -> Value:
    _pattern(call, 1)
    subject = call.as_(0, VARCHAR).sql
    return Value(f"lab_regexp_position({subject}, {quoted(call.word(1, 'pattern'))})", INTEGER)


@special("json_array_contains", 2)
def _contains(call: Call) -> Value:
    value = call.value(1)
    if value.type.of:
        raise call.unexpected()
    subject = call.value(0)
    if subject.type not in (JSON, VARCHAR) and subject.type.base != "varchar":
        raise call.unexpected()
    return Value(
        f"lab_json_contains({subject.sql}, {text(value.sql, value.type)}, {quoted(value.type.base)})", BOOLEAN
    )


@special("typeof", 1)
def _typeof(call: Call) -> Value:
    return Value(quoted(str(call.value(0).type)), VARCHAR)
