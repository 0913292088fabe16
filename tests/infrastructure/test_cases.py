"""The plan tests' own machinery: it must notice, name and repair a difference."""

from __future__ import annotations

from pathlib import Path

import pytest
from tftest import TerraformPlanOutput

from scripts.errors import BadInputError
from tests.infrastructure import regenerate
from tests.infrastructure.cases import CASES, Case, load
from tests.infrastructure.comparison import differences

PLAN = TerraformPlanOutput(
    {
        "planned_values": {
            "root_module": {
                "child_modules": [
                    {
                        "address": "module.storage",
                        "resources": [
                            {
                                "address": "module.storage.aws_s3_bucket.this",
                                "mode": "managed",
                                "type": "aws_s3_bucket",
                                "values": {"bucket": "raw", "tags": {"Name": "raw", "Tier": "hot"}},
                            },
                            {
                                "address": "module.storage.aws_s3_bucket_policy.this",
                                "mode": "managed",
                                "type": "aws_s3_bucket_policy",
                                "values": {"policy": '{"Version": "2012-10-17", "Statement": []}'},
                            },
                        ],
                    }
                ]
            },
            "outputs": {"bucket": {"value": "raw"}, "arn": {}},
        }
    }
)
BUCKET = "module.storage.aws_s3_bucket.this"
POLICY = "module.storage.aws_s3_bucket_policy.this"


def case(**expected: object) -> Case:
    return Case(path=CASES / "root" / "a.yaml", module="root", var_files=(), **expected)  # type: ignore[arg-type]


def test_only_what_is_listed_is_compared() -> None:
    expected = case(
        values={BUCKET: {"tags": {"Name": "raw"}}, POLICY: {"policy": {"Version": "2012-10-17"}}},
        counts={"aws_s3_bucket": 1, "aws_vpc": 0, "modules": 1, "resources": 2},
        outputs={"bucket": "raw", "arn": "(known after apply)"},
    )
    assert differences(expected, PLAN) == []


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        ({"values": {BUCKET: {"bucket": "lake"}}}, f"{BUCKET}.bucket: expected 'lake', the plan says 'raw'"),
        (
            {"values": {BUCKET: {"tags": {"Name": "lake"}}}},
            f"{BUCKET}.tags.Name: expected 'lake', the plan says 'raw'",
        ),
        (
            {"values": {"module.storage.aws_s3_bucket.raw": {}}},
            f"module.storage.aws_s3_bucket.raw: not in the plan; there is {BUCKET}",
        ),
        (
            {"values": {POLICY: {"policy": {"Statement": [{}]}}}},
            f"{POLICY}.policy.Statement: expected [{{}}], the plan says []",
        ),
        ({"counts": {"aws_s3_bucket": 2}}, "counts.aws_s3_bucket: expected 2, the plan says 1"),
        ({"outputs": {"arn": "arn:x"}}, "outputs.arn: expected 'arn:x', the plan says '(known after apply)'"),
        ({"outputs": {"name": "raw"}}, "outputs.name: there is no such output"),
    ],
)
def test_a_difference_is_named(expected: dict[str, object], difference: str) -> None:
    found = differences(case(**expected), PLAN)
    assert len(found) == 1
    assert found[0].startswith(difference)


def test_the_command_that_a_failing_case_prints_repairs_it(tmp_path: Path) -> None:
    folder = tmp_path / "network"
    folder.mkdir()
    for name in ("valid.tfvars", "one_zone.tfvars"):
        (folder / name).write_text((CASES / "network" / name).read_text())
    stale = folder / "one_zone.yaml"
    stale.write_text("# Why.\nbase: valid.tfvars\nerror: what was said last year\n")
    assert regenerate.main([str(stale)]) == 0
    assert stale.read_text().startswith("# Why.\n")
    assert load(stale).error == load(CASES / "network" / "one_zone.yaml").error


@pytest.mark.parametrize(
    "text", ["", "value: {}", "error: no\ncounts: {}", "base: nobody.tfvars\ncounts: {modules: 1}"]
)
def test_a_case_that_is_not_one_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.tfvars").write_text("")
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(BadInputError, match=r"a\.yaml"):
        load(tmp_path / "a.yaml")
