"""Ranges of ports, ends included: what is left of some when others are taken away."""

from __future__ import annotations

from collections.abc import Iterable

Range = tuple[int, int]


def minus(ranges: Iterable[Range], taken: Range) -> tuple[Range, ...]:
    """What is left of ``ranges`` without ``taken``; an ICMP type and its code are left or taken whole."""
    first, last = taken
    left: list[Range] = []
    for low, high in ranges:
        if (low, high) == taken:
            continue
        if high < first or low > last:
            left.append((low, high))
            continue
        if low < first:
            left.append((low, first - 1))
        if high > last:
            left.append((last + 1, high))
    return tuple(left)
