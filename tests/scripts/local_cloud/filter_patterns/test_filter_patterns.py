"""The examples of the CloudWatch Logs User Guide, errors that its users report, and independent oracles."""

from __future__ import annotations

import json
import operator
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.local_cloud.filter_patterns import InvalidPatternError, compile_pattern

TRAIL = json.dumps(
    {
        "eventType": "UpdateTrail",
        "sourceIPAddress": "111.111.111.111",
        "arrayKey": ["value", "another value"],
        "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
        "SomeObject": None,
        "ThisFlag": True,
        "latency": 1500.5,
        "status": "404",
        "detail-type": "x",
    }
)
USERS = json.dumps(
    {
        "user": {"id": 1, "email": "John.Stiles@example.com"},
        "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3, "email": "Jane.Doe@example.com"}],
        "actions": ["GET", "PUT", "DELETE"],
        "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
    }
)
ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


def matches(pattern: str, message: str) -> bool:
    return compile_pattern(pattern).match(message) is not None


@pytest.mark.parametrize("pattern", ["", "   "])
def test_an_empty_pattern_matches_every_message(pattern: str) -> None:
    assert matches(pattern, "anything")
    assert matches(pattern, "")


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        ("ERROR", "[ERROR 400] BAD REQUEST", True),
        ("ERROR", "Exiting with ERRORCODE: -1", True),
        ("ERROR", "an error", False),
        ("ERROR -Exiting", "Exiting with ERRORCODE: -1", False),
        ('"ERROR" - "Exiting"', "Exiting with ERRORCODE: -1", False),
        ("-DEBUG", "INFO", True),
        ("ERROR Exception", "[ERROR] Caught IllegalArgumentException", True),
        ("ERROR WARN", "ERROR message", False),
        ('"Failed to process"', "Failed to  process", False),
        ('"say \\"no\\""', 'they say "no"', True),
        ("?ERROR ?WARN", "WARN message", True),
        ("?ERROR ?WARN", "INFO message", False),
        ("?ERROR INFO", "INFO message", True),
        ("?ERROR INFO", "ERROR message", False),
        ("-INFO ?ERROR", "WARN message", True),
        ('?"[ERROR]" ?FATAL', "12 [ERROR] no", True),
        ("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST", True),
        ("%colou?r%", "color", True),
        ("%^[hc]at%", "that", False),
        (r"%10\.10\.0\.1%", "10x10x0x1", False),
        (r"%\x28no\x29%", "(no)", True),
        ("%[45]\\d\\d%", "status 503", True),
    ],
)
def test_terms_match_as_the_guide_says(pattern: str, message: str, expected: bool) -> None:
    assert matches(pattern, message) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ("{ $.eventType = UpdateTrail }", True),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ("{ $.sourceIPAddress = 111.* }", True),
        ('{ $.arrayKey[0] = "value" }', True),
        ('{ $.eventType[0] = "U" }', False),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.objectList[*].id = 2 }", True),
        ("{ $.objectList[*].id = 3 }", False),
        ("{ $.objectList[7].id NOT EXISTS }", True),
        ("{ $.SomeObject IS NULL }", True),
        ("{ $.eventType IS NULL }", False),
        ("{ $.Nothing IS NULL }", False),
        ("{ $.SomeOtherObject NOT EXISTS }", True),
        ("{ $.SomeObject NOT EXISTS }", False),
        ("{ $.SomeObject EXISTS }", True),
        ("{ $.ThisFlag IS TRUE }", True),
        ("{ $.ThisFlag IS FALSE }", False),
        ("{ $.eventType IS TRUE }", False),
        ("{ $.latency > 500 }", True),
        ("{ $.latency > 15e2 && $.latency <= +1500.5 }", True),
        ("{ $.latency = 1500.50 }", True),
        ('{ $.latency = "15*" }', True),
        ("{ $.eventType > 5 }", False),
        ("{ $.status = 404 }", True),
        ("{ $.status = 4* }", True),
        ("{ $.arrayKey = value }", False),
        ("{ $.arrayKey != value }", False),
        ("{ $.nowhere != value }", False),
        ('{ $.eventType = "Up*Trail" }', False),
        ('{ $.eventType = "*dateT*" }', True),
        ("{ $.eventType = %^Update% }", True),
        ("{ $.eventType != %^Update% }", False),
        ("{ $.eventType = * }", True),
        ('{ $.detail-type = "x" }', True),
        ("{ $['detail-type'] = x }", True),
        ("{ ($.latency < 1 || $.ThisFlag IS TRUE) && $.status = 404 }", True),
        ("{ $.latency < 1 || $.ThisFlag IS TRUE && $.status = 500 }", False),
    ],
)
def test_json_conditions_match_as_the_guide_says(pattern: str, expected: bool) -> None:
    assert matches(pattern, TRAIL) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', True),
        ('{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', False),
        (
            '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch '
            "&& $.actions[2] = nomatch }",
            True,
        ),
        (
            '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) '
            "&& $.actions[2] = nomatch }",
            False,
        ),
    ],
)
def test_json_conditions_combine_as_the_guide_says(pattern: str, expected: bool) -> None:
    assert matches(pattern, USERS) is expected


@pytest.mark.parametrize("message", ["plain", '{"a": ', "[]", "7", "null", "[" * 100_000])
def test_a_message_without_the_fields_matches_no_json_condition(message: str) -> None:
    assert not matches("{ $.a = * }", message)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[ip, user, username, timestamp, request, status_code, bytes]", True),
        ("[ip, user, username, timestamp, request, status_code]", False),
        ("[..., status_code, bytes]", True),
        ("[ip, user, ...]", True),
        ("[ip, ..., bytes > 1534]", False),
        ("[ip, user, ..., status=4*, bytes>100]", True),
        ("[..., request = *html*, status = 404 || status = 500, bytes]", True),
        ("[..., status != 404, bytes]", False),
        ("[..., request=*.html*, status_code=4*,]", True),
        ('[..., request="GET /index.html HTTP/1.0", status, bytes]', True),
        ("[ip=%127\\.0\\.0\\.[0-9]%, ...]", True),
        ("[a, b, c, d, e, f, g, h, ...]", False),
        ("[(ip = 127.* || ip = 10.*) && ip != *.9, ...]", True),
    ],
)
def test_columns_match_as_the_guide_says(pattern: str, expected: bool) -> None:
    assert matches(pattern, ACCESS) is expected


def test_columns_are_extracted_by_name_and_by_place() -> None:
    match = compile_pattern("[..., request=*.html*, status_code=4*,]").match(ACCESS)
    assert match is not None
    assert match.extracted == {
        "$1": "127.0.0.1",
        "$2": "-",
        "$3": "frank",
        "$4": "10/Oct/2000:13:25:15 -0700",
        "$request": "GET /index.html HTTP/1.0",
        "$status_code": "404",
        "$7": "1534",
    }
    assert match.value("$7") == "1534"
    assert match.value("$bytes") is None


def test_json_fields_are_extracted_as_they_are_written() -> None:
    match = compile_pattern("{ $.latency = * && $.ThisFlag IS TRUE }").match(TRAIL)
    assert match is not None
    assert match.extracted == {"$.latency": "1500.5", "$.ThisFlag": "true"}
    assert match.value("$.objectList[0].name") == "a"
    assert match.value("$.SomeObject") is None


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("user@example", "Invalid character(s) in term '@'"),
        ("Status: timeout", "Invalid character(s) in term ':'"),
        ("Started (", "Invalid character(s) in term '('"),
        ('{ $."sc-status" = 5* }', "Invalid character(s) in term '.\"'"),
        ('{ $.a = "b", $.c = "d" }', "Invalid character(s) in term ','"),
        ("{ $.a = b", "If a filter pattern starts with '{' it must end with '}'"),
        ("[a, b", "If a filter pattern starts with '[' it must end with ']'"),
        ("[ip, status = 4* && bytes > 1000]", "Invalid filter pattern"),
        ("[..., a, ...]", "Invalid filter pattern"),
        ("[a, a]", "Invalid filter pattern"),
        ('"open', "Invalid character(s) in term '\"'"),
        ("%open", "Invalid character(s) in term '%'"),
        ("%a(b)%", "Invalid character(s) in term '('"),
        ("%a b%", "Invalid character(s) in term ' '"),
        ("%something!%", "Invalid character(s) in term '!'"),
        ("%[a%", "Invalid filter pattern"),
        ("%a++%", "Invalid filter pattern"),
        ("{ }", "Invalid filter pattern"),
        ("{ $.a }", "Invalid filter pattern"),
        ("{ $.a > big }", "Invalid filter pattern"),
        ("{ $.a IS MAYBE }", "Invalid filter pattern"),
        ("{ $ = 1 }", "Invalid filter pattern"),
        ("{ ($.a = 1 }", "Invalid filter pattern"),
        ("{" + "(" * 500 + "$.a=1" + ")" * 500 + "}", "Invalid filter pattern"),
        ("{ $.a = %a% && $.b = %b% && $.c = %c% }", "at most 2 regular expressions"),
        ("x" * 1025, "at most 1024 characters"),
        ("-", "Invalid filter pattern"),
    ],
)
def test_what_is_no_pattern_is_refused_in_words_of_aws(pattern: str, message: str) -> None:
    with pytest.raises(InvalidPatternError, match=re.escape(message)):
        compile_pattern(pattern)


@given(st.text(alphabet=string.printable, max_size=40), st.text(max_size=40))
def test_any_text_is_a_pattern_or_refused(pattern: str, message: str) -> None:
    try:
        compiled = compile_pattern(pattern)
    except InvalidPatternError:
        return
    compiled.match(message)


words = st.text(alphabet="ab", min_size=1, max_size=3)


@given(st.lists(st.tuples(st.sampled_from(["", "-", "?"]), words), max_size=5), st.lists(words, max_size=6))
def test_terms_agree_with_sets_of_words_searched_one_by_one(
    terms: list[tuple[str, str]], spoken: list[str]
) -> None:
    message = " ".join(spoken)
    found = {term: any(term in word for word in spoken) for _, term in terms}
    plain = [found[term] for kind, term in terms if kind == ""]
    excluded = [found[term] for kind, term in terms if kind == "-"]
    optional = [found[term] for kind, term in terms if kind == "?"]
    expected = all(plain) and not any(excluded)
    if optional and not plain and not excluded:
        expected = any(optional)
    assert matches(" ".join(kind + term for kind, term in terms), message) is expected


_COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@given(st.sampled_from(sorted(_COMPARE)), st.integers(-3, 3), st.integers(-3, 3))
def test_numbers_compare_in_json_and_in_columns_as_they_do_in_python(
    sign: str, value: int, limit: int
) -> None:
    expected = _COMPARE[sign](value, limit)
    assert matches(f"{{ $.n {sign} {limit} }}", json.dumps({"n": value})) is expected
    assert matches(f"[n {sign} {limit}]", str(value)) is expected


@given(st.lists(st.text(alphabet="ab .", max_size=5), min_size=1, max_size=5))
def test_columns_in_quotation_marks_come_out_as_they_went_in(texts: list[str]) -> None:
    names = [f"c{place}" for place in range(len(texts))]
    match = compile_pattern(f"[{', '.join(names)}]").match(" ".join(f'"{text}"' for text in texts))
    assert match is not None
    assert list(match.extracted.values()) == texts
