"""A lab's manifest, `lab.yaml`: read, validated, with the place of every mistake."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from scripts.errors import BadInputError

if TYPE_CHECKING:
    from yaml import SafeLoader
else:
    # libyaml's reads ten times as fast; some builds of PyYAML are without it.
    SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: Where the labs are: every folder here that holds a manifest.
LABS = Path(__file__).parent

MANIFEST = "lab.yaml"

#: Makes what is given to each learner; few labs have one.
PREPARATION = "prepare.py"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
TABLE = r"^[a-z][a-z0-9_]*$"
SETUP = r"^[a-z_]+\.sql$"
Slug = Annotated[str, StringConstraints(pattern=SLUG)]
Engine = Literal["mysql", "postgres"]
System = Literal["odbc"]

#: What an exercise's file is called, by the language that the learner writes it in.
SUFFIXES = {"sql": ".sql", "athena": ".sql", "python": ".py", "yaml": ".yaml", "shell": ".sh"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Exercise(_Strict):
    """One thing to do.

    Attributes
    ----------
    id
        Names its file, its check (``check_<id>``) and its solution.
    language
        What the learner writes: ``sql``, ``python``, ``shell`` for commands such as ``aws``, or ``yaml`` for
        answers to questions.
    prompt
        What is asked, in Markdown.
    hints
        From a nudge to nearly all; none gives the solution.
    stub
        What the learner's file holds at first, below the prompt.
    waits
        What its check has to wait for by its nature; said while it does.
    results
        Folder in the learner's own that its check puts files into, such as charts; see `Work.results`.
    """

    id: Slug
    title: Text
    language: Literal["sql", "athena", "python", "yaml", "shell"]
    prompt: Text
    hints: tuple[Text, ...] = Field(min_length=1)
    stub: str = ""
    waits: str = ""
    results: Slug | None = None


class Needs(_Strict):
    """What must be up.

    Attributes
    ----------
    services
        Of AWS, by their short names, such as ``dynamodb``.
    engines
        Of DB instances that the lab can be done with; the first unless the learner chooses. Each is the
        instance ``<name>-<engine>``.
    together
        Whether it is done on all of these engines at once, side by side, and the learner chooses none.
    dataset
        Database that the learner gets a copy of.
    setup
        SQL file of the lab's folder, for every engine: makes and fills the tables that the copies hold in
        place of the dataset's.
    own_tables
        Tables that exercises make and change in the copy that checks run in; all others can only be read.
    lake
        SQL file of the lab's folder, in Athena's SQL: the learner gets a lake of their own with the dataset's
        tables as Parquet, and with what this makes of them.
    system
        Of the machine, as `system.REQUIREMENTS` has them: installed at start where that can be done.
    """

    services: tuple[Text, ...] = Field(min_length=1)
    engines: tuple[Engine, ...] = ()
    together: bool = False
    dataset: Literal["classicmodels", "rentio"] | None = None
    setup: Annotated[str, StringConstraints(pattern=SETUP)] | None = None
    own_tables: tuple[Annotated[str, StringConstraints(pattern=TABLE)], ...] = ()
    lake: Annotated[str, StringConstraints(pattern=SETUP)] | None = None
    system: tuple[System, ...] = ()


class Lab(_Strict):
    """A lab, as its manifest tells.

    Attributes
    ----------
    name
        The folder's, with hyphens.
    minutes
        How long it takes somebody who does it for the first time.
    """

    name: Slug
    folder: Path
    title: Text
    summary: Text
    minutes: int = Field(gt=0, le=600)
    objectives: tuple[Text, ...] = Field(min_length=1)
    needs: Needs
    exercises: tuple[Exercise, ...] = Field(min_length=1)

    @property
    def story(self) -> str:
        """What it is about, in Markdown."""
        return (self.folder / "story.md").read_text()

    @property
    def choices(self) -> tuple[Engine | None, ...]:
        """Engines of which the learner takes one; one None where there is nothing to choose."""
        return self.needs.engines if self.needs.engines and not self.needs.together else (None,)

    def engines(self, chosen: Engine | None) -> tuple[Engine, ...]:
        """Engines that it is done on by a learner who chose that one."""
        if self.needs.together:
            return self.needs.engines
        return (chosen,) if chosen else ()

    @property
    def setup(self) -> str | None:
        """SQL that makes the tables of the copies; None where they are the dataset's."""
        return (self.folder / self.needs.setup).read_text() if self.needs.setup else None

    @property
    def lake(self) -> str | None:
        """Athena's SQL that makes what the learner's lake holds at first; None where they get none."""
        return (self.folder / self.needs.lake).read_text() if self.needs.lake else None

    def exercise(self, name: str) -> Exercise:
        """The exercise of that id.

        Raises
        ------
        BadInputError
            There is none; names those that there are.
        """
        for each in self.exercises:
            if each.id == name:
                return each
        known = ", ".join(each.id for each in self.exercises)
        raise BadInputError(f"Lab {self.name} has no exercise {name}.", f"It has: {known}")

    def file_name(self, exercise: Exercise) -> str:
        """Name of an exercise's file in the learner's folder, such as ``03-where.sql``."""
        place = self.exercises.index(exercise) + 1
        return f"{place:02d}-{exercise.id}{SUFFIXES[exercise.language]}"

    def solution(self, exercise: Exercise, engine: Engine | None = None) -> str:
        """The reference solution's text; one for an engine goes before the one for all."""
        suffix = SUFFIXES[exercise.language]
        for name in (f"{exercise.id}.{engine}{suffix}", f"{exercise.id}{suffix}"):
            file = self.folder / "solution" / name
            if file.is_file():
                return file.read_text()
        raise BadInputError(
            f"{self.folder / 'solution'}: there is no {exercise.id}{suffix}.", "Each exercise needs one."
        )

    def has_check(self, exercise: Exercise) -> bool:
        """Whether ``checks.py`` has the exercise's function; nothing is run to find out."""
        return _check_name(exercise) in self._names

    @cached_property
    def _names(self) -> frozenset[str]:
        return _bound(self.folder / "checks.py")

    @cached_property
    def _checks(self) -> ModuleType:
        return _module(self.folder / "checks.py", f"scripts.labs.{self.folder.name}.checks")

    @cached_property
    def preparation(self) -> Callable[[Any, Any], str | None] | None:
        """What is made for a learner at the start: ``prepare(session, workspace)``; None where nothing is.

        It may be called again at any time, makes only what is missing, and answers what is to be said of it.
        """
        file = self.folder / PREPARATION
        if not file.is_file():
            return None
        found: Callable[[Any, Any], str | None] = _module(
            file, f"scripts.labs.{self.folder.name}.prepare"
        ).prepare
        return found

    def check(self, exercise: Exercise) -> Callable[[Any], None]:
        """The function that judges an exercise.

        Raises
        ------
        BadInputError
            ``checks.py`` has none.
        """
        found: Callable[[Any], None] | None = getattr(self._checks, _check_name(exercise), None)
        if found is None:
            raise _no_check(self, exercise)
        return found


def load(folder: Path) -> Lab:
    """The lab in a folder, complete: manifest, story, a check and a solution for each exercise.

    Raises
    ------
    BadInputError
        Something is wrong or missing: file, field, and what was expected.
    """
    file = folder / MANIFEST
    try:
        with file.open() as text:
            content = yaml.load(text, Loader=SafeLoader)  # noqa: S506 - each of the two is safe
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}.") from None
    except yaml.YAMLError as error:
        raise BadInputError(f"{file} is not YAML: {_first_line(error)}") from None
    if not isinstance(content, dict):
        raise BadInputError(f"{file}: expected a mapping with title, summary, minutes, ...")
    try:
        lab = Lab(name=folder.name.replace("_", "-"), folder=folder, **content)
    except (ValidationError, TypeError) as error:
        raise BadInputError(f"{file}: {_said(error)}", "scripts/labs/README.md shows every field.") from None
    _complete(lab, file)
    return lab


def _complete(lab: Lab, file: Path) -> None:
    ids = [each.id for each in lab.exercises]
    if twice := {each for each in ids if ids.count(each) > 1}:
        raise BadInputError(f"{file}: exercises: {', '.join(sorted(twice))}: an id may be there once only.")
    if not (lab.folder / "story.md").is_file():
        raise BadInputError(f"{lab.folder}: there is no story.md.", "Tell there what the lab is about.")
    if lab.needs.setup and not (lab.folder / lab.needs.setup).is_file():
        raise BadInputError(f"{file}: needs.setup: there is no {lab.needs.setup} in {lab.folder}.")
    if (lab.needs.setup or lab.needs.together) and not (lab.needs.engines and lab.needs.dataset):
        raise BadInputError(f"{file}: needs: setup and together want engines, and the dataset beside which.")
    preparation = lab.folder / PREPARATION
    if preparation.is_file() and "prepare" not in _bound(preparation):
        raise BadInputError(f"{preparation}: there is no function prepare(session, workspace).")
    if lab.needs.lake and not (lab.folder / lab.needs.lake).is_file():
        raise BadInputError(f"{file}: needs.lake: there is no {lab.needs.lake} in {lab.folder}.")
    if lab.needs.lake and not (lab.needs.engines == ("mysql",) and lab.needs.dataset):
        raise BadInputError(f"{file}: needs: lake wants engines: [mysql] and a dataset.")
    for each in lab.exercises:
        if not lab.has_check(each):
            raise _no_check(lab, each)
        for engine in lab.choices:
            lab.solution(each, engine)


def _check_name(exercise: Exercise) -> str:
    return f"check_{exercise.id.replace('-', '_')}"


def _no_check(lab: Lab, exercise: Exercise) -> BadInputError:
    return BadInputError(
        f"{lab.folder / 'checks.py'}: there is no function {_check_name(exercise)}(work).",
        f"It judges the exercise {exercise.id}.",
    )


def _bound(file: Path) -> frozenset[str]:
    """Names that a module's text defines or imports."""
    if not file.is_file():
        raise BadInputError(f"{file.parent}: there is no checks.py.", "It judges the exercises.")
    try:
        body = ast.parse(file.read_text()).body
    except SyntaxError as error:
        raise BadInputError(f"{file}: line {error.lineno}: {error.msg}.", "It is to be Python.") from None
    names = {each.name for each in body if isinstance(each, ast.FunctionDef)}
    for each in body:
        if isinstance(each, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in each.names}
    return frozenset(names)


#: What a text must look like, by its pattern.
_FORMS = {
    SLUG: "lower-case words and digits, joined by hyphens, such as group-by",
    TABLE: "lower-case letters, digits and _, such as category_copy",
    SETUP: "a file of SQL in the lab's folder, such as setup.sql",
}


def _said(error: ValidationError | TypeError) -> str:
    """Every mistake: the field, what is expected there, and what was found."""
    if isinstance(error, TypeError):
        return "name and folder are not to be given: they are the folder's."
    lines = []
    for each in error.errors(include_url=False):
        where = ".".join(str(part) for part in each["loc"])
        found = f" (found {each['input']!r:.60})"
        match each["type"]:
            case "missing":
                lines.append(f"{where}: is missing.")
            case "extra_forbidden":
                lines.append(f"{where}: there is no such field; expected one of: {_fields(each['loc'])}.")
            case "string_pattern_mismatch":
                lines.append(f"{where}: expected {_FORMS[each['ctx']['pattern']]}{found}.")
            case "string_too_short":
                lines.append(f"{where}: expected a text that says something{found}.")
            case "too_short":
                lines.append(f"{where}: expected at least one{found}.")
            case _:
                lines.append(f"{where}: {each['msg'][0].lower()}{each['msg'][1:]}{found}.")
    return "\n".join(lines)


def _fields(place: tuple[int | str, ...]) -> str:
    """Names of the fields that there are at the place of one that there is not."""
    models: dict[str, type[BaseModel]] = {"needs": Needs, "exercises": Exercise}
    model = models.get(str(place[0]), Lab) if len(place) > 1 else Lab
    return ", ".join(name for name in model.model_fields if name not in ("name", "folder"))


def _first_line(error: yaml.YAMLError) -> str:
    return re.sub(r"\s+", " ", str(error))


def _module(file: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise BadInputError(f"{file} cannot be loaded.", "It is to be a Python module.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def available(root: Path = LABS) -> Sequence[Path]:
    """The folders that hold a manifest, by name."""
    return sorted(file.parent for file in root.glob(f"*/{MANIFEST}"))


def find(name: str, root: Path = LABS) -> Lab:
    """The lab of that name.

    Raises
    ------
    BadInputError
        There is none; names those that there are.
    """
    for folder in available(root):
        if folder.name.replace("_", "-") == name:
            return load(folder)
    names = ", ".join(folder.name.replace("_", "-") for folder in available(root))
    raise BadInputError(f"There is no lab {name}.", f"There are: {names}")
