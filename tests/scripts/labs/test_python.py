"""A learner's Python: in its own process, for a limited time, told in its own words."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.config import ROOT
from scripts.labs import manifest
from scripts.labs.grading import likely_imports
from scripts.labs.outcome import NotYetError
from scripts.labs.python import Runner, runner, values
from scripts.labs.work import learner_environment
from scripts.workers import Forked, Fresh
from tests.scripts.conftest import Environment
from tests.waiting import gone, wait_for

ENVIRONMENT = {"PATH": os.environ["PATH"]}


WAYS = {"fresh": Fresh, **({"forked": Forked} if sys.platform == "linux" else {})}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of having a process for each call do the same."""
    if request.param == "fresh":
        monkeypatch.setattr(runner, "workers", lambda module, environment, _: Fresh(module, environment))


def run(folder: Path, code: str, *arguments: Any, seconds: float = 60) -> Any:
    file = folder / "01-answer.py"
    file.write_text(code)
    with Runner(ENVIRONMENT) as by:
        return by.call(file, "answer", arguments, {}, seconds=seconds)


def calling(code: str, folder: Path) -> Callable[..., Any]:
    """A function that calls the code's ``answer`` with a runner."""
    file = folder / "01-answer.py"
    file.write_text(code)

    def answer(by: Runner, *arguments: Any, seconds: float = 60) -> Any:
        return by.call(file, "answer", arguments, {}, seconds=seconds).result

    return answer


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


def test_a_function_is_called_with_what_it_is_given_and_its_print_is_kept(way: None, tmp_path: Path) -> None:
    code = "def answer(a, b):\n    print('hello')\n    return {'sum': a + b, 'set': {1, 2}}\n"
    called = run(tmp_path, code, Decimal("1.5"), 2)
    assert called.result == {"sum": Decimal("3.5"), "set": {1, 2}}
    assert called.printed == "hello\n"


@pytest.mark.parametrize(
    ("code", "told", "seen"),
    [
        ("def other():\n    pass\n", "There is no function answer", ""),
        ("def answer(\n", "before answer was called in 01-answer.py, line 1, `def answer\\(`", "SyntaxError"),
        (
            "def answer():\n    x = 1\n    return x / 0\n",
            "answer raised an error in 01-answer.py, line 3, `return x / 0`",
            "ZeroDivisionError: division by zero",
        ),
        ("def answer():\n    raise NotImplementedError\n", "is not written yet", "the stub"),
        ("def answer():\n    return object()\n", "cannot be looked at", "a object"),
        ("import os\ndef answer():\n    os._exit(7)\n", "ended with code 7", ""),
        ("import sys\ndef answer():\n    sys.exit(3)\n", "raised an error in .*, line 3", "SystemExit: 3"),
        ("import nothing_such\n", "before answer was called in 01-answer.py, line 1", "ModuleNotFoundError"),
        ("import json\ndef answer():\n    json.loads('{')\n", "line 3, `json", "JSONDecodeError: Expecting"),
    ],
)
def test_what_goes_wrong_is_told_in_its_own_words(
    way: None, tmp_path: Path, code: str, told: str, seen: str
) -> None:
    with pytest.raises(NotYetError, match=told) as raised:
        run(tmp_path, code)
    assert seen in raised.value.seen


def test_a_refusal_of_aws_is_told_as_such(way: None, tmp_path: Path) -> None:
    code = (
        "from botocore.exceptions import ClientError\n"
        "def answer():\n"
        "    raise ClientError({'Error': {'Code': 'AccessDenied', 'Message': 'No.'}}, 'GetObject')\n"
    )
    with pytest.raises(NotYetError, match=r"AWS refused a call of answer in 01-answer\.py, line 3") as raised:
        run(tmp_path, code)
    assert "(AccessDenied) when calling the GetObject operation: No." in raised.value.seen


def test_a_function_without_end_is_stopped_with_everything_that_it_started(way: None, tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "def answer():\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "    print(child.pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    with pytest.raises(NotYetError, match="was stopped after") as raised:
        run(tmp_path, code, seconds=10)
    pid = int(raised.value.seen)
    wait_for(lambda: gone(pid))


def test_a_file_that_is_called_like_a_module_of_python_does_no_harm(way: None, tmp_path: Path) -> None:
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


def test_nothing_of_one_call_is_seen_by_the_next(way: None, tmp_path: Path) -> None:
    answer = calling(
        "import atexit, builtins, os, random, signal, sys, threading\n"
        "def answer():\n"
        "    seen = {\n"
        "        'builtin': hasattr(builtins, 'mine'), 'variable': os.environ.get('MINE'),\n"
        "        'folder': os.getcwd(), 'module': 'mine' in sys.modules, 'read': sys.stdin.read(),\n"
        "        'threads': threading.active_count(), 'files': sorted(os.listdir('/dev/fd'))[:3],\n"
        "        'signal': signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL,\n"
        "        'random': random.random(), 'pid': os.getpid(), 'session': os.getsid(0) == os.getpid(),\n"
        "    }\n"
        "    builtins.mine, os.environ['MINE'], sys.modules['mine'] = 1, '1', sys\n"
        "    signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "    os.chdir('/')\n"
        "    return seen\n",
        tmp_path,
    )
    with Runner(ENVIRONMENT) as by:
        first, second = answer(by), answer(by)
    assert first.pop("pid") != second.pop("pid")
    assert first.pop("random") != second.pop("random")
    assert first == second
    assert first == {
        "builtin": False, "variable": None, "folder": str(tmp_path), "module": False, "read": "",
        "threads": 1, "files": ["0", "1", "2"], "signal": True, "session": True,
    }  # fmt: skip


def test_a_process_has_no_more_open_than_a_fresh_one(tmp_path: Path) -> None:
    answer = calling("import os\ndef answer():\n    return len(os.listdir('/dev/fd'))\n", tmp_path)
    with Runner(ENVIRONMENT) as by:
        open_now = [answer(by) for _ in range(3)]
    # The three, and the folder that is read.
    assert open_now == [4, 4, 4]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere what left its session is not known of")
@pytest.mark.parametrize("session", [False, True])
def test_what_a_call_leaves_running_ends_with_it(session: bool, tmp_path: Path) -> None:
    answer = calling(
        "import subprocess, sys\n"
        "def answer(session):\n"
        "    command = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "    return subprocess.Popen(command, start_new_session=session).pid\n",
        tmp_path,
    )
    with Runner(ENVIRONMENT) as by:
        pid = answer(by, session)
        wait_for(lambda: gone(pid))


def test_calls_at_the_same_time_do_not_meet(way: None, tmp_path: Path) -> None:
    answer = calling(
        "import time\ndef answer(n):\n    time.sleep(n % 3 / 10)\n    print(n)\n    return n\n", tmp_path
    )
    with Runner(ENVIRONMENT) as by, ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda n: answer(by, n), range(12))) == list(range(12))


def test_a_call_that_was_stopped_does_not_stop_the_next_one(way: None, tmp_path: Path) -> None:
    answer = calling("import time\ndef answer(n):\n    time.sleep(n)\n    return n\n", tmp_path)
    with Runner(ENVIRONMENT) as by:
        with pytest.raises(NotYetError, match="was stopped after"):
            answer(by, 600, seconds=1)
        assert answer(by, 0) == 0


def test_a_thread_that_goes_on_is_waited_for_and_what_is_to_run_at_the_end_runs(
    way: None, tmp_path: Path
) -> None:
    code = (
        "import atexit, threading, time\n"
        "def answer():\n"
        "    atexit.register(lambda: print('at the end'))\n"
        "    threading.Thread(target=lambda: (time.sleep(0.5), print('later'))).start()\n"
    )
    assert run(tmp_path, code).printed.split() == ["later", "at", "the", "end"]


def test_printing_without_end_is_kept_to_its_end(way: None, tmp_path: Path) -> None:
    code = (
        "def answer():\n    for _ in range(200):\n        print('x' * 100_000)\n    print('last', end='')\n"
    )
    printed = run(tmp_path, code).printed
    assert printed.endswith("x\nlast")
    assert len(printed) <= 1_000_000


def test_a_server_of_calls_that_is_killed_is_begun_anew(tmp_path: Path) -> None:
    answer = calling(
        "import os, signal, time\n"
        "def answer(kill):\n"
        "    if kill:\n        os.kill(os.getppid(), signal.SIGKILL)\n        time.sleep(600)\n"
        "    return 1\n",
        tmp_path,
    )
    if sys.platform != "linux":
        pytest.skip("there is none")
    with Runner(ENVIRONMENT) as by:
        with pytest.raises(NotYetError, match="ended with code -9"):
            answer(by, True)
        assert answer(by, False) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a call ends by its own time limit")
def test_nothing_outlives_a_command_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "01-answer.py").write_text(
        "import os, time\nfrom pathlib import Path\n"
        "def answer():\n"
        "    Path('part').write_text(f'{os.getpid()} {os.getppid()}')\n"
        "    os.replace('part', 'pids')\n"
        "    time.sleep(600)\n"
    )
    caller = (
        "import sys\nfrom pathlib import Path\nfrom scripts.labs.python import Runner\n"
        "with Runner({}) as by:\n"
        "    by.call(Path(sys.argv[1]), 'answer', (), {}, seconds=600)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", caller, str(tmp_path / "01-answer.py")], cwd=ROOT, env=ENVIRONMENT
    )
    deadline = time.monotonic() + 120
    while not (tmp_path / "pids").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    pids = [int(each) for each in (tmp_path / "pids").read_text().split()]
    wait_for(lambda: all(gone(pid) for pid in pids))


def test_what_boto3_knows_of_a_service_is_the_same_read_before_or_then(tmp_path: Path) -> None:
    answer = calling(
        "import boto3\n"
        "def answer():\n"
        "    found = []\n"
        "    for _ in range(2):\n"
        "        session = boto3.Session('a', 'b', region_name='eu-west-1')\n"
        "        client = session.client('sqs')\n"
        "        actions = session.resource('sqs').meta.resource_model.actions\n"
        "        found.append([sorted(client.meta.service_model.operation_names),\n"
        "                      client.meta.endpoint_url, sorted(each.name for each in actions)])\n"
        "    return [boto3.DEFAULT_SESSION is None, found]\n",
        tmp_path,
    )
    with Runner(ENVIRONMENT) as without, Runner(ENVIRONMENT, ["aws:sqs"]) as read:
        before, after = answer(without), answer(read)
    assert before == after
    assert before[0]
    assert before[1][0] == before[1][1]


def test_what_the_references_of_the_chosen_exercises_import_is_ready_and_nothing_else() -> None:
    lab = manifest.find("lifecycle")
    crawled = likely_imports(lab, [lab.exercise("crawl"), lab.exercise("late-orders")], "mysql")
    assert {"aws:glue", "boto3"} <= set(crawled)
    assert not {"aws:s3", "altair", "pymysql"} & set(crawled)
    tried = likely_imports(
        manifest.find("connect"), [manifest.find("connect").exercise("sqlalchemy-url")], "mysql"
    )
    assert "pymysql" in tried
    assert "psycopg" not in tried
