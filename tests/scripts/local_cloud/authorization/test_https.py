"""HTTPS on the port of HTTP, with the project's own authority."""

from __future__ import annotations

import stat

import pytest
from botocore.exceptions import SSLError

from tests.scripts.local_cloud.authorization.conftest import People, allow, deny, refused

ONLY_SECURE = deny("*", Sid="OnlySecure", Condition={"Bool": {"aws:SecureTransport": "false"}})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_policy_lets_in_who_comes_by_https_alone(people: People, host: str) -> None:
    user = people.user(allow("s3:*"), ONLY_SECURE)
    settings = people.cloud.settings
    secure = people.client(
        "s3",
        user,
        endpoint_url=f"https://{host}:{settings.gateway_port}",
        verify=str(settings.authority_file),
    )
    assert secure.list_buckets()["Owner"]
    assert "(OnlySecure)" in refused(people.client("s3", user).list_buckets)[2]


def test_the_certificate_is_none_that_a_public_authority_signed(people: People) -> None:
    secure = people.client(
        "s3", people.user(), endpoint_url=f"https://127.0.0.1:{people.cloud.settings.gateway_port}"
    )
    with pytest.raises(SSLError):
        secure.list_buckets()


def test_nobody_else_can_read_the_gateways_key(people: People) -> None:
    folder = people.cloud.local_dir / "localstack" / "certificate"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
