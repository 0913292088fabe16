"""Colours, light and dark. Every ink can be read on every ground: at least 4.5 to 1, as WCAG 2.2 AA asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scripts.inspection.model import Mark

Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Colours:
    """Of one theme: grounds (fill of a box and its border), inks of text, lines."""

    grounds: dict[str, tuple[str, str]]
    inks: dict[str, str]
    lines: dict[str, str]


PALETTE: dict[Theme, Colours] = {
    "light": Colours(
        grounds={
            "page": ("#ffffff", "#ffffff"),
            "vpc": ("#f7f8fa", "#5b6570"),
            "zone": ("#f7f8fa", "#98a2ad"),
            "public": ("#e6f4ea", "#3c8a55"),
            "private": ("#e8f0fb", "#4272b8"),
            "isolated": ("#f1eafa", "#7d5bb0"),
            "chip": ("#ffffff", "#5b6570"),
            "gateway": ("#fff6e0", "#a06a00"),
            "group": ("#ffffff", "#4272b8"),
            "outside": ("#f0f1f3", "#5b6570"),
            "data": ("#ffffff", "#7d5bb0"),
        },
        inks={
            "ink": "#1b2026", "muted": "#4c5661", "create": "#0b6b2e", "change": "#7a4d00",
            "destroy": "#a3131f",
        },
        lines={"route": "#a06a00", "endpoint": "#3c8a55", "chain": "#4272b8", "flow": "#7d5bb0"},
    ),
    "dark": Colours(
        grounds={
            "page": ("#14171b", "#14171b"),
            "vpc": ("#1b1f25", "#8a949f"),
            "zone": ("#1b1f25", "#606b76"),
            "public": ("#17301f", "#5fb37d"),
            "private": ("#182a44", "#7aa6e6"),
            "isolated": ("#2b2140", "#b095e0"),
            "chip": ("#20252c", "#8a949f"),
            "gateway": ("#352a10", "#e0ab4a"),
            "group": ("#20252c", "#7aa6e6"),
            "outside": ("#262b32", "#8a949f"),
            "data": ("#20252c", "#b095e0"),
        },
        inks={
            "ink": "#eef1f4", "muted": "#bcc5ce", "create": "#77d99a", "change": "#f0c05a",
            "destroy": "#ff9a9a",
        },
        lines={"route": "#e0ab4a", "endpoint": "#5fb37d", "chain": "#7aa6e6", "flow": "#b095e0"},
    ),
}  # fmt: skip

#: A mark is told by a sign before the name and by the border, never by colour alone.
SIGNS = {
    Mark.CREATE: "+", Mark.CHANGE: "~", Mark.REPLACE: "-/+", Mark.DESTROY: "-",
    Mark.STATE_ONLY: "!", Mark.AWS_ONLY: "?",
}  # fmt: skip

MARK_INKS = {
    Mark.CREATE: "create", Mark.CHANGE: "change", Mark.REPLACE: "change", Mark.DESTROY: "destroy",
    Mark.STATE_ONLY: "destroy", Mark.AWS_ONLY: "change",
}  # fmt: skip


def signed(mark: Mark, text: str) -> str:
    """The text with the mark's sign before it."""
    return f"{SIGNS[mark]} {text}" if mark in SIGNS else text


def ink_of(mark: Mark, otherwise: str = "ink") -> str:
    """The ink of a text that has this mark."""
    return MARK_INKS.get(mark, otherwise)
