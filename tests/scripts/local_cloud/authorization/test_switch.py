"""Authorization is in force unless somebody turns it off, and `lab status` says which."""

from __future__ import annotations

from dataclasses import replace

import boto3

from scripts.local_cloud import status
from scripts.local_cloud.lifecycle import LocalCloud
from scripts.local_cloud.localstack import LocalStack
from tests.conftest import Cloud, own_settings


def _told(cloud: LocalCloud) -> tuple[str, str]:
    (part,) = (each for each in status.parts(cloud) if each.name == "iam, sts")
    return part.kind, part.health


def test_it_is_in_force_from_the_beginning(cloud: Cloud) -> None:
    assert _told(LocalCloud(cloud.settings)) == (
        "real",
        "users, roles and sessions may what their policies say; root may all",
    )


def test_turned_off_it_lets_everybody_do_everything() -> None:
    with own_settings() as settings:
        off = replace(settings, authorization=False)
        localstack = LocalStack(off)
        localstack.start()
        try:
            sqs = boto3.client(
                "sqs",
                region_name="us-east-1",
                endpoint_url=off.endpoint_url,
                aws_access_key_id="nobody",
                aws_secret_access_key="nothing",
            )
            assert sqs.create_queue(QueueName="open")["QueueUrl"]
            kind, health = _told(LocalCloud(off))
            assert kind == "simulated"
            assert "LAB_AUTHORIZATION=off" in health
        finally:
            localstack.stop()
