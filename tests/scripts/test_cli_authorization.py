"""`lab can` on saved answers of AWS: what it prints, and with which code it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.errors import ExitCode
from tests.scripts.conftest import Run

LAB = "111111111111"
BUCKET = "arn:aws:s3:::sourcelab-raw"
OBJECT = f"{BUCKET}/csv/a.csv"
READER = f"arn:aws:iam::{LAB}:role/lab/sourcelab-reader"


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(sid: str, action: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource, **more}


def _entity(kind: str, name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    inline = [{"PolicyName": "own", "PolicyDocument": _policy(*statements)}] if statements else []
    arn = f"arn:aws:iam::{LAB}:{kind.lower()}/lab/{name}"
    return {f"{kind}Name": name, "Arn": arn, f"{kind}Id": f"AIDA{name}", f"{kind}PolicyList": inline}


DENY = {
    "Sid": "OnlyFromHome",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": f"{BUCKET}/*",
    "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.7/32"}},
}
DETAILS = {
    "AccountId": LAB,
    "UserDetailList": [
        _entity("User", "sourcelab-ana", _allow("ReadAll", "s3:GetObject", f"{BUCKET}/*")),
        _entity("User", "sourcelab-twin"),
        {**_entity("User", "sourcelab-ben"), "GroupList": ["readers"]},
    ],
    "RoleDetailList": [
        _entity("Role", "sourcelab-reader", _allow("Items", "dynamodb:GetItem", "*")),
        _entity("Role", "sourcelab-twin"),
    ],
    "GroupDetailList": [{"GroupName": "readers"}],
    "ResourcePolicies": {BUCKET: _policy(DENY)},
    "Resources": [
        f"arn:aws:dynamodb:us-east-1:{LAB}:table/sourcelab-Forum",
        f"arn:aws:secretsmanager:us-east-1:{LAB}:secret:lab/db-AbCdEf",
    ],
}


@pytest.fixture
def saved(tmp_path: Path) -> str:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "authorization.json").write_text(json.dumps(DETAILS))
    return str(folder)


@pytest.fixture
def can(run: Run, saved: str, capfd: pytest.CaptureFixture[str]) -> Any:
    """Ask; gives exit code, standard output and standard error."""

    def ask(*arguments: str) -> tuple[int, str, str]:
        code = run("can", *arguments, "--from-saved", saved)
        said = capfd.readouterr()
        return code, said.out, said.err

    return ask


def test_allowed_names_the_statement_and_ends_with_0(can: Any) -> None:
    code, out, err = can(
        "ana", "s3:GetObject", "s3://sourcelab-raw/csv/a.csv", "--context", "aws:SourceIp=203.0.113.7"
    )
    assert code == ExitCode.DONE
    assert out.startswith(
        "ALLOWED: s3:GetObject is allowed by statement 1 (ReadAll) of identity-based policy own."
    )
    assert f'"Resource": "{BUCKET}/*"' in out
    assert err == ""


def test_denied_names_the_deny_and_ends_with_1(can: Any) -> None:
    code, out, _ = can("ana", "s3:GetObject", OBJECT, "--context", "aws:SourceIp=203.0.113.8")
    assert code == ExitCode.NO
    assert out.startswith(
        f"DENIED: s3:GetObject is denied by statement 1 (OnlyFromHome) of resource-based policy {BUCKET}."
    )


def test_what_nobody_told_is_not_taken_for_allowed(can: Any) -> None:
    code, out, _ = can("ana", "s3:GetObject", OBJECT)
    assert code == ExitCode.NO
    assert out.startswith("CANNOT BE JUDGED: ")
    assert "depends on aws:SourceIp, whose value is not known" in out


def test_over_an_endpoint_there_is_no_source_address(can: Any) -> None:
    code, out, _ = can("ana", "s3:GetObject", OBJECT, "--context", "aws:SourceVpce=vpce-1")
    assert code == ExitCode.NO
    assert out.startswith("DENIED: s3:GetObject is denied by statement 1 (OnlyFromHome)")


def test_without_an_allow_the_closest_statement_is_told(can: Any) -> None:
    code, out, _ = can("ana", "s3:GetObject", "s3://elsewhere/a")
    assert code == ExitCode.NO
    assert "no identity-based policy allows it" in out
    assert f"Resource {BUCKET}/* does not cover arn:aws:s3:::elsewhere/a" in out


def test_explain_shows_each_statement_that_was_weighed(can: Any) -> None:
    _, out, _ = can("ana", "s3:PutObject", OBJECT, "--context", "aws:SourceIp=203.0.113.7", "--explain")
    assert "Deny  statement 1 (OnlyFromHome) of resource-based policy" in out
    assert "does not hold: aws:SourceIp is 203.0.113.7 in the request" in out
    assert "Action s3:GetObject does not cover s3:PutObject" in out


def test_json_has_the_decision_and_awss_own_message(can: Any) -> None:
    code, out, _ = can(
        "anonymous", "s3:GetObject", OBJECT, "--context", "aws:SourceIp=203.0.113.7", "--json", "--explain"
    )
    found = json.loads(out)
    assert code == ExitCode.NO
    assert (found["Allowed"], found["Decision"], found["Principal"]) == (False, "implicit deny", "*")
    assert found["Message"].startswith(
        "User: anonymous is not authorized to perform: s3:GetObject on resource: "
    )
    assert [one["Match"] for one in found["Weighed"]] == ["no"]


@pytest.mark.parametrize(
    ("principal", "arn"),
    [
        ("sourcelab-reader", READER),
        ("reader", READER),
        ("role/reader", READER),
        (READER, READER),
        ("reader/i-1", f"arn:aws:sts::{LAB}:assumed-role/sourcelab-reader/i-1"),
        (f"arn:aws:sts::{LAB}:assumed-role/sourcelab-reader/i-1",) * 2,
    ],
)
@pytest.mark.parametrize(
    ("name", "resource"),
    [("sourcelab-Forum", "sourcelab-Forum"), ("Forum", "sourcelab-Forum"), ("Other", "Other")],
)
def test_names_stand_for_arns(can: Any, principal: str, arn: str, name: str, resource: str) -> None:
    code, out, _ = can(principal, "dynamodb:GetItem", name, "--json")
    found = json.loads(out)
    assert code == ExitCode.DONE
    assert found["Principal"] == arn
    assert found["Resource"] == f"arn:aws:dynamodb:us-east-1:{LAB}:table/{resource}"


def test_a_secret_is_found_without_its_suffix(can: Any) -> None:
    _, out, _ = can("root", "secretsmanager:GetSecretValue", "lab/db", "--json")
    assert json.loads(out)["Resource"].endswith(":secret:lab/db-AbCdEf")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("twin", "s3:GetObject", OBJECT), "Several are called 'twin'"),
        (("ann", "s3:GetObject", OBJECT), "user/sourcelab-ana"),
        (("readers", "s3:GetObject", OBJECT), "Ask for one of its users: sourcelab-ben"),
        (("ana", "s3:GetObjct", OBJECT), "Near it: s3:GetObject"),
        (("ana", "s4:GetObject", OBJECT), "is not an action of a service"),
        (("ana", "s3:GetObject", "s3://sourcelab-raw"), "is not about arn:aws:s3:::sourcelab-raw"),
        (("ana", "s3:GetObject", "arn:aws:s3"), "is not an ARN"),
        (("ana", "s3:ListAllMyBuckets", "sourcelab-raw"), "give *"),
        (("ana", "secretsmanager:GetSecretValue", "lab/dc"), "Near it: lab/db"),
        (("ana", "s3:GetObject", OBJECT, "--context", "aws:SourceIp"), "expected KEY=VALUE"),
        (("ana", "s3:GetObject", OBJECT, "--context", "SourceIp=1.2.3.4"), "no condition key"),
    ],
)  # fmt: skip
def test_words_that_mean_nothing_are_bad_input(can: Any, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = can(*arguments)
    assert code == ExitCode.BAD_INPUT
    assert said in " ".join(err.split())
    assert out == ""
