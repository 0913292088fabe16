"""A drawing as SVG: real text, a title and a description, and colours that follow the reader's theme."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from scripts.inspection.drawing.palette import MARK_INKS, PALETTE, Colours, Theme
from scripts.inspection.drawing.shapes import Box, Drawing, Line, Shape
from scripts.inspection.model import Mark

FONTS = "Aileron, 'Helvetica Neue', Arial, 'DejaVu Sans', Verdana, sans-serif"
_ARROW = 7.0


def render(drawing: Drawing, theme: Theme | None = None, *, size: bool = True) -> str:
    """The drawing as one SVG document.

    Parameters
    ----------
    theme
        Colours of this theme alone; None for light ones that turn dark where the reader prefers that.
    size
        Whether it has a width and a height of its own; without, it fills what it is put into.
    """
    colours = PALETTE[theme or "light"]
    extent = f' width="{drawing.width:g}" height="{drawing.height:g}"' if size else ""
    style = "" if theme else f"<style>@media (prefers-color-scheme: dark){{{rules('dark')}}}</style>\n"
    shapes = "\n".join(_shape(shape, colours) for shape in drawing.shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg"{extent} viewBox="0 0 {drawing.width:g} {drawing.height:g}"'
        f' role="img" aria-labelledby="drawing-title drawing-description" font-family="{FONTS}">\n'
        f'<title id="drawing-title">{escape(drawing.title)}</title>\n'
        f'<desc id="drawing-description">{escape(drawing.description)}</desc>\n'
        f"{style}{shapes}\n</svg>\n"
    )


def rules(theme: Theme, within: str = "") -> str:
    """Style sheet that gives a drawing another theme's colours; ``within`` is put before every selector."""
    colours = PALETTE[theme]
    found = [
        *(
            f"{within}.g-{role}{{fill:{fill};stroke:{line}}}"
            for role, (fill, line) in colours.grounds.items()
        ),
        *(f"{within}.l-{role}{{stroke:{line}}}" for role, line in colours.lines.items()),
        *(f"{within}.a-{role}{{fill:{line}}}" for role, line in colours.lines.items()),
        *(f"{within}.t-{role}{{fill:{ink}}}" for role, ink in colours.inks.items()),
        # After the grounds, so that a mark's border stands above theirs.
        *(f"{within}.m-{ink}{{stroke:{colours.inks[ink]}}}" for ink in sorted(set(MARK_INKS.values()))),
    ]
    return "".join(found)


def _shape(shape: Shape, colours: Colours) -> str:
    if isinstance(shape, Box):
        return _box(shape, colours)
    if isinstance(shape, Line):
        return _line(shape, colours)
    anchor = ' text-anchor="middle"' if shape.centred else ""
    return (
        f'<text x="{shape.x:g}" y="{shape.y:g}" font-size="{shape.size:g}"{anchor}'
        f' class="t-{shape.role}" fill="{colours.inks[shape.role]}">{escape(shape.text)}</text>'
    )


def _box(box: Box, colours: Colours) -> str:
    fill, border = colours.grounds[box.role]
    classes, width = f"g-{box.role}", 1.0
    if box.mark in MARK_INKS:
        ink = MARK_INKS[box.mark]
        classes, border, width = f"{classes} m-{ink}", colours.inks[ink], 2.0
    gone = box.mark in (Mark.DESTROY, Mark.STATE_ONLY)
    dash = ' stroke-dasharray="5 4"' if box.dashed or gone else ""
    radius = 0 if box.role == "page" else 6
    shown = (
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="{radius}"'
        f' class={quoteattr(classes)} fill="{fill}" stroke="{border}" stroke-width="{width:g}"{dash}'
    )
    return f"{shown}><title>{escape(box.title)}</title></rect>" if box.title else f"{shown}/>"


def _line(line: Line, colours: Colours) -> str:
    colour = colours.lines[line.role]
    points = list(line.points)
    head = ""
    if line.arrow:
        (x0, y0), (x, y) = points[-2], points[-1]
        way_x, way_y = _sign(x - x0), _sign(y - y0)
        back_x, back_y = x - way_x * _ARROW, y - way_y * _ARROW
        half = _ARROW * 0.6
        left, right = (
            (back_x - way_y * half, back_y + way_x * half), (back_x + way_y * half, back_y - way_x * half)
        )  # fmt: skip
        corners = " ".join(f"{px:g},{py:g}" for px, py in ((x, y), left, right))
        head = f'<polygon points="{corners}" class="a-{line.role}" fill="{colour}"/>'
        points[-1] = (back_x, back_y)
    path = " ".join(f"{px:g},{py:g}" for px, py in points)
    title = f"<title>{escape(line.title)}</title>" if line.title else ""
    return (
        f'<polyline points="{path}" class="l-{line.role}" fill="none" stroke="{colour}" stroke-width="1.5">'
        f"{title}</polyline>{head}"
    )


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
