"""Breaks a learner's command off at many points, by Ctrl-C and by kill -9, and goes on after each.

``python -m tests.scripts.labs.interrupting COMMAND FOLDER`` against the local cloud of the ``LAB_``
variables; it fails where the next command does not find its way. A process of its own, which has no
threads: each command that is broken off runs in a fork of it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from scripts import aws, config
from scripts.labs import manifest, workspace
from scripts.labs.desk import Desk
from scripts.labs.manifest import Lab
from scripts.labs.workspace import Workspace

SETTINGS = config.load()
RELATIONAL = manifest.find("relational")
KEY_VALUE = manifest.find("key-value")

OURS = str(manifest.LABS)
#: Where a command speaks to somebody else: the points that matter most.
REMOTE = {"_make_api_call", "query", "execute"}

Command = Callable[[Desk], object]


def quiet(_: str) -> None:
    """What is said on the way is of no interest."""


def desk(home: Path) -> Desk:
    return Desk(SETTINGS, aws.session(SETTINGS), home)


class Counting:
    """Counts calls of our functions and requests to others; at the one that is asked for, the process ends.

    Parameters
    ----------
    kind, at
        Of which kind, and the number of the call; 0 for none.
    number
        The signal.
    """

    def __init__(self, kind: str = "", at: int = 0, number: signal.Signals = signal.SIGKILL) -> None:
        self.counts: Counter[str] = Counter()
        self._kind, self._at, self._number = kind, at, number

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call":
            return
        code = frame.f_code
        ours = code.co_filename.startswith(OURS)
        kind = "remote" if code.co_name in REMOTE and not ours else "own" if ours else ""
        if not kind:
            return
        self.counts[kind] += 1
        if kind == self._kind and self.counts[kind] == self._at:
            os.kill(os.getpid(), self._number)


def forked(command: Command, home: Path, counting: Counting) -> dict[str, int]:
    """Run a command in a fork; answers the counts where it came to its end."""
    source, end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(source)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            at = desk(home)
            sys.setprofile(counting)
            command(at)
            sys.setprofile(None)
            os.write(end, json.dumps(counting.counts).encode())
        except KeyboardInterrupt:
            os._exit(3)
        except BaseException as error:  # noqa: BLE001 - told to the process that waits
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(4)
        os._exit(0)
    os.close(end)
    with os.fdopen(source) as told:
        said = told.read()
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 3, -signal.SIGKILL), f"the command ended with {code}"
    counts: dict[str, int] = json.loads(said) if said else {}
    return counts


def points(counts: dict[str, int], each: int) -> Iterator[Counting]:
    """So many points of each kind, spread over the command; the two signals take turns."""
    numbers = (signal.SIGKILL, signal.SIGINT)
    for kind, count in sorted(counts.items()):
        for place in range(each):
            at = max(1, round(count * (place + 0.5) / each))
            yield Counting(kind, at, numbers[place % 2])


def passes(at: Desk, lab: Lab, exercises: list[str]) -> None:
    for outcome in at.check(lab, exercises, quiet):
        assert outcome.passed, outcome


def left_in_aws(name: str) -> list[str]:
    session = aws.session(SETTINGS)
    tables: list[str] = session.client("dynamodb").list_tables()["TableNames"]
    buckets = [each["Name"] for each in session.client("s3").list_buckets()["Buckets"]]
    return [each for each in (*tables, *buckets) if each.startswith(name)]


def solved(home: Path, lab: Lab, exercises: list[str]) -> Workspace:
    """A lab that is started, with these exercises solved."""
    at = desk(home)
    at.start(lab, None, force=False, say=quiet)
    at.solve(lab, exercises)
    return at.required(lab)


def break_start(home: Path) -> None:
    def start(at: Desk) -> object:
        return at.start(RELATIONAL, "mysql", force=False, say=quiet)

    counts = forked(start, home, Counting())
    desk(home).reset(RELATIONAL)
    for counting in points(counts, 3):
        forked(start, home, counting)
        at = desk(home)
        start(at)
        found = at.required(RELATIONAL)
        for exercise in RELATIONAL.exercises:
            assert (found.folder / RELATIONAL.file_name(exercise)).read_text() == workspace.stub(exercise)
        assert json.loads((found.folder / "relational.ipynb").read_text())["cells"]
        at.solve(RELATIONAL, ["select", "update"])
        passes(at, RELATIONAL, ["select", "update"])
        database = at.database(RELATIONAL, found)
        assert database is not None
        at.reset(RELATIONAL)
        assert not database.exists()


def break_check(home: Path) -> None:
    for lab, exercises in (
        (KEY_VALUE, ["transaction"]),
        (RELATIONAL, ["copy-table", "update"]),
    ):

        def check(at: Desk, lab: Lab = lab, exercises: list[str] = exercises) -> object:
            return list(at.check(lab, exercises, quiet))

        found = solved(home, lab, exercises)
        for counting in points(forked(check, home, Counting()), 3):
            forked(check, home, counting)
            passes(desk(home), lab, exercises)
            assert not left_in_aws(found.name("check"))
        desk(home).reset(lab)


def break_reset(home: Path) -> None:
    def reset(at: Desk) -> object:
        return at.reset(RELATIONAL)

    def begun() -> Workspace:
        found = solved(home, RELATIONAL, ["select"])
        s3: Any = aws.session(SETTINGS).client("s3")
        for what in ("one", "two"):
            s3.create_bucket(Bucket=found.name(what))
            s3.put_object(Bucket=found.name(what), Key="a", Body=b"1")
        return found

    begun()
    for counting in points(forked(reset, home, Counting()), 3):
        found = begun()
        database = desk(home).database(RELATIONAL, found)
        assert database is not None
        forked(reset, home, counting)
        if workspace.find(RELATIONAL, home) is not None:
            reset(desk(home))
        assert not database.exists()
        assert not left_in_aws(found.name())
        assert not found.folder.exists()
        assert not desk(home)._progress.of(found.id)
        solution = RELATIONAL.solution(RELATIONAL.exercise("select"))
        assert any(solution in each.read_text() for each in home.glob("relational.*.bak/02-select.sql"))


def break_writing(home: Path) -> None:
    """`solve`, and `start --force`: what a learner wrote is there, whatever happens."""

    def solve(at: Desk) -> object:
        return at.solve(KEY_VALUE, [])

    def anew(at: Desk) -> object:
        return at.start(KEY_VALUE, None, force=True, say=quiet)

    desk(home).start(KEY_VALUE, None, force=False, say=quiet)
    found = desk(home).required(KEY_VALUE)
    files = {each.id: found.folder / KEY_VALUE.file_name(each) for each in KEY_VALUE.exercises}
    for command in (solve, anew):
        for turn, counting in enumerate([*points(forked(command, home, Counting()), 6)]):
            mine = {name: f"# {command.__name__}, {turn}: {name}\n" for name in files}
            for name, file in files.items():
                file.write_text(mine[name])
            forked(command, home, counting)
            for again in range(2):
                for name, file in files.items():
                    kept = [each.read_text() for each in file.parent.glob(f"{file.name}*")]
                    assert mine[name] in kept, (name, again)
                command(desk(home))
            for name, file in files.items():
                exercise = KEY_VALUE.exercise(name)
                wanted = KEY_VALUE.solution(exercise) if command is solve else workspace.stub(exercise)
                assert wanted in file.read_text()
    desk(home).reset(KEY_VALUE)


COMMANDS = {"start": break_start, "check": break_check, "reset": break_reset, "writing": break_writing}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](Path(sys.argv[2]))
