"""What a check gives the learner is told and lies in their folder; nothing of theirs is lost for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot

from glue_jobs import star_schema
from scripts.commands import labs as commands
from scripts.errors import BadInputError
from scripts.labs import files, manifest, workspace
from scripts.labs.lake import Lake, lake
from scripts.labs.outcome import Outcome
from tests.scripts.labs.conftest import Started

#: Apart from the other tests of labs: together they take longest.
pytestmark = pytest.mark.xdist_group("labs: answers")

LAB = manifest.find("lifecycle")

#: Right, with its columns in another order than the reference's.
TURNED = """
SELECT sum(f.orderAmount) AS sales, l.country, count(DISTINCT f.orderNumber) AS orders
FROM fact_orders f JOIN dim_locations l USING (locationKey) GROUP BY l.country ORDER BY sales DESC
"""


def test_files_take_the_place_of_their_like_and_leave_the_others(tmp_path: Path) -> None:
    place = tmp_path / "charts"
    for text in ("first", "second"):
        with files.filled(place) as folder:
            assert not list(folder.iterdir())
            (folder / "drawn.png").write_text(text)
            (folder / "more").mkdir()
            (folder / "more" / "deep.png").write_text(text)
        if text == "first":
            (place / "mine.png").write_text("mine")
    there = {str(each.relative_to(place)): each.read_text() for each in place.rglob("*.png")}
    assert there == {"drawn.png": "second", "more/deep.png": "second", "mine.png": "mine"}
    assert [each.name for each in tmp_path.iterdir()] == ["charts"]


def test_what_an_error_interrupts_and_what_a_killed_check_left_goes_nowhere(tmp_path: Path) -> None:
    place = tmp_path / "charts"
    (tmp_path / ".charts.new").mkdir()
    (tmp_path / ".charts.new" / "old.png").touch()

    def draw() -> None:
        with files.filled(place) as folder:
            (folder / "drawn.png").touch()
            raise ValueError("not right")

    with pytest.raises(ValueError, match="not right"):
        draw()
    assert not list(tmp_path.iterdir())


def test_a_file_where_the_folder_is_to_be_is_told(tmp_path: Path) -> None:
    place = tmp_path / "charts"
    place.write_text("mine")
    with pytest.raises(BadInputError, match="Nothing can be put into"), files.filled(place) as folder:
        (folder / "drawn.png").touch()
    assert place.read_text() == "mine"


def test_beginning_anew_puts_results_aside(tmp_path: Path) -> None:
    made, _ = workspace.make(LAB, tmp_path, "mysql", force=False)
    (made.folder / "charts").mkdir()
    (made.folder / "charts" / "months.png").write_text("drawn")
    workspace.make(LAB, tmp_path, "mysql", force=False)
    assert (made.folder / "charts" / "months.png").is_file()
    workspace.make(LAB, tmp_path, "mysql", force=True)
    assert not (made.folder / "charts").exists()
    assert (made.folder / "charts.1.bak" / "months.png").read_text() == "drawn"


def test_what_is_told_stands_below_the_exercise(capsys: pytest.CaptureFixture[str]) -> None:
    commands._tell(Outcome("a", "An exercise", passed=True, told=("Yours lie in here", "csv  7 bytes")))
    assert capsys.readouterr().out.splitlines() == [
        "right    a: An exercise",
        "         Yours lie in here",
        "         csv  7 bytes",
    ]


def test_the_dashboard_is_drawn_from_the_learners_right_answers(started: Started) -> None:
    desk = started(LAB, "mysql")
    folder = desk.required(LAB).folder
    answers = {
        "sales-by-country": TURNED,
        "top-customers": "SELECT customerName FROM dim_customers LIMIT 10",
        "dashboard": LAB.solution(LAB.exercise("dashboard")),
    }
    changed = {folder / LAB.file_name(LAB.exercise(name)): text for name, text in answers.items()}
    before = {file: file.read_text() for file in changed}
    try:
        for file, text in changed.items():
            file.write_text(text)
        (outcome,) = desk.check(LAB, ["dashboard"], print)
    finally:
        for file, text in before.items():
            file.write_text(text)
    assert outcome.passed, outcome
    page = folder / "charts" / "dashboard.html"
    assert str(page) in outcome.told[0]
    text = page.read_text()
    assert '{"country": "USA", "sales": ' in text
    assert outcome.told[-1].endswith("until yours are right: sales-by-month, product-lines, top-customers")


def test_a_dataset_too_large_for_a_lake_of_ones_own_is_told_and_what_is_there_stays(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = started(LAB, "mysql")
    found = desk.required(LAB)
    database, made = (
        desk.databases(LAB, found, LAB.engines(found.engine))["mysql"],
        Lake(desk._session, found),
    )
    monkeypatch.setattr(lake, "_ROWS", 2_000)
    with pytest.raises(BadInputError, match=r"2,996 orderdetails; a lake .* takes 2,000 rows") as error:
        made.make(database, LAB.lake or "")
    assert "lab seed classicmodels" in error.value.hint
    assert made.exists()


def test_a_lake_of_ones_own_has_the_tables_of_the_job_with_their_columns() -> None:
    made = {
        each.this.name: {name.lower() for name in each.expression.named_selects}
        for each in sqlglot.parse(LAB.lake or "", read="athena")
        if each is not None
    }
    named = {table: set(columns) for table, columns in star_schema.KEYS.items()}
    for table, nullable in star_schema.NULLABLE.items():
        named[table] |= nullable
    for column, dimension, key in star_schema.REFERENCES:
        named["fact_orders"].add(column)
        named[dimension].add(key)
    for table, columns in named.items():
        assert {name.lower() for name in columns} <= made[table], table
