"""The stack on a LocalStack without our providers, as others run it: only what the free edition serves."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress

import pytest

from scripts import aws, leftovers
from scripts.config import Settings
from scripts.local_cloud import localstack
from scripts.terraform import Terraform
from tests.conftest import own_settings
from tests.scripts.roots import carry_out

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("bare-localstack")]

SERVED = {
    "components": {
        "load_balancer": False,
        "relational_databases": False,
        "key_value_store": False,
        "event_stream": False,
        "analytics": False,
    }
}
#: What the free edition does not answer, so that nobody can ask it whether something is left.
NOT_SERVED = frozenset({"rds", "elbv2", "dynamodb", "kinesis", "firehose", "glue", "athena"})


@pytest.fixture(scope="module")
def bare() -> Iterator[Settings]:
    """A LocalStack that knows nothing of ours."""
    with own_settings() as settings:
        ours = localstack.environment(settings, "none")
        env = {
            name: value for name, value in ours.items() if not name.startswith(("PROVIDER_OVERRIDE_", "LAB_"))
        }
        settings.local_dir.mkdir(parents=True)
        with (settings.local_dir / "localstack.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "localstack.runtime.main"], env=env, stdout=log, stderr=log
            )
        try:
            _wait(settings, process)
            yield settings
        finally:
            process.terminate()
            process.wait(120)


def _wait(settings: Settings, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{settings.endpoint_url}/_localstack/health", timeout=5).close()
            return
        time.sleep(0.2)
    pytest.fail((settings.local_dir / "localstack.log").read_text())


def test_the_stack_without_what_the_free_edition_lacks_applies_and_destroys(bare: Settings) -> None:
    terraform = Terraform(bare, SERVED)
    terraform.init()
    carry_out(terraform)
    session = aws.session(bare)
    assert (
        len(
            session.client("ec2").describe_subnets(
                Filters=[{"Name": "tag:Project", "Values": ["sourcelab"]}]
            )["Subnets"]
        )
        == 6
    )
    assert {each["Name"].rsplit("-", 1)[0] for each in session.client("s3").list_buckets()["Buckets"]} == {
        "sourcelab-raw",
        "sourcelab-lake",
    }
    assert len(terraform.resources()) > 50
    carry_out(terraform, destroy=True)
    assert terraform.resources() == []
    assert leftovers.find(session, "sourcelab", without=NOT_SERVED) == []
