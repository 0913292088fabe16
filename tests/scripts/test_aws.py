from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from botocore import UNSIGNED
from botocore.config import Config

from scripts import aws
from scripts.config import Settings


def test_the_local_session_reads_nothing_of_a_users_own_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "config"
    own.write_text(
        "[profile work]\nregion = eu-west-1\naws_access_key_id = AKIAREAL\naws_secret_access_key = s\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(own))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(own))
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://example.com")
    session = aws.session(Settings())
    credentials = session.get_credentials()
    assert credentials is not None
    assert (credentials.access_key, session.region_name) == ("test", "us-east-1")
    assert session.client("s3").meta.endpoint_url == "http://127.0.0.1:4566"
    assert session.resource("dynamodb").meta.client.meta.endpoint_url == "http://127.0.0.1:4566"


def test_the_local_session_addresses_buckets_by_path() -> None:
    client = aws.session(Settings()).client("s3")
    url = client.generate_presigned_url("get_object", Params={"Bucket": "sourcelab-raw", "Key": "a"})
    assert url.startswith("http://127.0.0.1:4566/sourcelab-raw/a?")


def test_the_session_of_aws_uses_the_users_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    session = aws.session(Settings(target="aws", region="eu-west-1"))
    credentials = session.get_credentials()
    assert credentials is not None
    assert credentials.access_key == "AKIAREAL"
    assert session.client("s3").meta.endpoint_url == "https://s3.eu-west-1.amazonaws.com"


@pytest.mark.parametrize("target", ["local", "aws"])
def test_a_client_is_made_once_and_one_with_settings_of_its_own_anew(
    target: Literal["local", "aws"], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    session = aws.session(Settings(target=target))
    assert session.client("s3") is session.client("s3")
    unsigned = session.client("s3", config=Config(signature_version=UNSIGNED))
    assert unsigned.meta.config.signature_version is UNSIGNED
    assert session.client("s3").meta.config.signature_version is not UNSIGNED
    assert aws.session(Settings(target=target)).client("s3") is not session.client("s3")
