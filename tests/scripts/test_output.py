"""What commands print where a terminal is narrow."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from rich.text import Text

from scripts.commands import local_cloud, needs, output
from scripts.config import Settings
from scripts.errors import BadInputError
from scripts.local_cloud.localstack import LocalStack, Process
from scripts.local_cloud.status import Part


def terminal(monkeypatch: pytest.MonkeyPatch, width: int) -> io.StringIO:
    """What is printed to a terminal of this width."""
    printed = io.StringIO()
    console = Console(file=printed, width=width, force_terminal=True, color_system=None, emoji=False)
    monkeypatch.setattr(output, "result", console)
    monkeypatch.setattr(local_cloud, "result", console)
    return printed


ROWS = [[Text("s3://a-long-name/of/a/place"), Text("5")], [Text("s3://b"), Text("[red]")]]


def test_a_table_that_fits_has_a_line_for_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = terminal(monkeypatch, 80)
    output.show_table(("LOCATION", "COLUMNS"), ROWS)
    assert len(printed.getvalue().splitlines()) == 3


def test_a_table_that_does_not_fit_is_shown_by_record_with_every_value_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed = terminal(monkeypatch, 20)
    output.show_table(("LOCATION", "COLUMNS"), ROWS)
    assert printed.getvalue().splitlines() == [
        "LOCATION  s3://a-long-name/of/a/place",
        "COLUMNS   5",
        "",
        "LOCATION  s3://b",
        "COLUMNS   [red]",
    ]


def test_status_breaks_no_word_at_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = terminal(monkeypatch, 80)
    server = "MariaDB 10.11.19 for mysql 8.4.6"
    local_cloud._show(
        [
            Part("rds: sourcelab-mysql", "real", server, "127.20.0.2:3306", 4711, 2**20),
            Part("ec2: network", "simulated", health="addresses, routes and rules are kept; " * 3),
        ]
    )
    lines = [each.rstrip() for each in printed.getvalue().splitlines()]
    assert f"    up; {server}" in lines
    assert max(map(len, lines)) <= 80
    assert all(word in {"addresses,", "routes", "and", "rules", "are", "kept;"} for word in lines[4].split())


def test_another_port_than_that_of_the_local_cloud_is_told_with_the_line_that_sets_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(LocalStack, "running", lambda _: Process(1, "now", "epoch", 4577))
    with pytest.raises(BadInputError, match="runs on port 4577") as refused:
        needs.local_cloud(Settings(gateway_port=4566))
    assert "export LAB_GATEWAY_PORT=4577" in str(refused.value.hint)


def test_what_is_waited_for_is_shown_on_a_terminal_with_the_time_that_passes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed = io.StringIO()
    console = Console(file=printed, width=80, force_terminal=True, color_system=None)
    monkeypatch.setattr(output, "talk", console)
    with output.waiting("[a] job") as tell:
        tell("[a] job: running")
    assert "[a] job: running\n" in printed.getvalue()
    assert re.search(r"\[a\] job 0:00:0\d", printed.getvalue())


def test_what_is_waited_for_is_a_line_for_each_state_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with output.waiting("a job") as tell:
        tell("a job: running")
    assert capsys.readouterr().err == "a job: running\n"
