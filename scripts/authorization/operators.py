"""The condition operators, without qualifiers: does one value of the request match one value of the policy.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from scripts.authorization.patterns import Parts, Pattern, Resolve, Shape, Unresolved, Wildcard, parse
from scripts.authorization.truth import Match, of

#: Judges a value of the request. ``Unresolved``: a policy variable has no value.
Test = Callable[[str, Resolve], Match | Unresolved]
#: Makes a test of a policy's value; the flag says whether the policy's version has variables.
Prepare = Callable[[str, bool], Test]


@dataclass(frozen=True)
class Operator:
    """A condition operator.

    Attributes
    ----------
    name
        As it is written, without qualifier and ``IfExists``.
    prepare
        Makes the test of the operator's positive form.
    negated
        Whether it holds when the positive form does not.
    """

    name: str
    prepare: Prepare
    negated: bool = False


def _string(shape: Shape) -> Prepare:
    def prepare(text: str, variables: bool) -> Test:
        parts = parse(text, variables=variables, wildcards=shape is Shape.GLOB)
        plain = [part for part in parts if isinstance(part, str)]
        if shape is Shape.EXACT and len(plain) == len(parts):
            wanted = "".join(plain)
            return lambda value, _: of(value == wanted)
        return Pattern(shape, parts).match

    return prepare


def _arn(text: str, variables: bool) -> Test:
    parts = parse(text, variables=variables)
    if text.count(":") < 5 and parts != (Wildcard.ANY,) and not _is_variable(parts):
        # AWS documents the match field by field, and not what a pattern with fewer fields matches.
        return lambda _value, _resolve: Match.UNKNOWN
    return Pattern(Shape.ARN, parts).match


def _is_variable(parts: Parts) -> bool:
    return len(parts) == 1 and not isinstance(parts[0], str | Wildcard)


def _numeric(compare: Callable[[Decimal, Decimal], bool]) -> Prepare:
    def prepare(text: str, _: bool) -> Test:
        limit = _decimal(text)

        def test(value: str, _: Resolve) -> Match:
            number = _decimal(value)
            if limit is None:
                return Match.UNKNOWN
            return of(number is not None and compare(number, limit))

        return test

    return prepare


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@lru_cache(maxsize=4096)
def instant(text: str) -> datetime | None:
    """A W3C/ISO 8601 date (and time), year, year and month, or seconds of the epoch; None: neither."""
    text = text.strip()
    try:
        if len(text) == 4 and text.isdigit():
            return datetime(int(text), 1, 1, tzinfo=UTC)
        if len(text) == 7 and text[4] == "-":
            return datetime(int(text[:4]), int(text[5:]), 1, tzinfo=UTC)
        number = _decimal(text)
        if number is not None:
            return datetime.fromtimestamp(float(number), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _date(compare: Callable[[datetime, datetime], bool]) -> Prepare:
    def prepare(text: str, _: bool) -> Test:
        limit = instant(text)

        def test(value: str, _: Resolve) -> Match:
            moment = instant(value)
            if limit is None:
                return Match.UNKNOWN
            return of(moment is not None and compare(moment, limit))

        return test

    return prepare


def _bool(text: str, variables: bool) -> Test:
    parts = parse(text.strip(), variables=variables, wildcards=False)
    return Pattern(Shape.IGNORE_CASE, parts).match


def _binary(text: str, _: bool) -> Test:
    wanted = _bytes(text)

    def test(value: str, _: Resolve) -> Match:
        if wanted is None:
            return Match.UNKNOWN
        return of(_bytes(value) == wanted)

    return test


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _ip(text: str, _: bool) -> Test:
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return lambda _value, _resolve: Match.UNKNOWN

    def test(value: str, _: Resolve) -> Match:
        address = _address(value)
        return of(address is not None and address in network)

    return test


@lru_cache(maxsize=4096)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _operators() -> dict[str, Operator]:
    comparisons: dict[str, tuple[Callable[[Any, Any], bool], bool]] = {
        "Equals": (operator.eq, False),
        "NotEquals": (operator.eq, True),
        "LessThan": (operator.lt, False),
        "LessThanEquals": (operator.le, False),
        "GreaterThan": (operator.gt, False),
        "GreaterThanEquals": (operator.ge, False),
    }
    found = [
        Operator("StringEquals", _string(Shape.EXACT)),
        Operator("StringNotEquals", _string(Shape.EXACT), negated=True),
        Operator("StringEqualsIgnoreCase", _string(Shape.IGNORE_CASE)),
        Operator("StringNotEqualsIgnoreCase", _string(Shape.IGNORE_CASE), negated=True),
        Operator("StringLike", _string(Shape.GLOB)),
        Operator("StringNotLike", _string(Shape.GLOB), negated=True),
        Operator("Bool", _bool),
        Operator("BinaryEquals", _binary),
        Operator("IpAddress", _ip),
        Operator("NotIpAddress", _ip, negated=True),
        Operator("ArnEquals", _arn),
        Operator("ArnLike", _arn),
        Operator("ArnNotEquals", _arn, negated=True),
        Operator("ArnNotLike", _arn, negated=True),
    ]
    for name, (compare, negated) in comparisons.items():
        found.append(Operator(f"Numeric{name}", _numeric(compare), negated))
        found.append(Operator(f"Date{name}", _date(compare), negated))
    return {one.name.lower(): one for one in found}


#: Every operator but ``Null``, by its name in lower case.
OPERATORS = _operators()
