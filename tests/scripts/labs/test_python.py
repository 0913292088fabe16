"""A learner's Python: in its own process, for a limited time, told in its own words."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.labs.outcome import NotYetError
from scripts.labs.python import Runner, call, values
from scripts.labs.work import learner_environment
from tests.scripts.conftest import Environment

ENVIRONMENT = {"PATH": os.environ["PATH"]}


def run(folder: Path, code: str, *arguments: Any, seconds: float = 60) -> Any:
    file = folder / "01-answer.py"
    file.write_text(code)
    return call(file, "answer", arguments, {}, environment=ENVIRONMENT, seconds=seconds)


leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.binary(), st.decimals(allow_nan=False),
    st.datetimes(), st.dates(), st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip


@given(
    st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    )
)
def test_values_come_back_as_they_went(value: object) -> None:
    back = values.loads(values.dumps(value))
    assert back == value
    assert type(back) is type(value)


def test_a_function_is_called_with_what_it_is_given_and_its_print_is_kept(tmp_path: Path) -> None:
    code = "def answer(a, b):\n    print('hello')\n    return {'sum': a + b, 'set': {1, 2}}\n"
    called = run(tmp_path, code, Decimal("1.5"), 2)
    assert called.result == {"sum": Decimal("3.5"), "set": {1, 2}}
    assert called.printed == "hello\n"


@pytest.mark.parametrize(
    ("code", "told", "seen"),
    [
        ("def other():\n    pass\n", "There is no function answer", ""),
        ("def answer(\n", "raised an error, line 1", "SyntaxError"),
        ("def answer():\n    x = 1\n    return x / 0\n", "raised an error, line 3", "ZeroDivisionError"),
        ("def answer():\n    raise NotImplementedError\n", "is not written yet", "the stub"),
        ("def answer():\n    return object()\n", "cannot be looked at", "a object"),
        ("import os\ndef answer():\n    os._exit(7)\n", "ended with code 7", ""),
        ("import sys\ndef answer():\n    sys.exit(3)\n", "raised an error, line 3", "SystemExit"),
        ("import nothing_such\n", "raised an error, line 1", "ModuleNotFoundError"),
    ],
)
def test_what_goes_wrong_is_told_in_its_own_words(tmp_path: Path, code: str, told: str, seen: str) -> None:
    with pytest.raises(NotYetError, match=told) as raised:
        run(tmp_path, code)
    assert seen in raised.value.seen


def test_a_refusal_of_aws_is_told_as_such(tmp_path: Path) -> None:
    code = (
        "from botocore.exceptions import ClientError\n"
        "def answer():\n"
        "    raise ClientError({'Error': {'Code': 'AccessDenied', 'Message': 'No.'}}, 'GetObject')\n"
    )
    with pytest.raises(NotYetError, match="AWS refused a call of answer, line 3") as raised:
        run(tmp_path, code)
    assert "(AccessDenied) when calling the GetObject operation: No." in raised.value.seen


def test_a_function_without_end_is_stopped_with_everything_that_it_started(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "def answer():\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "    print(child.pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    with pytest.raises(NotYetError, match="was stopped after") as raised:
        run(tmp_path, code, seconds=10)
    child = int(raised.value.seen)
    deadline = time.monotonic() + 60
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_file_that_is_called_like_a_module_of_python_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "random.py").write_text("raise SystemExit('wrong one')\n")
    code = "import random\ndef answer():\n    return random.Random(1).random() < 1\n"
    assert run(tmp_path, code).result is True


def test_a_date_is_a_date(tmp_path: Path) -> None:
    code = "def answer(day):\n    return day.replace(day=1)\n"
    assert run(tmp_path, code, dt.date(2025, 3, 9)).result == dt.date(2025, 3, 1)


def test_a_process_is_killed_when_aws_has_answered_so_many_changes(
    environment: Environment, client: Callable[[str], Any], tmp_path: Path
) -> None:
    url = client("sqs").create_queue(QueueName=f"crash-{tmp_path.name}")["QueueUrl"]
    file = tmp_path / "01-answer.py"
    file.write_text(
        "import boto3\n\n\n"
        "def answer(url, count):\n"
        "    sqs = boto3.client('sqs')\n"
        "    try:\n"
        "        for number in range(count):\n"
        "            sqs.get_queue_attributes(QueueUrl=url)\n"
        "            sqs.send_message(QueueUrl=url, MessageBody=f'{number}')\n"
        "    finally:\n"
        "        sqs.purge_queue(QueueUrl=url)\n"
    )

    def died(count: int) -> bool:
        variables = learner_environment(environment.settings)
        with Runner(variables) as runner:
            return runner.crash(file, "answer", [url, count], changes=3, seconds=60)

    def waiting() -> int:
        name = "ApproximateNumberOfMessages"
        found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return int(found["Attributes"][name])

    assert died(5)
    assert waiting() == 3, "`finally` must not have been reached"
    assert not died(1)
    assert waiting() == 0
