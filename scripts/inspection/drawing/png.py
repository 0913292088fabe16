"""A drawing as PNG: the same SVG, rendered."""

from __future__ import annotations

import tempfile
from pathlib import Path

import resvg_py

from scripts.inspection.drawing import svg
from scripts.inspection.drawing.palette import Theme
from scripts.inspection.drawing.shapes import Drawing, Text, font


def render(drawing: Drawing, theme: Theme = "light", scale: float = 2.0) -> bytes:
    """The drawing as a PNG file.

    Parameters
    ----------
    theme
        Its colours.
    scale
        Pixels of the picture for one of the drawing; two keep small text sharp on any screen.
    """
    latin = all(shape.text.replace("·", "").isascii() for shape in drawing.shapes if isinstance(shape, Text))
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "font.ttf"
        own.write_bytes(font())
        return resvg_py.svg_to_bytes(
            svg_string=svg.render(drawing, theme),
            # Our font is the same everywhere; the system's are looked at only for what it does not have.
            skip_system_fonts=latin,
            font_files=[str(own)],
            font_family="Aileron",
            sans_serif_family="Aileron",
            zoom=scale,
        )
