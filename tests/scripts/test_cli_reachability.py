"""`lab doctor` and `lab reach` on saved answers of AWS: what they print, and with which code they end."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from scripts.errors import ExitCode
from tests.scripts.conftest import Run
from tests.scripts.doctor import account
from tests.scripts.doctor.account import BASTION, BASTION_GROUP, DATABASE, STRANGER

ASSERTIONS = f"""
endpoints:
  bastion: {{instance: "{BASTION}"}}
  stranger: {{instance: "{STRANGER}"}}
  postgres: {{database: "{DATABASE}"}}
must:
  - {{from: bastion, to: postgres, port: 5432, because: People query it there.}}
must_not:
  - {{from: stranger, to: postgres, port: [22, 5432], because: It is in another VPC.}}
"""


@pytest.fixture
def closed(tmp_path: Path) -> str:
    """The database admits nobody but itself."""
    return str(account.save(tmp_path / "closed"))


@pytest.fixture
def opened(tmp_path: Path) -> str:
    """The database admits the bastion."""
    return str(account.save(tmp_path / "opened", admitted=(BASTION_GROUP,)))


@pytest.fixture
def assertions(tmp_path: Path) -> str:
    file = tmp_path / "reachability.yaml"
    file.write_text(ASSERTIONS)
    return str(file)


def test_doctor_says_no_with_the_setting_and_the_commands(
    run: Run, closed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("doctor", BASTION, DATABASE, "--from-saved", closed) == ExitCode.NO
    printed = capsys.readouterr()
    assert printed.out.startswith(
        f"{BASTION} -> {DATABASE}, tcp 5432: NOT reachable, one setting must change\n"
    )
    assert "ENI_SG_RULES_MISMATCH" in printed.out
    assert "authorize-security-group-ingress" in printed.out
    assert printed.err == ""


def test_doctor_says_yes_where_the_way_is_open(
    run: Run, opened: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("doctor", BASTION, DATABASE, "--from-saved", opened) == ExitCode.DONE
    assert "tcp 5432: reachable" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--port", "5432"], ExitCode.DONE, "tcp 5432: reachable"),
        (["--port", "5432-5433"], ExitCode.NO, "tcp 5432-5433: NOT reachable"),
        (["--protocol", "udp", "--port", "5432"], ExitCode.NO, "udp 5432: NOT reachable"),
        (["--protocol", "icmp"], ExitCode.NO, "icmp: NOT reachable"),
        (["--protocol", "any"], ExitCode.NO, "any: NOT reachable"),
    ],
)
def test_doctor_asks_for_the_protocol_and_ports_that_are_meant(
    run: Run, opened: str, options: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("doctor", BASTION, DATABASE, "--from-saved", opened, *options) == code
    assert said in capsys.readouterr().out


def test_doctor_asks_for_each_leg(run: Run, opened: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["doctor", STRANGER, DATABASE, "--through", f"{BASTION}:22", "--from-saved", opened, "--json"]
    assert run(*arguments, "--port", "5432") == ExitCode.NO
    document = json.loads(capsys.readouterr().out)
    found = [each["NetworkPathFound"] for each in document["NetworkInsightsAnalyses"]]
    assert found == [False, True]


def test_doctor_names_the_candidates_for_an_unknown_name(
    run: Run, opened: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("doctor", "bastian", DATABASE, "--from-saved", opened) == ExitCode.BAD_INPUT
    printed = capsys.readouterr()
    assert BASTION in printed.err
    assert printed.out == ""


def test_doctor_without_ipv6_addresses_says_so(
    run: Run, opened: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("doctor", BASTION, DATABASE, "--ipv6", "--from-saved", opened) == ExitCode.NO
    assert "IPv6" in capsys.readouterr().out


def test_a_plan_may_come_by_standard_input_but_not_as_terraforms_own_file(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for content, said in ((b"PK\x03\x04rest", "binary plan"), (b"{}", "no Terraform plan")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert run("doctor", "a", "b", "--from-plan", "-") == ExitCode.BAD_INPUT
        assert said in capsys.readouterr().err


def test_reach_tells_of_all_pairs(run: Run, opened: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("reach", "--from-saved", opened) == ExitCode.DONE
    assert f"{BASTION}\n  reaches  {DATABASE} 5432, internet 443" in capsys.readouterr().out
    assert run("reach", "--from-saved", opened, "--port", "5432", "--json") == ExitCode.DONE
    pairs = json.loads(capsys.readouterr().out)
    reached = {(each["from"]["name"], each["to"]["name"]) for each in pairs if each["reachable"]}
    assert reached == {(BASTION, DATABASE), *((BASTION, each) for each in ("internet", "s3", "dynamodb"))}


def test_assertions_that_hold_end_with_0(
    run: Run, opened: str, assertions: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("reach", "--from-saved", opened, "--assert", assertions) == ExitCode.DONE
    printed = capsys.readouterr().out
    assert "ok    bastion must reach postgres on port 5432" in printed
    assert "ok    stranger must not reach postgres on ports 22, 5432" in printed
    assert printed.endswith("3 assertions hold, 0 fail.\n")


def test_what_the_stack_was_built_without_is_left_out_when_it_is_said(
    run: Run, opened: str, assertions: str, capsys: pytest.CaptureFixture[str]
) -> None:
    further = ASSERTIONS.replace("must:", '  mysql: {database: "lab-mysql"}\nmust:', 1)
    Path(assertions).write_text(further.replace("to: postgres", "to: [postgres, mysql]"))
    asked = ("reach", "--from-saved", opened, "--assert", assertions)
    assert run(*asked) == ExitCode.BAD_INPUT
    assert "--without mysql" in capsys.readouterr().err
    assert run(*asked, "--without", "mysql") == ExitCode.DONE
    printed = capsys.readouterr().out
    assert "the network was built without the DB instance 'lab-mysql'" in " ".join(printed.split())
    assert printed.endswith("3 assertions hold, 0 fail, 3 not judged.\n")
    assert run(*asked, "--without", "oracle") == ExitCode.BAD_INPUT
    assert "no endpoint 'oracle' to do without" in capsys.readouterr().err


def test_an_assertion_that_fails_says_why_and_what_must_change(
    run: Run, closed: str, assertions: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("reach", "--from-saved", closed, "--assert", assertions) == ExitCode.NO
    printed = capsys.readouterr().out
    assert "FAILS: bastion must reach postgres on port 5432. People query it there." in printed
    assert "ENI_SG_RULES_MISMATCH" in printed
    assert printed.endswith("2 assertions hold, 1 fails.\n")


def test_who_must_not_reach_and_does_is_told_with_the_rule_that_lets_it(
    run: Run, opened: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "closed.yaml"
    file.write_text(ASSERTIONS.replace("must:", "must_not:", 1).partition("must_not:\n  - {from: str")[0])
    assert run("reach", "--from-saved", opened, "--assert", str(file), "--json") == ExitCode.NO
    document = json.loads(capsys.readouterr().out)
    assert document["Holds"] is False
    assert [each["holds"] for each in document["Assertions"]] == [False]
    assert run("reach", "--from-saved", opened, "--assert", str(file)) == ExitCode.NO
    assert f"admits tcp 5432 from {BASTION_GROUP}" in " ".join(capsys.readouterr().out.split())


def test_a_file_of_assertions_that_is_not_there_is_named(
    run: Run, opened: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("reach", "--from-saved", opened, "--assert", "no.yaml") == ExitCode.BAD_INPUT
    assert "no.yaml" in capsys.readouterr().err


def test_a_network_that_is_piped_can_be_read(
    run: Run, closed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run("doctor", STRANGER, DATABASE, "--from-saved", closed)
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert all(len(line) <= 80 or line.startswith("     ") for line in printed.splitlines())
