"""The page stands on its own: no request, no framework, and all of it without scripts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from scripts.inspection import inventory, page
from scripts.inspection.model import Environment, Mark
from tests.scripts.inspection.environments import lab

VOID = {"meta", "input", "br", "hr", "img", "link"}


class Outline(HTMLParser):
    """Tags and attributes as a browser would see them; fails where one is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "td":
            self.cells[-1] += data


@pytest.fixture(scope="module")
def env() -> Environment:
    return lab(3, name="<lab> & 'co'")


@pytest.fixture(scope="module")
def text(env: Environment) -> str:
    return page.render(env)


def test_the_page_asks_nothing_of_any_server(text: str) -> None:
    outline = Outline(text)
    assert "default-src 'none'" in text
    loading = {"src", "href", "action", "poster", "data", "srcset", "xlink:href"}
    assert [found for found in outline.attributes if found[1] in loading] == []
    assert re.findall(r"url\(|@import|fetch\(|XMLHttpRequest|import\(", text) == []
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) == {"http://www.w3.org/2000/svg"}


def test_every_resource_is_a_row_without_any_script(env: Environment, text: str) -> None:
    without_scripts = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    cells = Outline(without_scripts).cells
    lines = inventory.lines(env)
    assert [cells[start : start + 7] for start in range(0, len(cells), 7)] == [
        [line.kind, line.name, line.id, line.where, line.state, line.mark, line.address] for line in lines
    ]


def test_the_drawing_is_in_the_page_in_both_themes(text: str) -> None:
    assert text.count("<svg") == 1
    for wanted in (":root[data-theme=dark] .g-vpc", ":root:not([data-theme=light]) .g-vpc"):
        assert wanted in text


def test_differences_are_told_before_everything_else(env: Environment, text: str) -> None:
    assert "State and AWS differ" not in text
    first, *rest = env.resources
    changed = page.render(replace(env, resources=(replace(first, mark=Mark.STATE_ONLY), *rest)))
    assert changed.index("State and AWS differ") < changed.index("<svg")


def test_the_document_has_every_attribute_and_is_json() -> None:
    document = json.loads(json.dumps(inventory.document(lab(2))))
    by_kind: dict[str, list[dict[str, object]]] = {}
    for each in document["resources"]:
        by_kind.setdefault(each["kind"], []).append(each)
    assert len(by_kind["subnet"]) == 6
    (gateway,) = by_kind["NAT gateway"]
    assert gateway["subnet"] == "subnet-0a"
    (balancer,) = by_kind["load balancer"]
    assert balancer["listeners"] == [
        {
            "port": 80, "protocol": "HTTP", "action": "forward", "mark": "",
            "targets": [{"id": "i-1", "port": 80, "health": "unhealthy"}],
        }
    ]  # fmt: skip


def test_a_table_says_names_where_the_data_has_ids() -> None:
    where = {line.name: line.where for line in inventory.lines(lab(2)) if line.kind == "security group"}
    assert where["sourcelab-application"] == "tcp 80 from sourcelab-load-balancer"
    routes = {line.name: line.where for line in inventory.lines(lab(2)) if line.kind == "route table"}
    assert routes["sourcelab-public"] == "VPC to local; 0.0.0.0/0 to internet gateway sourcelab"
