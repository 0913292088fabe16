"""Saved documents: the files of a folder are one account."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.authorization import Outcome
from scripts.authorization.readers.folder import read_folder
from scripts.errors import BadInputError
from tests.scripts.authorization.test_account import ANA, DENY_CSV, DETAILS, LAB, OBJECT


def _save(folder: Path, name: str, content: object) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))


def test_parts_of_several_files_are_joined(tmp_path: Path) -> None:
    for part, entries in DETAILS.items():
        _save(tmp_path, f"iam/{part}.json", {part: entries, "IsTruncated": False})
    assert read_folder(tmp_path).judge(ANA, "s3:GetObject", OBJECT).allowed

    policy = {"Version": "2012-10-17", "Statement": [DENY_CSV]}
    _save(tmp_path, "buckets.json", {"AccountId": LAB, "ResourcePolicies": {"arn:aws:s3:::shop": policy}})
    assert read_folder(tmp_path).judge(ANA, "s3:GetObject", OBJECT).outcome is Outcome.EXPLICIT_DENY


def test_the_accounts_own_block_is_joined_with_the_buckets(tmp_path: Path) -> None:
    blocks = {"*": {"RestrictPublicBuckets": True}, "shop": {"BlockPublicAcls": True}}
    _save(tmp_path, "s3.json", {"AccountId": LAB, "PublicAccessBlocks": blocks})
    account = read_folder(tmp_path)
    request = account.request("*", "s3:GetObject", OBJECT)
    block = account.policies_for(request).public_access
    assert block is not None
    assert block.restrict_public_buckets
    assert block.block_public_acls


def test_an_empty_folder_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="has no JSON file"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "holds no object"),
        ('{"Users": []}', "has a part 'Users' that nobody reads"),
    ],
)
def test_a_file_that_nobody_can_read_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "odd.json").write_text(text)
    with pytest.raises(BadInputError, match=message) as refused:
        read_folder(tmp_path)
    assert "odd.json" in refused.value.what
