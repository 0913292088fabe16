"""Values of small plans, with the sources that they were made from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.declarations.values.arns import Place
from scripts.declarations.values.documents import Document
from scripts.declarations.values.planned import Planned
from scripts.declarations.values.unknown import UNKNOWN, Partly

PLACE = Place("111111111111", "eu-west-1")
SOURCES = """
variable "name" {}

resource "aws_kms_key" "this" {}

resource "terraform_data" "account" {
  input = split(":", aws_kms_key.this.arn)[4]
}

resource "aws_s3_bucket" "this" {
  for_each = toset(["raw", "lake"])
  bucket   = "${var.name}-${each.key}-${terraform_data.account.output}"
}

resource "aws_instance" "this" {}

data "aws_iam_policy_document" "base" {
  statement {
    sid       = "Base"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.this["raw"].arn}/*", aws_kms_key.this.arn, aws_instance.this.arn]
  }
}

data "aws_iam_policy_document" "this" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]

  dynamic "statement" {
    for_each = { for key, bucket in aws_s3_bucket.this : key => bucket.arn }

    content {
      sid       = statement.key
      effect    = "Deny"
      actions   = ["s3:*"]
      resources = [statement.value]

      condition {
        test     = "StringNotLike"
        variable = "aws:PrincipalArn"
        values   = ["arn:aws:iam::*:user/&{aws:username}"]
      }
    }
  }
}

resource "aws_iam_policy" "this" {
  name   = "p"
  path   = "/lab/"
  policy = data.aws_iam_policy_document.this.json
}
"""
Plan = Callable[..., Planned]


def _change(
    address: str, unknown: list[str], after: dict[str, Any], index: str | None = None
) -> dict[str, Any]:
    mode = "data" if address.startswith("data.") else "managed"
    kind, name = address.removeprefix("data.").split(".")
    whole = f'{address}["{index}"]' if index else address
    change = {"after": after, "after_unknown": dict.fromkeys(unknown, True)}
    found = {"address": whole, "mode": mode, "type": kind, "name": name, "change": change}
    return found | ({"index": index} if index else {})


@pytest.fixture
def planned(tmp_path: Path) -> Plan:
    def make(sources: str = SOURCES, extra: str = "", providers: tuple[str, ...] = ("aws",)) -> Planned:
        (tmp_path / "main.tf").write_text(sources)
        changes = [
            _change("aws_kms_key.this", ["arn"], {}),
            _change("aws_instance.this", ["arn"], {}),
            _change("terraform_data.account", ["output", "input"], {}),
            _change("aws_s3_bucket.this", ["arn", "bucket", "id"], {}, "raw"),
            _change("aws_s3_bucket.this", ["arn", "bucket", "id"], {}, "lake"),
            _change("data.aws_iam_policy_document.base", ["json"], {}),
            _change("data.aws_iam_policy_document.this", ["json"], {}),
            _change("aws_iam_policy.this", ["arn", "policy"], {"name": "p", "path": "/lab/"}),
        ]
        resources = [{"address": extra, "mode": "managed"}] if extra else []
        plan = {
            "resource_changes": changes,
            "variables": {"name": {"value": "lab"}},
            "configuration": {
                "root_module": {"resources": resources},
                "provider_config": {name: {"name": name.split(".")[0]} for name in providers},
            },
        }
        return Planned(plan, PLACE, tmp_path)

    return make


@pytest.mark.parametrize(
    ("address", "attribute", "value"),
    [
        ('aws_s3_bucket.this["raw"]', "bucket", "lab-raw-111111111111"),
        ('aws_s3_bucket.this["lake"]', "arn", "arn:aws:s3:::lab-lake-111111111111"),
        ('aws_s3_bucket.this["lake"]', "id", "lab-lake-111111111111"),
        ("aws_iam_policy.this", "arn", "arn:aws:iam::111111111111:policy/lab/p"),
        ("aws_kms_key.this", "arn", Partly(("arn:aws:kms:eu-west-1:111111111111:key/", None))),
        ("aws_instance.this", "arn", UNKNOWN),
        ("aws_nowhere.this", "arn", UNKNOWN),
    ],
)
def test_attributes_follow_from_names_and_place(
    planned: Plan, address: str, attribute: str, value: Any
) -> None:
    assert planned().value(address, attribute) == value


def test_a_document_is_rebuilt_with_what_is_unknown_left_open(planned: Plan) -> None:
    document = planned().value("aws_iam_policy.this", "policy")
    assert isinstance(document, Document)
    base, lake, raw = document.statements
    key = Partly(("arn:aws:kms:eu-west-1:111111111111:key/", None))
    assert base["Resource"] == ["arn:aws:s3:::lab-raw-111111111111/*", key, UNKNOWN]
    assert [lake["Sid"], raw["Sid"]] == ["lake", "raw"]
    assert raw == {
        "Sid": "raw",
        "Effect": "Deny",
        "Action": ["s3:*"],
        "Resource": ["arn:aws:s3:::lab-raw-111111111111"],
        "Condition": {"StringNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:user/${aws:username}"]}},
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('actions   = ["s3:GetObject"]', "actions = aws_instance.this.actions"),
        ('sid       = "Base"', "sid = aws_instance.this.id"),
        (
            "for_each = { for key, bucket in aws_s3_bucket.this : key => bucket.arn }",
            "for_each = aws_instance.this.x",
        ),
        ("  source_policy_documents =", "  override_policy_documents = []\n  source_policy_documents ="),
        ('test     = "StringNotLike"', "test     = aws_instance.this.x"),
    ],
)
def test_a_document_is_unknown_where_more_than_a_value_is(planned: Plan, old: str, new: str) -> None:
    assert old in SOURCES
    assert planned(SOURCES.replace(old, new)).value("aws_iam_policy.this", "policy") is UNKNOWN


def test_sources_of_another_plan_are_not_used(planned: Plan) -> None:
    assert planned(extra="aws_sqs_queue.of_another").value("aws_iam_policy.this", "arn") is UNKNOWN


def test_with_two_regions_nothing_follows_from_a_place(planned: Plan) -> None:
    assert planned(providers=("aws", "aws.other")).value("aws_iam_policy.this", "arn") is UNKNOWN


def test_a_modules_set_has_neither_order_nor_doubles_and_its_nulls_may_be_defaults(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "main.tf").write_text(
        'module "inner" {\n  source = "./inner"\n  names = ["b", "a", "b"]\n  other = null\n}\n'
    )
    (tmp_path / "inner" / "main.tf").write_text(
        'variable "names" {\n  type = set(string)\n}\n'
        'variable "other" {\n  default  = "x"\n  nullable = false\n}\n'
        'variable "own" {\n  default = "d"\n}\n'
        'resource "aws_sqs_queue" "one" {\n  name = join("-", var.names)\n}\n'
        'resource "aws_sqs_queue" "two" {\n  name = var.other\n}\n'
        'resource "aws_sqs_queue" "three" {\n  name = var.own\n}\n'
    )
    changes = [
        _change(f"aws_sqs_queue.{name}", ["arn", "name"], {})
        | {"address": f"module.inner.aws_sqs_queue.{name}", "module_address": "module.inner"}
        for name in ("one", "two", "three")
    ]
    values = Planned({"resource_changes": changes}, PLACE, tmp_path)
    found = [values.value(each["address"], "arn") for each in changes]
    prefix = "arn:aws:sqs:eu-west-1:111111111111:"
    assert found == [f"{prefix}a-b", UNKNOWN, f"{prefix}d"]
