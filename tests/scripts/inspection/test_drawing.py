"""The drawing can be read: by people, in both themes, whatever is in it."""

from __future__ import annotations

import io
import string
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor

from scripts.inspection.drawing import compose, png, svg
from scripts.inspection.drawing.palette import MARK_INKS, PALETTE, SIGNS, Theme
from scripts.inspection.drawing.shapes import Box, Line, Text, fitted, font, text_width
from scripts.inspection.from_terraform import environment
from scripts.inspection.model import (
    Environment,
    InternetGateway,
    Mark,
    Route,
    RouteTable,
    Subnet,
    Vpc,
    Zone,
)
from tests.scripts.inspection import geometry
from tests.scripts.inspection.environments import lab

SVG = "{http://www.w3.org/2000/svg}"


def texts(env: Environment) -> list[str]:
    return [shape.text for shape in compose.draw(env).shapes if isinstance(shape, Text)]


def assert_readable(env: Environment) -> None:
    drawing = compose.draw(env)
    assert geometry.overlapping_texts(drawing.shapes) == []
    assert geometry.crossed_texts(drawing.shapes) == []
    assert geometry.half_covered_boxes(drawing.shapes) == []
    assert geometry.slanted(drawing.shapes) == []
    assert geometry.beyond_the_page(drawing) == []


@pytest.mark.parametrize("nat_per_zone", [False, True])
@pytest.mark.parametrize("zones", [1, 2, 3, 4])
def test_no_text_is_covered_by_text_or_line_and_nothing_leaves_the_page(
    zones: int, nat_per_zone: bool
) -> None:
    assert_readable(lab(max(zones, 1), nat_per_zone=nat_per_zone))


def test_a_subnet_that_does_not_border_on_its_gateway_is_connected_round_the_side() -> None:
    env = lab(3)
    changed = [
        replace(each, subnets=("subnet-2a", "subnet-2b", "subnet-2c"), routes=(Route("0.0.0.0/0", "nat-a"),))
        if isinstance(each, RouteTable) and each.id == "rtb-main"
        else each
        for each in env.resources
        if not isinstance(each, Zone)
    ]
    env = environment(env.name, env.source, changed)
    assert_readable(env)
    lines = [shape for shape in compose.draw(env).shapes if isinstance(shape, Line)]
    assert sum("database" in line.title and "NAT" not in line.title for line in lines) == 3


def test_subnets_of_a_tier_in_one_zone_stand_below_each_other_with_their_routes() -> None:
    env = lab(2)
    more = [
        Subnet(
            id=f"subnet-{n}", name=f"more-{n}", vpc="vpc-1", zone="us-east-1a", cidr="10.0.9.0/24", tier=tier
        )
        for n, tier in enumerate(("public", "application", "application"))
    ]
    table = RouteTable(
        id="rtb-more", name="more", vpc="vpc-1", subnets=tuple(each.id for each in more),
        routes=(Route("0.0.0.0/0", "igw-1"), Route("s3", "vpce-s3"), Route("10.9.0.0/16", "nat-a")),
    )  # fmt: skip
    found = [each for each in env.resources if not isinstance(each, Zone)]
    env = environment(env.name, env.source, [*found, *more, table])
    assert_readable(env)
    drawn = [shape.title for shape in compose.draw(env).shapes if isinstance(shape, Line)]
    assert sum(title.startswith("route from more-") for title in drawn) == 9


def test_each_vpc_is_drawn_with_its_own_gateways_and_routes() -> None:
    first = lab(2)
    moved = [
        replace(each, id=f"second-{each.id}", vpc="vpc-2", name=f"second-{each.name}")
        for each in first.resources
        if isinstance(each, Subnet | InternetGateway)
    ]
    table = RouteTable(
        id="rtb-second", name="second", vpc="vpc-2", main=True, routes=(Route("0.0.0.0/0", "second-igw-1"),)
    )
    found = [each for each in first.resources if not isinstance(each, Zone)]
    env = environment("two", "a test", [*found, *moved, table, Vpc(id="vpc-2", name="second")])
    assert_readable(env)
    drawn = [shape.title for shape in compose.draw(env).shapes if isinstance(shape, Line)]
    assert sum(title.startswith("route from second-") for title in drawn) == 6
    assert sum(title.startswith("route from sourcelab-") for title in drawn) == 6


def test_what_is_in_no_vpc_that_is_known_is_listed() -> None:
    lost = Subnet(
        id="subnet-x", name="lost", vpc="", zone="us-east-1a", cidr="10.9.0.0/24", table_known=False
    )
    assert "subnet lost" in texts(environment("one", "a test", [lost]))


@settings(max_examples=15, deadline=None)
@given(
    zones=st.integers(2, 4),
    name=st.text(string.ascii_letters + string.digits + "-_.<&>\"'éß語", min_size=1, max_size=90),
)
def test_names_of_any_length_stay_in_their_boxes(zones: int, name: str) -> None:
    assert_readable(lab(zones, name=name))


def test_an_empty_environment_is_a_page_with_its_name() -> None:
    env = Environment("nothing", "a test", ())
    assert_readable(env)
    assert texts(env) == ["nothing", "a test"]


def test_the_same_environment_is_drawn_the_same_whatever_order_it_is_told_in() -> None:
    env = lab(3)
    told_otherwise = environment(
        env.name, env.source, [each for each in reversed(env.resources) if not isinstance(each, Zone)]
    )
    assert svg.render(compose.draw(told_otherwise)) == svg.render(compose.draw(env))


def test_no_text_is_smaller_than_twelve_pixels() -> None:
    assert min(s.size for s in compose.draw(lab(4)).shapes if isinstance(s, Text)) >= 12


def test_the_drawing_says_addresses_routes_rules_engines_and_flows() -> None:
    said = "\n".join(texts(lab(2)))
    for expected in (
        "10.0.0.0/21 · subnet-0a", "0.0.0.0/0 to internet gateway", "0.0.0.0/0 to NAT gateway sourcelab-a",
        "s3 to gateway endpoint", "ACL sourcelab-public: rules 1 in, 0 out", "MySQL 8.4.6 · db.t4g.micro",
        "127.20.0.2:3306", "from sourcelab-application: tcp 3306, 5432", "S3 sourcelab-lake",
        "to bronze/events/",
        "HTTP 80: forward", "sourcelab-application:80 (unhealthy)", "in one of these zones", "stopped",
    ):  # fmt: skip
        assert expected in said
    assert not [text for text in texts(lab(4)) if text.endswith("...")]


def test_routes_are_drawn_from_each_subnet_to_its_gateway() -> None:
    lines = [
        shape.title for shape in compose.draw(lab(2, nat_per_zone=True)).shapes if isinstance(shape, Line)
    ]
    routes = sorted(
        title.removeprefix("route from sourcelab-") for title in lines if title.startswith("route")
    )
    assert routes == [
        "application-us-east-1a to sourcelab-a", "application-us-east-1a to sourcelab-s3",
        "application-us-east-1b to sourcelab-b", "application-us-east-1b to sourcelab-s3",
        "public-us-east-1a to sourcelab", "public-us-east-1b to sourcelab",
    ]  # fmt: skip


def test_a_route_whose_target_is_gone_is_said_and_not_drawn() -> None:
    env = lab(2)
    gone = replace(
        next(each for each in env.of(RouteTable) if each.id == "rtb-0"),
        routes=(Route("0.0.0.0/0", "igw-1", active=False),),
    )
    env = replace(env, resources=tuple(gone if each.id == "rtb-0" else each for each in env.resources))
    assert "0.0.0.0/0 to internet gateway (blackhole)" in texts(env)
    assert not any(
        isinstance(shape, Line) and shape.title.startswith("route from sourcelab-public")
        for shape in compose.draw(env).shapes
    )


@pytest.mark.parametrize("mark", list(SIGNS))
def test_a_mark_is_told_by_a_sign_a_border_and_in_words(mark: Mark) -> None:
    env = lab(2)
    marked = tuple(replace(e, mark=mark) if e.id == "sourcelab-mysql" else e for e in env.resources)
    drawing = compose.draw(replace(env, resources=marked))
    assert f"{SIGNS[mark]} RDS sourcelab-mysql" in [s.text for s in drawing.shapes if isinstance(s, Text)]
    assert f"{SIGNS[mark]} {mark}" in [s.text for s in drawing.shapes if isinstance(s, Text)]
    (box,) = (
        s for s in drawing.shapes if isinstance(s, Box) and s.title.startswith("DB instance sourcelab-mysql")
    )
    assert box.mark is mark
    assert box.title.endswith(f"({mark})")


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    channels = [value / 255 for value in ImageColor.getrgb(colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_ink_can_be_read_on_every_ground_and_every_line_be_seen(theme: Theme) -> None:
    colours = PALETTE[theme]
    for ground, (fill, border) in colours.grounds.items():
        for ink, colour in colours.inks.items():
            assert contrast(colour, fill) >= 4.5, (ink, ground)
        if ground not in ("page", "zone"):
            assert contrast(border, colours.grounds["vpc"][0]) >= 3, ground
    for role, colour in colours.lines.items():
        assert contrast(colour, colours.grounds["vpc"][0]) >= 3, role
    assert set(MARK_INKS.values()) <= set(colours.inks)


def test_the_svg_is_text_with_a_title_and_a_description() -> None:
    drawing = compose.draw(lab(2))
    root = ElementTree.fromstring(svg.render(drawing))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "drawing-title drawing-description"
    assert root.findtext(f"{SVG}title") == "The environment sourcelab"
    assert "subnet: 6" in (root.findtext(f"{SVG}desc") or "")
    written = [each.text for each in root.iter(f"{SVG}text")]
    assert written == [shape.text for shape in drawing.shapes if isinstance(shape, Text)]
    assert not [each for each in root.iter() if each.tag.endswith(("image", "script", "use"))]


def test_the_svg_of_no_theme_turns_dark_where_the_reader_prefers_it() -> None:
    drawing = compose.draw(lab(2))
    both = svg.render(drawing)
    assert "prefers-color-scheme: dark" in both
    for fill, _ in PALETTE["dark"].grounds.values():
        assert fill in both
    assert "prefers-color-scheme" not in svg.render(drawing, "dark")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_png_shows_the_drawing_in_its_size_and_colours(theme: Theme) -> None:
    drawing = compose.draw(lab(2))
    image = Image.open(io.BytesIO(png.render(drawing, theme, scale=1.0))).convert("RGB")
    assert abs(image.width - drawing.width) <= 1
    assert abs(image.height - drawing.height) <= 1
    colours = PALETTE[theme]
    assert image.getpixel((2, 2)) == ImageColor.getrgb(colours.grounds["page"][0])
    box = next(s for s in drawing.shapes if isinstance(s, Box) and s.role == "gateway")
    assert image.getpixel((int(box.right) - 8, int(box.y) + 8)) == ImageColor.getrgb(
        colours.grounds["gateway"][0]
    )
    # Letters are there, not the empty boxes of a missing font: the name has pixels of nearly its full ink.
    name = next(s for s in drawing.shapes if isinstance(s, Text) and s.text == drawing.title.split()[-1])
    area = image.crop((int(name.x), int(name.y - name.size), int(name.x + name.width), int(name.y + 4)))
    red, green, blue = ImageColor.getrgb(colours.inks["ink"])[:3]
    pixels = np.asarray(area, dtype=int)
    near = int((np.abs(pixels - [red, green, blue]).max(axis=2) < 60).sum())
    assert 0.02 < near / (area.width * area.height) < 0.5


@given(st.text(string.printable[:95], max_size=60), st.floats(20, 400))
def test_a_text_is_cut_only_where_there_is_no_room(text: str, width: float) -> None:
    shown = fitted(text, 12, width)
    assert shown == text or (shown.endswith("...") and text_width(text, 12) > width)
    assert text_width(shown, 12) <= max(width, text_width("...", 12))


def test_our_font_has_every_character_that_the_drawing_writes_of_its_own() -> None:
    assert font()[:4] in (b"OTTO", b"\x00\x01\x00\x00")
    widths = [
        text_width(character, 100) for character in string.ascii_letters + string.digits + ".:/-+~!?()·,"
    ]
    assert min(widths) > 0
    assert all(a < b for a, b in pairwise(text_width("m" * n, 12) for n in range(1, 5)))
