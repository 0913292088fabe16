"""Trino's grammar by sqlglot, told to keep functions as they were written."""

from __future__ import annotations

import re
from typing import ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined]

from scripts.local_cloud.athena.errors import QueryFailedError

#: Types that sqlglot knows from other dialects.
_OF_OTHERS = frozenset(
    {"BLOB", "STRING", "TEXT", "BYTEA", "LONG", "FLOAT4", "FLOAT8", "INT1", "INT2", "INT4", "INT8", "INT16",
     "INT32", "INT64", "INT128", "NVARCHAR", "NCHAR", "VARCHAR2", "NVARCHAR2", "LONGTEXT", "TINYTEXT",
     "MEDIUMTEXT", "BPCHAR",
     "BOOL", "BYTE", "SHORT", "FLOAT", "FIXED", "DEC", "NUMERIC", "TIMESTAMPTZ", "CHAR VARYING",
     "CHARACTER VARYING",
     "BINARY", "DATETIME", "NUMBER", "STRUCT", "LIST", "OBJECT", "VARIANT"}
)  # fmt: skip


class AthenaSelect(Trino):
    """sqlglot knows many dialects' functions and makes them alike; here each keeps its name and arguments."""

    INDEX_OFFSET = 0
    #: So that a type that there is none of is told as such.
    SUPPORTS_USER_DEFINED_TYPES = True

    class Tokenizer(Trino.Tokenizer):
        """Without the names that types have elsewhere."""

        KEYWORDS: ClassVar[dict[str, TokenType]] = {
            word: kind for word, kind in Trino.Tokenizer.KEYWORDS.items() if word not in _OF_OTHERS
        }

    class Parser(Trino.Parser):  # type: ignore[misc, valid-type]
        """Functions by name; those with a grammar of their own are left to sqlglot."""

        FUNCTIONS: ClassVar[dict[str, object]] = {}
        #: What may follow ``ALL (``, ``ANY (`` and ``SOME (``.
        SUBQUERY_TOKENS: ClassVar[set[TokenType]] = {TokenType.SELECT, TokenType.WITH, TokenType.VALUES}
        FUNCTION_PARSERS: ClassVar[dict[str, object]] = {
            name: Trino.Parser.FUNCTION_PARSERS[name]
            for name in (
                "CAST",
                "TRY_CAST",
                "EXTRACT",
                "POSITION",
                "TRIM",
                "LISTAGG",
                "SUBSTRING",
                "NORMALIZE",
            )
        }
        PLACEHOLDER_PARSERS: ClassVar[dict[object, object]] = {
            TokenType.PLACEHOLDER: lambda self: exp.Placeholder().update_positions(self._prev),
        }


#: What sqlglot takes from other dialects, and Trino does not.
_FOREIGN = {
    TokenType.DCOLON: "::",
    TokenType.QUALIFY: "QUALIFY",
    TokenType.ILIKE: "ILIKE",
    TokenType.GLOB: "GLOB",
}
#: Words that are no names, unless in double quotes; sqlglot takes most of them for names.
_RESERVED = frozenset(
    {"ALTER", "AND", "AS", "BETWEEN", "BY", "CASE", "CAST", "CONSTRAINT", "CREATE", "CROSS", "CUBE",
     "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "DEALLOCATE", "DELETE",
     "DESCRIBE", "DISTINCT", "DROP", "ELSE", "END", "ESCAPE", "EXCEPT", "EXECUTE", "EXISTS", "EXTRACT",
     "FALSE", "FOR", "FROM", "FULL", "GROUP", "GROUPING", "HAVING", "IN", "INNER", "INSERT",
     "INTERSECT", "INTO", "IS", "JOIN", "LEFT", "LIKE", "LOCALTIME", "LOCALTIMESTAMP", "NATURAL",
     "NORMALIZE", "NOT", "NULL", "ON", "OR", "ORDER", "OUTER", "PREPARE", "RECURSIVE", "RIGHT",
     "ROLLUP", "SELECT", "TABLE", "THEN", "TRUE", "UESCAPE", "UNION", "UNNEST", "USING", "VALUES",
     "WHEN", "WHERE", "WITH"}
)  # fmt: skip
#: Written otherwise than Trino writes them.
_FOREIGN_SIGNS = frozenset({"==", "<=>", "!"})


def parse(text: str) -> exp.Expression:
    """The syntax tree of one query.

    Raises
    ------
    QueryFailedError
        It is none, with its place.
    """
    try:
        before: tuple[str, ...] = ("", "", "")
        for token in AthenaSelect().tokenize(text):
            _check(token, text)
            before = (*before[1:], _kind(token))
            if _wrong_sequence(before):
                raise QueryFailedError("", f"mismatched input '{token.text}'", position(text, token.start))
        if _wrong_sequence((*before[1:], "<EOF>")):
            raise QueryFailedError("", "mismatched input '<EOF>'", position(text, len(text)))
        found = sqlglot.parse_one(text, dialect=AthenaSelect)
    except ParseError as why:
        at = why.errors[0] if why.errors else {}
        word = at.get("highlight") or "<EOF>"
        line, end = at.get("line") or 1, at.get("col") or 1
        raise QueryFailedError("", f"mismatched input '{word}'", (line, max(1, end - len(word) + 1))) from why
    except TokenError as why:
        raise QueryFailedError("", f"mismatched input: {why}", (1, 1)) from why
    if not isinstance(found, exp.Expression):
        raise QueryFailedError("", "mismatched input '<EOF>'", (1, 1))
    for name in found.find_all(exp.Identifier):
        if name.this.upper() in _RESERVED and not name.args.get("quoted") and "start" in name.meta:
            place = position(text, name.meta["start"])
            raise QueryFailedError("", f"mismatched input '{name.this}'. Expecting: <identifier>", place)
    return found


#: After what an array cannot begin without its name.
_BEFORE_BRACKETS = frozenset(
    {"SELECT", "DISTINCT", "WHERE", "AND", "OR", "THEN", "ELSE", "WHEN", ",", "(", "[", "=", "+", "-", "||"}
)
_UNITS = frozenset({"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"})


def _kind(token: Token) -> str:
    """A word or a sign as it is, in capitals; of a literal or a quoted name, what it is."""
    if token.token_type in {TokenType.STRING, TokenType.NUMBER, TokenType.IDENTIFIER}:
        return str(token.token_type.name).lower()
    return str(token.text).upper()


def _wrong_sequence(words: tuple[str, ...]) -> bool:
    """Whether sqlglot reads words so placed, and Trino does not: other dialects write so."""
    first, before, word = words
    return (
        (word == "FROM" and before in {"", "(", ","})
        or (word in {")", "FROM", "WHERE", ";", "<EOF>"} and before in {",", "AS"})
        or (word == "[" and before in _BEFORE_BRACKETS)
        or (word in {"%", ","} and before == "number" and first == "LIMIT")
        # OFFSET stands before LIMIT and FETCH.
        or (word == "OFFSET" and (first == "LIMIT" or (first in {"ROW", "ROWS"} and before == "ONLY")))
        or (word in {")", ";", "<EOF>"} and before == "SELECT")
        or (word == "VALUES" and before in {"FROM", "JOIN"})
        or (word == "string" and before == "AS")
        or (word == "number" and before == "INTERVAL")
        or (first == "INTERVAL" and before == "string" and word not in _UNITS)
        or (word == "UNKNOWN" and before in {"IS", "NOT"})
    )


def _check(token: Token, text: str) -> None:
    """Refuse what sqlglot reads and Trino does not."""
    written = text[token.start : token.end + 1]
    if token.token_type in _FOREIGN or written in _FOREIGN_SIGNS:
        shown = _FOREIGN.get(token.token_type, written)
        raise QueryFailedError("", f"mismatched input '{shown}'", position(text, token.start))
    if written == "`":
        raise QueryFailedError(
            "",
            "backquoted identifiers are not supported; use double quotes to quote identifiers",
            position(text, token.start),
        )
    # sqlglot takes the letters after a number for an alias, and 0x1F for bytes.
    named = token.token_type == TokenType.NUMBER and text[token.end + 1 : token.end + 2].isidentifier()
    if named or (token.token_type == TokenType.HEX_STRING and written.startswith("0")):
        raise QueryFailedError(
            "",
            "identifiers must not start with a digit; surround the identifier with double quotes",
            position(text, token.start),
        )


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of a character."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


#: Words before the first token that a node keeps.
_LEADING = re.compile(
    r"(?:\b(?:cast|try_cast|extract|trim|position|substring|if|exists)\s*\(\s*"
    r"|\barray\s*\[\s*|\bcase\s+(?:when\s+)?|\bnot\s+|-\s*|\(\s*"
    r"|\b(?:date|timestamp|time|decimal|interval|json|bigint|double|integer|boolean|real|varchar)\s*)$",
    re.IGNORECASE,
)
_LED = (
    exp.Cast,
    exp.Extract,
    exp.Trim,
    exp.If,
    exp.Exists,
    exp.Array,
    exp.Not,
    exp.Neg,
    exp.Paren,
    exp.Interval,
    exp.ParseJSON,
)


def place(node: exp.Expression | None, text: str) -> tuple[int, int] | None:
    """Where the first word of a node stands."""
    starts = [each.meta["start"] for each in node.walk() if "start" in each.meta] if node else []
    if node is None or not starts:
        return None
    start = min(starts)
    inner: object = node
    while isinstance(inner, exp.Expression):
        if isinstance(inner, exp.Case):
            start = max((each.start() for each in re.finditer(r"(?i)\bcase\b", text[:start])), default=start)
        elif isinstance(inner, _LED) and (led := _LEADING.search(text[:start])):
            start = led.start()
        inner = next(iter(inner.expressions), None) if isinstance(inner, exp.Array) else inner.this
    return position(text, start)
