"""Values as text: what CAST AS VARCHAR gives, and what a result file holds, which differs for a double."""

from __future__ import annotations

import re

from scripts.local_cloud.athena.errors import refused
from scripts.local_cloud.athena.types import Type, member
from scripts.local_cloud.athena.values import quoted

#: DuckDB's macros that the compiled queries use, by name and parameters.
MACROS = {
    "lab_digits(whole, part)": "rtrim(whole || part, '0')",
    "lab_mantissa(digits)": "digits[1] || '.' || coalesce(nullif(substring(digits, 2), ''), '0')",
    "lab_exponent(u)": """CASE
        WHEN contains(u, 'e') THEN split_part(u, 'e', 1)
            || CASE WHEN contains(split_part(u, 'e', 1), '.') THEN '' ELSE '.0' END
            || 'E' || CAST(CAST(split_part(u, 'e', 2) AS INTEGER) AS VARCHAR)
        WHEN starts_with(u, '0.') THEN lab_mantissa(ltrim(substring(u, 3), '0')) || 'E-'
            || CAST(length(u) - 2 - length(ltrim(substring(u, 3), '0')) + 1 AS VARCHAR)
        ELSE lab_mantissa(lab_digits(split_part(u, '.', 1), split_part(u, '.', 2))) || 'E'
            || CAST(length(split_part(u, '.', 1)) - 1 AS VARCHAR) END""",
    # As Java writes a double or a float.
    "lab_float(x)": """CASE
        WHEN x IS NULL THEN NULL
        WHEN isnan(x) THEN 'NaN'
        WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
        WHEN x = 0 OR (abs(x) >= 1e-3 AND abs(x) < 1e7) THEN CAST(x AS VARCHAR)
        ELSE CASE WHEN x < 0 THEN '-' ELSE '' END || lab_exponent(CAST(abs(x) AS VARCHAR)) END""",
    # As the SQL standard writes an approximate number; a real has seven digits.
    "lab_standard(x, u)": """CASE
        WHEN x IS NULL THEN NULL
        WHEN isnan(x) THEN 'NaN'
        WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
        ELSE CASE WHEN signbit(x) THEN '-' ELSE '' END
            || CASE WHEN x = 0 THEN '0E0' ELSE lab_exponent(u) END END""",
    "lab_standard_double(x)": "lab_standard(x, CAST(abs(x) AS VARCHAR))",
    "lab_standard_real(x)": """lab_standard(x, regexp_replace(
        printf('%.6e', CAST(CAST(abs(x) AS VARCHAR) AS DOUBLE)), '([.][0-9]+?)0*e', '\\1e'))""",
    "lab_milliseconds(i)": "CAST(round(extract(epoch FROM i) * 1000) AS BIGINT)",
    "lab_days(i)": """CASE WHEN lab_milliseconds(i) < 0 THEN '-' ELSE '' END
        || printf('%d %02d:%02d:%02d.%03d',
        abs(lab_milliseconds(i)) // 86400000, (abs(lab_milliseconds(i)) // 3600000) % 24,
        (abs(lab_milliseconds(i)) // 60000) % 60, (abs(lab_milliseconds(i)) // 1000) % 60,
        abs(lab_milliseconds(i)) % 1000)""",
    "lab_months(i)": "extract(year FROM i) * 12 + extract(month FROM i)",
    "lab_years(i)": """CASE WHEN lab_months(i) < 0 THEN '-' ELSE '' END
        || printf('%d-%d', abs(lab_months(i)) // 12, abs(lab_months(i)) % 12)""",
    "lab_shifted(here, zone, near)": """timezone('UTC',
        here - (timezone(zone, near) - timezone('UTC', near)))""",
    "lab_from_zone(here, zone, near)": """CASE WHEN timezone(zone, lab_shifted(here, zone, near)) = here
        THEN lab_shifted(here, zone, near) ELSE timezone(zone, here) END""",
    "lab_hex(b)": "trim(regexp_replace(lower(hex(b)), '(..)', '\\1 ', 'g'))",
}
_COMMA = " || ', ' || "
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


def at_zone(sql: str, zone: str) -> str:
    """The local time that an instant is in a zone."""
    if offset := _OFFSET.fullmatch(zone):
        sign, hours, minutes = offset.groups()
        shift = f"INTERVAL '{int(hours) * 60 + int(minutes)} minutes'"
        return f"(timezone('UTC', {sql}) {sign} {shift})"
    return f"timezone({quoted(zone)}, {sql})"


def from_zone(sql: str, zone: str, near: str = "") -> str:
    """The instant that a local time of a zone is.

    Parameters
    ----------
    near
        SQL of an instant whose offset is taken where it fits, as Joda-Time does; else that of the local time
        in UTC.
    """
    if offset := _OFFSET.fullmatch(zone):
        sign, hours, minutes = offset.groups()
        back = "-" if sign == "+" else "+"
        shift = f"INTERVAL '{int(hours) * 60 + int(minutes)} minutes'"
        return f"timezone('UTC', {sql} {back} {shift})"
    if zone == "UTC":
        return f"timezone('UTC', {sql})"
    near = near or f"timezone('UTC', {sql})"
    return f"lab_from_zone({sql}, {quoted(zone)}, {near})"


def _fraction(precision: int) -> tuple[str, int]:
    """Strftime's word for a fraction of a second, and how many digits are too many."""
    if precision == 0:
        return "", 0
    return (".%g", 0) if precision == 3 else (".%f", 6 - precision)


def clock(sql: str, form: str, precision: int) -> str:
    """A moment by strftime's words, and its fraction."""
    fraction, extra = _fraction(precision)
    text = f"strftime({sql}, '{form}{fraction}')"
    return f"left({text}, -{extra})" if extra else text


def _plain(sql: str, kind: Type) -> str:
    shown = f"CAST({sql} AS VARCHAR)"
    if kind.base == "decimal" and kind.numbers[0] == kind.numbers[1]:
        # DuckDB leaves out the zero before the point where the type has no digit for it.
        return f"regexp_replace({shown}, '^(-?)[.]', '\\10.')"
    return shown


def _zoned(sql: str, kind: Type) -> str:
    if kind.zone is None:
        raise refused("The text of a timestamp whose time zone is not known before the query runs")
    local = clock(at_zone(sql, kind.zone), "%Y-%m-%d %H:%M:%S", kind.numbers[0])
    return f"({local} || {quoted(' ' + kind.zone)})"


def cast_text(sql: str, kind: Type) -> str:
    """SQL of what CAST AS VARCHAR gives: since Trino's release 369, 1.5E0 of a double shown as 1.5."""
    return f"lab_standard_{kind.base}({sql})" if kind.base in {"real", "double"} else text(sql, kind)


def text(sql: str, kind: Type, depth: int = 0) -> str:
    """SQL of the text of a value; NULL stays NULL."""
    match kind.base:
        case "varchar" | "json":
            return sql
        case "unknown":
            return "CAST(NULL AS VARCHAR)"
        case "real" | "double":
            return f"lab_float({sql})"
        case "timestamp":
            return clock(sql, "%Y-%m-%d %H:%M:%S", kind.numbers[0])
        case "time":
            return clock(f"(DATE '1970-01-01' + {sql})", "%H:%M:%S", kind.numbers[0])
        case "timestamp with time zone":
            return _zoned(sql, kind)
        case "interval day to second":
            return f"lab_days({sql})"
        case "interval year to month":
            return f"lab_years({sql})"
        case "varbinary":
            return f"lab_hex({sql})"
        case "array":
            one = f"e{depth}"
            inner = f"coalesce({text(one, kind.element, depth + 1)}, 'null')"
            return f"('[' || array_to_string(list_transform({sql}, lambda {one}: {inner}), ', ') || ']')"
        case "map":
            one = f"e{depth}"
            key = text(f"{one}.key", kind.of[0], depth + 1)
            value = f"coalesce({text(f'{one}.value', kind.of[1], depth + 1)}, 'null')"
            pairs = f"list_transform(map_entries({sql}), lambda {one}: {key} || '=' || {value})"
            return f"('{{' || array_to_string({pairs}, ', ') || '}}')"
        case "row":
            fields = [
                f"{quoted(member(kind, at)[1:-1] + '=')} || "
                f"coalesce({text(f'({sql}).{member(kind, at)}', each, depth + 1)}, 'null')"
                for at, each in enumerate(kind.of)
            ]
            return f"CASE WHEN {sql} IS NOT NULL THEN '{{' || {_COMMA.join(fields)} || '}}' END"
    return _plain(sql, kind)
