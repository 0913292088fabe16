from __future__ import annotations

import os
import resource
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest

from scripts import aws
from scripts.config import Settings
from scripts.errors import MissingError
from scripts.local_cloud import localstack
from scripts.local_cloud.localstack import LocalStack
from tests.conftest import own_settings


@pytest.fixture
def settings() -> Iterator[Settings]:
    with own_settings() as made:
        yield made
        LocalStack(made).stop()


def test_it_starts_once_listens_on_loopback_only_and_stops_whole(settings: Settings) -> None:
    stack = LocalStack(settings)
    process = stack.start()
    assert LocalStack(settings).start() == process
    listening = [
        each.laddr
        for each in psutil.Process(process.pid).net_connections()
        if each.status == psutil.CONN_LISTEN
    ]
    assert {address.ip for address in listening} == {"127.0.0.1"}
    assert aws.session(settings).client("s3").list_buckets()["Buckets"] == []
    assert stack.stop()
    assert not psutil.pid_exists(process.pid)
    assert stack.running() is None
    assert not stack.stop()


def test_a_killed_one_is_known_to_be_gone_and_the_next_life_has_another_epoch(settings: Settings) -> None:
    stack = LocalStack(settings)
    first = stack.start()
    os.kill(first.pid, signal.SIGKILL)
    psutil.Process().children()  # reaps
    assert not stack.answers()
    assert stack.last() == first
    second = stack.start()
    assert second.epoch != first.epoch


def test_a_taken_port_is_refused_with_who_holds_it(settings: Settings) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", settings.gateway_port))
        holder.listen()
        with pytest.raises(MissingError, match=rf"taken by process {os.getpid()}") as caught:
            LocalStack(settings).start()
    assert "LAB_GATEWAY_PORT" in caught.value.hint


def test_a_process_id_that_another_program_got_is_not_taken_for_ours(settings: Settings) -> None:
    stack = LocalStack(settings)
    process = stack.start()
    somebody = replace(process, pid=os.getpid())
    assert somebody.process() is None


def test_a_record_that_was_cut_off_names_no_process(settings: Settings) -> None:
    folder = settings.local_dir / "localstack"
    folder.mkdir(parents=True)
    (folder / "process.json").write_text('{"pid": 12')
    assert LocalStack(settings).last() is None
    assert LocalStack(settings).start().pid


def test_nothing_of_the_users_aws_or_localstack_settings_reaches_it(settings: Settings) -> None:
    theirs = {
        "AWS_PROFILE": "work",
        "LOCALSTACK_AUTH_TOKEN": "t",
        "PROVIDER_OVERRIDE_S3": "x",
        "PATH": "/bin",
    }
    env = localstack.environment(settings, "e", theirs)
    assert not {"AWS_PROFILE", "LOCALSTACK_AUTH_TOKEN", "PROVIDER_OVERRIDE_S3"} & env.keys()
    assert env["DISABLE_EVENTS"] == "1"
    assert env["GATEWAY_LISTEN"] == f"127.0.0.1:{settings.gateway_port}"


def test_the_index_of_operations_is_laid_out_for_it_and_not_made_by_it(settings: Settings) -> None:
    stack = LocalStack(settings)
    stack.start()
    aws.session(settings).client("sqs").list_queues()
    root = settings.local_dir / "localstack"
    assert len(list((root / "usr/lib/localstack").glob("service-catalog-*.dill"))) == 1
    assert not list((root / "var/lib/localstack/cache").glob("service-catalog-*.dill"))


def test_it_holds_more_large_objects_than_its_shell_lets_a_process_open_files(settings: Settings) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(160, hard), hard))
    try:
        LocalStack(settings).start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    s3 = aws.session(settings).client("s3")
    s3.create_bucket(Bucket="many")
    for number in range(160):
        s3.put_object(Bucket="many", Key=str(number), Body=b"x" * (520 << 10))
    assert s3.head_object(Bucket="many", Key="159")["ContentLength"] == 520 << 10


def test_two_local_clouds_have_buckets_of_one_name_apart(settings: Settings) -> None:
    large = b"x" * (2 << 20)
    with own_settings() as others:
        clouds = [LocalStack(each) for each in (settings, others)]
        try:
            clients = []
            for cloud, each in zip(clouds, (settings, others), strict=True):
                cloud.start()
                clients.append(aws.session(each).client("s3"))
            first, second = clients
            for s3 in clients:
                s3.create_bucket(Bucket="same")
                s3.put_object(Bucket="same", Key="kept", Body=large)
            first.delete_object(Bucket="same", Key="kept")
            first.delete_bucket(Bucket="same")
            # A large object is a file in the bucket's folder, and so is each part of an upload.
            second.put_object(Bucket="same", Key="later", Body=large)
            upload = second.create_multipart_upload(Bucket="same", Key="parts")["UploadId"]
            part = second.upload_part(Bucket="same", Key="parts", UploadId=upload, PartNumber=1, Body=large)
            second.complete_multipart_upload(
                Bucket="same",
                Key="parts",
                UploadId=upload,
                MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
            )
            for key in ("kept", "later", "parts"):
                assert second.get_object(Bucket="same", Key=key)["Body"].read() == large
                second.delete_object(Bucket="same", Key=key)
            second.delete_bucket(Bucket="same")
        finally:
            for cloud in clouds:
                cloud.stop()
