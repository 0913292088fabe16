"""The environment as one web page that asks nothing of any server: drawing and inventory."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

from scripts.inspection import inventory
from scripts.inspection.drawing import compose, svg
from scripts.inspection.drawing.palette import MARK_INKS
from scripts.inspection.model import Environment, Mark

_COLUMNS = ("Kind", "Name", "Id", "Where", "State", "Mark", "Terraform")
_DARK_PAGE = (
    "color-scheme: dark; --page: #14171b; --ink: #eef1f4; --muted: #bcc5ce; --line: #3a424b;"
    " --head: #262b32; --link: #7aa6e6; --create: #77d99a; --change: #f0c05a; --destroy: #ff9a9a;"
)


def render(env: Environment) -> str:
    """The page. It works without scripts; with them it can be searched, sorted and turned dark."""
    template = Template((Path(__file__).with_name("page.html")).read_text())
    return template.substitute(
        title=escape(f"{env.name}: {env.source}"),
        name=escape(env.name),
        source=escape(env.source),
        dark_page=_DARK_PAGE,
        light_drawing=svg.rules("light", ":root[data-theme=light] "),
        dark_preferred=svg.rules("dark", ":root:not([data-theme=light]) "),
        dark_chosen=svg.rules("dark", ":root[data-theme=dark] "),
        differences=_differences(env),
        # Its colours are the page's matter, so that the button reaches them.
        drawing=svg.render(compose.draw(env), "light"),
        columns="".join(f'<th scope="col">{column}</th>' for column in _COLUMNS),
        rows="\n".join(_row(line) for line in inventory.lines(env)),
    )


def _row(line: inventory.Line) -> str:
    cells = (line.kind, line.name, line.id, line.where, line.state, line.mark, line.address)
    ink = MARK_INKS.get(Mark(line.mark))
    told = f' class="{ink}"' if ink else ""
    return "<tr>" + "".join(
        f"<td{told if column == 'Mark' else ''}>{escape(cell)}</td>"
        for column, cell in zip(_COLUMNS, cells, strict=True)
    ) + "</tr>"  # fmt: skip


def _differences(env: Environment) -> str:
    found = inventory.differences(env)
    if not found:
        return ""
    items = "".join(f"<li>{escape(each)}</li>" for each in found)
    return f'<section><h2>State and AWS differ</h2><ul class="change">{items}</ul></section>'
