"""Text: string, JSON, URL and binary functions of Trino's documentation."""

from __future__ import annotations

from scripts.local_cloud.athena.errors import refused
from scripts.local_cloud.athena.functions.registry import Call, declare, special
from scripts.local_cloud.athena.rendering import text
from scripts.local_cloud.athena.types import (
    BOOLEAN,
    INTEGER,
    INTEGERS,
    JSON,
    VARBINARY,
    VARCHAR,
    array,
    varchar,
)
from scripts.local_cloud.athena.values import Value, failing, quoted

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
        "chr(bigint) varchar(1)": "lab_chr({0})",
        "strpos(varchar, varchar) bigint": "strpos({0}, {1})",
        "strpos(varchar, varchar, bigint) bigint": "lab_strpos({0}, {1}, {2})",
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
        "levenshtein_distance(varchar, varchar) bigint": (
            "CASE WHEN octet_length(encode({0} || {1})) = length({0} || {1}) "
            "THEN levenshtein({0}, {1}) ELSE lab_edits({0}, {1}) END"
        ),
        "hamming_distance(varchar, varchar) bigint": "lab_hamming({0}, {1})",
        "translate(varchar, varchar, varchar) varchar": "lab_translate({0}, {1}, {2})",
        "to_utf8(varchar) varbinary": "encode({0})",
        "from_utf8(varbinary) varchar": "lab_from_utf8({0})",
        "to_hex(varbinary) varchar": "hex({0})",
        "from_hex(varchar) varbinary": "lab_from_hex({0})",
        "to_base64(varbinary) varchar": "to_base64({0})",
        "from_base64(varchar) varbinary": "lab_from_base64({0})",
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


@special("codepoint", 1)
def _codepoint(call: Call) -> Value:
    letter = call.as_(0, varchar(1)).sql
    why = quoted("INVALID_FUNCTION_ARGUMENT: Input string must be a single character string")
    return Value(f"CASE WHEN {letter} = '' THEN {failing(why, INTEGER)} ELSE unicode({letter}) END", INTEGER)


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
        return Value(f"lab_joined({parts}, {separator})", VARCHAR)
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
