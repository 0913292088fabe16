"""A lab as a Jupyter notebook: the same exercises, SQL through jupysql as the course does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.errors import BadInputError
from scripts.labs.databases.client_file import sections
from scripts.labs.manifest import Engine, Exercise, Lab

#: Where a cell says which exercise it answers.
_KEY = "exercise"

_CONNECT = """\
# The connection to your own copy of the {what}; what you change in it is yours alone.
%load_ext sql
%config SqlMagic.dsn_filename = "connections.ini"
%config SqlMagic.displaylimit = 20
"""

_SEVERAL = "# A cell's SQL goes to the last one; `%sql NAME` in a line of its own takes another.\n"


def _connect(lab: Lab) -> str:
    names = sections(lab)
    begun = _CONNECT.format(what="tables" if lab.needs.setup else "dataset")
    opened = "\n".join(f"%sql --section {name}" for name in names)
    return begun + (_SEVERAL if len(names) > 1 else "") + opened


_LAKE = """\
# Athena's SQL, in your own database of the catalog.
%load_ext scripts.labs.lake.magic"""


_RESULTS = """\
# What `lab check {lab} {exercise}` drew, once this was right; save the notebook before you check it.
from pathlib import Path

from IPython.display import Image, display

for image in sorted(Path("{folder}").glob("*.png")):
    display(Image(image, width=600))"""


def text(lab: Lab, engine: Engine | None) -> str:
    """The notebook's file as it is at first."""
    return written(lab, engine, {each.id: each.stub for each in lab.exercises})


def written(lab: Lab, engine: Engine | None, answers: dict[str, str]) -> str:
    """The notebook's file with these answers, by exercise."""
    # Two seconds of imports, which no other command needs.
    import nbformat  # noqa: PLC0415
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook  # noqa: PLC0415

    cells = [new_markdown_cell(f"# {lab.title}\n\n{lab.story.strip()}", id="story")]
    if any(each.language == "sql" for each in lab.exercises):
        cells.append(new_code_cell(_connect(lab), id="connect"))
    if any(each.language == "athena" for each in lab.exercises):
        cells.append(new_code_cell(_LAKE, id="lake"))
    for place, each in enumerate(lab.exercises, 1):
        cells.append(
            new_markdown_cell(f"## {place}. {each.title}\n{each.prompt}", id=f"{each.id}-prompt"[:64])
        )
        cells.append(
            new_code_cell(_source(each, answers[each.id]), id=each.id[:64], metadata={_KEY: each.id})
        )
        if each.results:
            shown = _RESULTS.format(lab=lab.name, exercise=each.id, folder=each.results)
            cells.append(new_code_cell(shown, id=f"{each.id}-results"[:64]))
    book = new_notebook(
        cells=cells,
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    return str(nbformat.writes(book)) + "\n"


_MAGIC = {
    "sql": "%%sql\n",
    "athena": "%%athena\n",
    "yaml": "%%script true\n",
    "python": "",
    "shell": "%%bash\n",
}

#: Behind the name of SQL's a cell says which connection it runs on.
_MAGIC_LINE = re.compile(r"\A%%(sql|athena|script|bash)\b.*")


def _source(exercise: Exercise, answer: str) -> str:
    return _MAGIC[exercise.language] + answer.strip()


def answer(file: Path, exercise: Exercise) -> str | None:
    """What the exercise's cell holds; None without notebook or cell.

    Raises
    ------
    BadInputError
        The file is no notebook.
    """
    if not file.is_file():
        return None
    for cell in _cells(file):
        metadata = cell.get("metadata")
        if isinstance(metadata, dict) and metadata.get(_KEY) == exercise.id:
            source = cell.get("source", "")
            # On disk a text is a list of lines.
            text = source if isinstance(source, str) else "".join(map(str, source))
            # The magic's line stays, empty: what is said of a line is said with its number in the cell.
            return _MAGIC_LINE.sub("", text)
    return None


def _cells(file: Path) -> Iterator[Mapping[str, Any]]:
    try:
        content = json.loads(file.read_text())
    except ValueError as error:
        raise _no_notebook(file, f"it is not JSON: {error}") from None
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list):
        raise _no_notebook(file, "it holds no cells")
    yield from (cell for cell in cells if isinstance(cell, dict))


def _no_notebook(file: Path, why: str) -> BadInputError:
    return BadInputError(
        f"{file} is no notebook: {why}.", "Save it from Jupyter, or remove it: lab start writes it anew."
    )
