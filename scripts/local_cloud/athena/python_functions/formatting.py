"""Java's Formatter, over arguments as text with their types."""

from __future__ import annotations

import decimal
import re

from scripts.local_cloud.athena.python_functions.refusal import Refusal, argument


def format_(form: str, kinds: str, texts: list[str]) -> str:
    """String.format with arguments of these types, as text."""
    names = kinds.split(",") if kinds else []
    following = iter(range(len(texts)))

    def one(found: re.Match[str]) -> str:
        index, flags, width, precision, letter = found.groups()
        if letter == "%":
            return "%"
        if letter == "n":
            return "\n"
        try:
            at = int(index[:-1]) - 1 if index else next(following)
            kind, text = names[at], texts[at]
        except (StopIteration, IndexError):
            raise argument(f"Format specifier '{found[0]}'") from None
        given = None if text == "\x01" else text
        body = _conversion(letter, flags, precision, kind, given, found[0])
        if width:
            if "0" in flags and given is not None and letter in "dfx":
                sign = body[:1] if body[:1] in "+- " else ""
                return sign + body[len(sign) :].rjust(int(width) - len(sign), "0")
            return body.ljust(int(width)) if "-" in flags else body.rjust(int(width))
        return body

    shape = r"%(\d+\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])"
    if "%" in re.sub(shape, "", form):
        raise argument(f"Invalid format string: {form}")
    return re.sub(shape, one, form)


def _conversion(
    letter: str, flags: str, precision: str | None, kind: str, text: str | None, whole: str
) -> str:
    mismatch = argument(f"Invalid format string: {whole} ({kind})")
    if letter in "sS":
        shown = "null" if text is None else _java(text, kind)
        shown = shown[: int(precision)] if precision else shown
        return shown.upper() if letter == "S" else shown
    if letter in "bB":
        return "false" if text is None else (text if kind == "boolean" else "true")
    if letter not in "dfxX" or "(" in flags or "#" in flags:
        raise Refusal(
            f"NOT_SUPPORTED: format() with '{whole}' is not supported by the local cloud; on AWS "
            f"the query would be run"
        )
    if text is None:
        return "null"
    if letter in "xX":
        if kind != "int":
            raise mismatch
        number = int(text)
        shown = format(number if number >= 0 else number + 2**64, "x")
        return shown.upper() if letter == "X" else shown
    if letter == "d":
        if kind != "int":
            raise mismatch
        return _signed(format(int(text), "," if "," in flags else "d"), flags)
    if kind not in {"decimal", "double", "real"}:
        raise mismatch
    if text in {"NaN", "Infinity", "-Infinity"}:
        return text
    with decimal.localcontext(prec=400):
        places = decimal.Decimal(1).scaleb(-int(precision or 6))
        rounded = decimal.Decimal(text).quantize(places, decimal.ROUND_HALF_UP)
    return _signed(format(rounded, ",f" if "," in flags else "f"), flags)


def _java(text: str, kind: str) -> str:
    """As toString() of Java's LocalDateTime and LocalTime: no second that is 0, a fraction by threes."""
    if kind not in {"timestamp", "time"}:
        return text
    clock, _, fraction = text.replace(" ", "T").partition(".")
    fraction = fraction.rstrip("0")
    if fraction:
        return f"{clock}.{fraction.ljust(-(-len(fraction) // 3) * 3, '0')}"
    return clock.removesuffix(":00")


def _signed(text: str, flags: str) -> str:
    if text.startswith("-"):
        return text
    return ("+" if "+" in flags else " " if " " in flags else "") + text
