"""DuckDB's macros that the compiled queries use, beside those that render text."""

from __future__ import annotations

from scripts.local_cloud.athena.rendering import MACROS as RENDERING
from scripts.local_cloud.athena.types import DOUBLE, VARCHAR, Type, array
from scripts.local_cloud.athena.values import failing, quoted

_INDEX = failing(quoted("INVALID_FUNCTION_ARGUMENT: Index must be greater than zero"), VARCHAR)
_PADDING = failing(quoted("INVALID_FUNCTION_ARGUMENT: Padding string must not be empty"), VARCHAR)
_TARGET = failing(
    quoted("INVALID_FUNCTION_ARGUMENT: Target length must be in the range [0..2147483647]"), VARCHAR
)
_LENGTHS = failing(
    quoted(
        "INVALID_FUNCTION_ARGUMENT: The input strings to hamming_distance function must have the same length"
    ),
    DOUBLE,
)
_DELIMITER = failing(
    quoted("INVALID_FUNCTION_ARGUMENT: The delimiter may not be the empty string"), array(VARCHAR)
)
_CODE_POINT = failing(
    quoted("INVALID_FUNCTION_ARGUMENT: Not a valid Unicode code point: ") + " || n", VARCHAR
)
_OVERFLOW = failing(quoted("NUMERIC_VALUE_OUT_OF_RANGE: numerical overflow: ") + " || x", Type("bigint"))
_LIMIT = failing(quoted("INVALID_FUNCTION_ARGUMENT: Limit must be positive"), array(VARCHAR))

MACROS = {
    **RENDERING,
    "lab_substr(s, start, n)": """CASE WHEN s IS NULL OR start IS NULL OR n IS NULL THEN NULL
        WHEN start = 0 OR n <= 0 OR abs(start) > length(s) THEN ''
        ELSE substring(s, CASE WHEN start > 0 THEN start ELSE length(s) + start + 1 END,
        least(n, 2147483647)) END""",
    "lab_chr(n)": f"""CASE WHEN n BETWEEN 0 AND 1114111 AND n NOT BETWEEN 55296 AND 57343
        THEN chr(CAST(n AS INTEGER)) WHEN n IS NOT NULL THEN {_CODE_POINT} END""",
    "lab_replace(s, old, new)": """CASE WHEN old = '' THEN new || CASE WHEN s = '' THEN '' ELSE
        array_to_string(list_transform(string_split(s, ''), lambda c: c || new), '') END
        ELSE replace(s, old, new) END""",
    # DuckDB's own takes only a separator that is written out, and makes NULL of nothing but NULLs.
    "lab_joined(l, d)": """CASE WHEN l IS NOT NULL THEN substring(
        coalesce(array_to_string(list_transform(l, lambda e: d || e), ''), ''), length(d) + 1) END""",
    # Java has no capital letter for this one, DuckDB has.
    "lab_upper(s)": "replace(upper(replace(s, 'ß', chr(2))), chr(2), 'ß')",
    "lab_split_all(s, d)": f"""CASE WHEN d = '' THEN {_DELIMITER}
        WHEN d IS NOT NULL THEN string_split(s, d) END""",
    "lab_split_part(s, d, n)": f"CASE WHEN n < 1 THEN {_INDEX} ELSE string_split(s, d)[n] END",
    "lab_split(s, d, n)": f"""CASE WHEN n < 1 THEN {_LIMIT} WHEN d = '' THEN {_DELIMITER}
        WHEN s IS NULL OR d IS NULL OR n IS NULL THEN NULL
        WHEN len(string_split(s, d)) <= n THEN string_split(s, d)
        ELSE list_append(string_split(s, d)[1:n - 1], lab_joined(string_split(s, d)[n:], d)) END""",
    "lab_pad(s, n, p, at_left)": f"""CASE WHEN s IS NULL OR n IS NULL OR p IS NULL THEN NULL
        WHEN n < 0 THEN {_TARGET}
        WHEN p = '' THEN {_PADDING} WHEN at_left THEN lpad(s, CAST(n AS INTEGER), p)
        ELSE rpad(s, CAST(n AS INTEGER), p) END""",
    # A whole number with a point before its last digits.
    "lab_pointed(w, n)": """CASE WHEN w < 0 THEN '-' ELSE '' END || regexp_replace(
        lpad(CAST(abs(w) AS VARCHAR), CAST(greatest(n + 1, length(CAST(abs(w) AS VARCHAR))) AS INTEGER), '0'),
        '(.{' || n || '})$', '.\\1')""",
    # By the steps that Java's take, whose powers of ten below one are not exact.
    "lab_round(x, n)": """CASE WHEN NOT isfinite(x) THEN x WHEN n >= 0 THEN round(x, n)
        ELSE sign(x) * (round(abs(x) * pow(10, n)) / pow(10, n)) END""",
    "lab_round_whole(x, n)": f"""CASE WHEN n >= 0 THEN CAST(x AS HUGEINT) WHEN n < -18 THEN {_OVERFLOW}
        ELSE CAST(sign(x) AS HUGEINT) * ((abs(CAST(x AS HUGEINT)) + lab_power(-n) // 2) // lab_power(-n))
        * lab_power(-n) END""",
    "lab_power(n)": "CAST('1' || repeat('0', n) AS HUGEINT)",
    # Of a value of any type: NaN equals nothing in Trino, and itself in DuckDB.
    "lab_nan(x)": "typeof(x) IN ('DOUBLE', 'FLOAT') AND CAST(x AS VARCHAR) = 'nan'",
    "lab_hamming(a, b)": f"""CASE WHEN a IS NULL OR b IS NULL THEN NULL
        WHEN length(a) <> length(b) THEN CAST({_LENGTHS} AS BIGINT)
        ELSE CAST(len(list_filter(list_zip(string_split(a, ''), string_split(b, '')), lambda p: p[1] <> p[2]))
        AS BIGINT) END""",
    "lab_list_has(l, x)": "CASE WHEN x IS NULL THEN len(l) <> list_count(l) ELSE list_contains(l, x) END",
    # In the order of the first of each, NULL once, where DuckDB's list_distinct has neither.
    "lab_list_distinct(l)": """list_filter(l, lambda x, i: CASE WHEN x IS NULL
        THEN len(l[1:i - 1]) = list_count(l[1:i - 1])
        ELSE NOT coalesce(list_contains(l[1:i - 1], x), false) END)""",
    "lab_list_except(a, b)": """CASE WHEN b IS NOT NULL
        THEN lab_list_distinct(list_filter(a, lambda y: NOT lab_list_has(b, y))) END""",
    "lab_list_intersect(a, b)": """CASE WHEN b IS NOT NULL
        THEN lab_list_distinct(list_filter(a, lambda y: lab_list_has(b, y))) END""",
    "lab_list_union(a, b)": """CASE WHEN a IS NOT NULL AND b IS NOT NULL
        THEN lab_list_distinct(list_concat(a, b)) END""",
    "lab_lists_overlap(a, b)": """CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN list_has_any(a, b) THEN true
        WHEN (len(a) <> list_count(a) AND len(b) > 0) OR (len(b) <> list_count(b) AND len(a) > 0) THEN NULL
        ELSE false END""",
    "lab_first_entries(pairs)": """CASE WHEN len(list_filter(pairs, lambda p: p.k IS NOT NULL)) > 0
        THEN map_from_entries(list_filter(
        list_filter(pairs, lambda p: p.k IS NOT NULL), lambda p, i: list_position(
        list_transform(list_filter(pairs, lambda q: q.k IS NOT NULL), lambda q: q.k), p.k) = i)) END""",
    "lab_offset(here, utc)": """CASE WHEN here < utc THEN '-' ELSE '+' END || strftime(
        TIMESTAMP '2000-01-01' + to_microseconds(abs(epoch_us(here) - epoch_us(utc))), '%H:%M')""",
    # Whole units between two moments; months count by the calendar, the last day of one is that of another.
    "lab_passed_millisecond(a, b)": "(epoch_us(b) - epoch_us(a)) // 1000",
    "lab_passed_second(a, b)": "(epoch_us(b) - epoch_us(a)) // 1000000",
    "lab_passed_minute(a, b)": "(epoch_us(b) - epoch_us(a)) // 60000000",
    "lab_passed_hour(a, b)": "(epoch_us(b) - epoch_us(a)) // 3600000000",
    "lab_passed_day(a, b)": "(epoch_us(b) - epoch_us(a)) // 86400000000",
    "lab_passed_week(a, b)": "(epoch_us(b) - epoch_us(a)) // 604800000000",
    "lab_calendar_months(a, b)": "(year(b) - year(a)) * 12 + month(b) - month(a)",
    # Joda counts n months when the first moment, moved by n months, is not past the second; so too back.
    "lab_months_on(a, b)": """lab_calendar_months(a, b)
        - CASE WHEN a + to_months(CAST(lab_calendar_months(a, b) AS INTEGER)) > b THEN 1 ELSE 0 END""",
    "lab_passed_month(a, b)": "CASE WHEN b >= a THEN lab_months_on(a, b) ELSE -(lab_months_on(b, a)) END",
    "lab_passed_quarter(a, b)": "lab_passed_month(a, b) // 3",
    "lab_passed_year(a, b)": "lab_passed_month(a, b) // 12",
}
