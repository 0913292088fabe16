"""The notebook: the solution runs from the first cell to the last, and what a learner writes in it counts."""

from __future__ import annotations

import os

import nbclient
import nbformat
import pytest

from scripts.labs import jupyter, manifest, notebook, workspace
from scripts.labs.manifest import Engine
from tests.scripts.conftest import Environment
from tests.scripts.labs.conftest import Started

#: Apart from the other tests of labs: together they take longest.
pytestmark = pytest.mark.xdist_group("labs: answers")

LABS = [manifest.load(folder) for folder in manifest.available()]


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_the_solution_notebook_runs_from_the_first_cell_to_the_last(
    lab: manifest.Lab, started: Started, seeded: Environment
) -> None:
    engine: Engine | None = lab.choices[0]
    found = workspace.required(lab, started(lab, engine).home)
    solutions = {each.id: lab.solution(each, engine) for each in lab.exercises}
    book = nbformat.reads(notebook.written(lab, engine, solutions), as_version=4)
    done = nbclient.NotebookClient(
        book, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(found.folder)}}
    )
    done.execute(env=jupyter.environment(seeded.settings) | {"IPYTHONDIR": str(found.folder / ".ipython")})
    assert all(cell.execution_count for cell in book.cells if cell.cell_type == "code")


def test_what_is_written_in_the_notebook_is_checked_while_the_file_is_untouched(started: Started) -> None:
    lab = manifest.find("relational")
    desk = started(lab, "mysql")
    found = workspace.required(lab, desk.home)
    exercise = lab.exercise("select")
    file = found.folder / f"{lab.name}.ipynb"
    book = nbformat.read(file, as_version=4)
    (cell,) = (each for each in book.cells if each.metadata.get("exercise") == exercise.id)
    cell.source = "%%sql\n" + lab.solution(exercise)
    nbformat.write(book, file)
    (outcome,) = desk.check(lab, [exercise.id], print)
    assert outcome.passed
    assert outcome.source == file.name
    written = found.folder / lab.file_name(exercise)
    before = written.read_text()
    written.write_text("SELECT title FROM film;")
    later = file.stat().st_mtime + 1
    os.utime(written, (later, later))
    (outcome,) = desk.check(lab, [exercise.id], print)
    assert not outcome.passed
    assert outcome.source == written.name
    written.write_text(before)
