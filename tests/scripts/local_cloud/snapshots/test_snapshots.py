"""A local cloud with something in every service is saved, removed and loaded: everything must be as it was.

One story, told once by a fixture, with what goes wrong on the way: a load that is killed comes first.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts import aws
from scripts.config import ROOT, Settings
from scripts.errors import BadInputError, MissingError
from scripts.local_cloud import status
from scripts.local_cloud.lifecycle import LocalCloud
from scripts.local_cloud.snapshots import loading, saving
from scripts.local_cloud.snapshots.loading import Loaded
from scripts.local_cloud.snapshots.shape import Inside
from tests.conftest import own_settings
from tests.scripts.local_cloud.providers.glue.conftest import EVERYTHING, new_role
from tests.scripts.local_cloud.snapshots import resources
from tests.scripts.local_cloud.snapshots.resources import Kept

pytestmark = pytest.mark.xdist_group("snapshots")

LAB = Path(sys.executable).with_name("lab")
STATE = '{"version": 4, "resources": [], "outputs": {"mysql": {"value": "%s", "type": "string"}}}'


@dataclass
class Story:
    """What was saved, and what came of loading it."""

    settings: Settings
    session: boto3.Session
    kept: Kept
    addresses: dict[str, str]
    authority: bytes
    saved_epoch: str
    loaded: Loaded
    said: list[str]


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with own_settings() as settings, pytest.MonkeyPatch.context() as patch:
        # So that an alarm is looked at soon.
        patch.setenv("LAB_METRICS_INTERVAL", "1")
        cloud, session, said = LocalCloud(settings), aws.session(settings), []
        cloud.up(said.append)
        try:
            kept = resources.make_all(session, settings.gateway_port)
            resources.make_databases(session, settings, kept)
            _state_names_the_database(settings, session)
            session.client("firehose").put_record(DeliveryStreamName="kept", Record={"Data": b"waits"})
            _begin_execution(session)
            _begin_run(session)
            process = cloud.process()
            assert process is not None
            saving.save(settings, "one", said.append)
            addresses = resources.addresses(session)
            authority = (settings.local_dir / "authority" / "ca.pem").read_bytes()
            cloud.reset()
            cloud.remove()
            assert not settings.local_dir.exists()
            _killed_load(settings)
            loaded = loading.load(settings, "one", said.append, said.append)
            yield Story(settings, session, kept, addresses, authority, process.epoch, loaded, said)
        finally:
            cloud.reset()
            cloud.remove()


def _state_names_the_database(settings: Settings, session: boto3.Session) -> None:
    """A state of Terraform's, without Terraform."""
    settings.terraform_dir.mkdir(exist_ok=True)
    (found,) = session.client("rds").describe_db_instances(DBInstanceIdentifier="mysql")["DBInstances"]
    settings.state_file.write_text(STATE % found["Endpoint"]["Address"])


def _begin_execution(session: boto3.Session) -> None:
    """An execution that is still running when the snapshot is asked for."""
    wait = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 2, "End": True}}}
    states = session.client("stepfunctions")
    machine = states.create_state_machine(name="waits", definition=json.dumps(wait), roleArn=resources.ROLE)
    states.start_execution(stateMachineArn=machine["stateMachineArn"], name="running")


def _begin_run(session: boto3.Session) -> None:
    """A job run that is under way when the snapshot is asked for, and asks S3 for something later."""
    script = (
        "import boto3, time\n"
        "time.sleep(2)\n"
        "boto3.client('s3').put_object(Bucket='runs', Key='run', Body=b'ended')\n"
    )
    session.client("s3").create_bucket(Bucket="runs")
    session.client("s3").put_object(Bucket="runs", Key="run.py", Body=script.encode())
    command = {"Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": "s3://runs/run.py"}
    role = new_role(session.client("iam"), EVERYTHING)
    session.client("glue").create_job(Name="writes", Role=role, Command=command)
    session.client("glue").start_job_run(JobName="writes")


def _killed_load(settings: Settings) -> None:
    """`lab snapshot load`, killed when LocalStack and a database server run and nothing is complete."""
    with subprocess.Popen(
        [str(LAB), "snapshot", "load", "one"], cwd=ROOT, env=_environment(settings),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as lab:  # fmt: skip
        cloud, deadline = LocalCloud(settings), time.monotonic() + 240
        while not (cloud.process() and any(server.alive for server in cloud.servers())):
            assert lab.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        lab.kill()
    # Nobody takes what is there for the environment.
    assert not cloud.localstack.answers()
    assert status.parts(cloud)[0].down


def _environment(settings: Settings) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAB_"))}
    return clean | {
        "LAB_LOCAL_DIR": str(settings.local_dir),
        "LAB_GATEWAY_PORT": str(settings.gateway_port),
        "LAB_SNAPSHOT_DIR": str(settings.snapshot_dir),
    }


def _soon(find: Callable[[], Any], wanted: Callable[[Any], bool], limit: float = 240.0) -> Any:
    deadline = time.monotonic() + limit
    while not wanted(found := find()) and time.monotonic() < deadline:
        time.sleep(0.3)
    return found


def test_the_api_answers_as_before(story: Story) -> None:
    assert story.kept.differing(story.session) == {}
    assert len(story.kept.answers) > 30


def test_the_databases_hold_their_rows_and_clients_trust_them_as_before(story: Story) -> None:
    assert resources.rows(story.session, story.settings) == {"mysql": ((42,),), "postgres": [(42,)]}
    assert (story.settings.local_dir / "authority" / "ca.pem").read_bytes() == story.authority
    assert story.loaded.databases == ("mysql", "postgres")
    # Freed by the reset, an address may have gone to another local cloud of this machine.
    there = resources.addresses(story.session)
    assert list(story.loaded.moved) == [name for name, was in story.addresses.items() if there[name] != was]


def test_it_is_a_life_of_its_own_and_whole(story: Story) -> None:
    cloud = LocalCloud(story.settings)
    process = cloud.process()
    assert process is not None
    assert cloud.localstack.answers()
    assert process.epoch == story.loaded.epoch != story.saved_epoch
    assert {server.epoch for server in cloud.servers()} == {process.epoch}
    assert not [part.name for part in status.parts(cloud) if part.down]
    # What `lab up` does changes nothing of it.
    arrival = cloud.up(pytest.fail)
    assert not arrival.started
    assert arrival.recovered == arrival.removed == ()
    assert arrival.archived_state is None


def test_terraforms_state_is_that_of_the_new_life(story: Story) -> None:
    (found,) = story.session.client("rds").describe_db_instances(DBInstanceIdentifier="mysql")["DBInstances"]
    assert story.settings.state_file.read_text() == STATE % found["Endpoint"]["Address"]
    assert (story.settings.terraform_dir / "epoch").read_text() == story.loaded.epoch


def test_messages_wait_and_new_ones_arrive(story: Story) -> None:
    assert resources.received(story.session, "kept.fifo") == ["in order"]
    assert resources.received(story.session, "kept") == ["waiting"]
    topic = "arn:aws:sns:us-east-1:000000000000:kept"
    story.session.client("sns").publish(TopicArn=topic, Message="published")
    assert _soon(lambda: resources.received(story.session, "kept"), bool) == ["published"]


def test_rules_send_events(story: Story) -> None:
    event = {"EventBusName": "kept", "Source": "mine", "DetailType": "t", "Detail": '{"sent": 1}'}
    story.session.client("events").put_events(Entries=[event])
    (body,) = _soon(lambda: resources.received(story.session, "kept"), bool)
    assert json.loads(body) == {"sent": 1}


def test_a_snapshot_waits_for_executions_that_run(story: Story) -> None:
    states = story.session.client("stepfunctions")
    (machine,) = (each for each in states.list_state_machines()["stateMachines"] if each["name"] == "waits")
    (found,) = states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
    assert found["status"] == "SUCCEEDED"
    again = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    ended = _soon(lambda: states.describe_execution(executionArn=again)["status"], lambda it: it != "RUNNING")
    assert ended == "SUCCEEDED"


def test_a_snapshot_waits_for_a_job_run_which_goes_on_meanwhile(story: Story) -> None:
    (run,) = story.session.client("glue").get_job_runs(JobName="writes")["JobRuns"]
    assert run["JobRunState"] == "SUCCEEDED", run
    assert story.session.client("s3").get_object(Bucket="runs", Key="run")["Body"].read() == b"ended"
    (waited,) = (each for each in story.said if each.startswith("Waiting, at most a minute, for: "))
    assert f"run {run['Id']} of Glue job writes" in waited


def test_what_waited_for_delivery_is_delivered_once(story: Story) -> None:
    s3 = story.session.client("s3")

    def delivered() -> bytes:
        found = s3.list_objects_v2(Bucket="kept", Prefix="delivered/").get("Contents", [])
        return b"".join(s3.get_object(Bucket="kept", Key=each["Key"])["Body"].read() for each in found)

    assert _soon(delivered, bool) == b"waits"


def test_targets_are_checked(story: Story) -> None:
    assert _soon(lambda: resources.target_state(story.session), lambda it: it == "healthy") == "healthy"


def test_alarms_are_looked_at(story: Story) -> None:
    story.session.client("cloudwatch").put_metric_data(
        Namespace="live", MetricData=[{"MetricName": "m", "Value": 5.0}]
    )
    (body,) = _soon(lambda: resources.received(story.session, "kept"), bool)
    assert json.loads(body)["NewStateValue"] == "ALARM"


def test_a_database_goes_on_with_all_that_rds_does_to_it(story: Story) -> None:
    rds = story.session.client("rds")
    (pid,) = (each.pid for each in LocalCloud(story.settings).servers() if each.identifier == "mysql")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    events = _soon(
        lambda: rds.describe_events(SourceIdentifier="mysql", SourceType="db-instance")["Events"],
        lambda found: "Recovery of the DB instance is complete." in [each["Message"] for each in found],
    )
    assert events[-1]["EventCategories"] == ["recovery"]
    rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier="mysql", WaiterConfig={"Delay": 1, "MaxAttempts": 300}
    )
    rds.reboot_db_instance(DBInstanceIdentifier="mysql")
    rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="restored", DBSnapshotIdentifier="copied")
    for each in ("mysql", "restored"):
        rds.get_waiter("db_instance_available").wait(
            DBInstanceIdentifier=each, WaiterConfig={"Delay": 1, "MaxAttempts": 300}
        )
    assert resources.rows(story.session, story.settings)["mysql"] == ((42,),)


def test_a_snapshot_is_not_taken_while_terraform_works(story: Story) -> None:
    with story.settings.state_file.open("r+b") as state:
        fcntl.lockf(state, fcntl.LOCK_EX)
        # The lock is a process's own, so another process must meet it.
        told = subprocess.run(
            [str(LAB), "snapshot", "save", "two"], cwd=ROOT, env=_environment(story.settings),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert told.returncode == 3
    assert "Terraform is at work" in told.stderr
    assert sorted(each.name for each in story.settings.snapshot_dir.iterdir()) == [".lock", "one"]


def test_a_state_that_a_killed_terraform_left_is_not_kept(story: Story) -> None:
    marker = story.settings.terraform_dir / "unfinished"
    marker.touch()
    try:
        with pytest.raises(MissingError, match="was cut short"):
            saving.save(story.settings, "two", pytest.fail)
    finally:
        marker.unlink()


def test_what_would_be_lost_is_asked_for_first(story: Story) -> None:
    def refuse(question: str) -> None:
        raise BadInputError(question)

    with pytest.raises(BadInputError, match=r"0 resources in .* and 3 DB instances"):
        loading.load(story.settings, "one", pytest.fail, refuse)
    assert LocalCloud(story.settings).localstack.answers()


def test_nobody_without_the_token_is_answered(story: Story) -> None:
    told = subprocess.run(
        ["curl", "-s", "-X", "POST", f"{story.settings.endpoint_url}/_lab/snapshot", "-d", "{}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert json.loads(told.stdout)["error"] == "Forbidden"


def test_only_its_owner_can_read_a_snapshot(story: Story) -> None:
    folder = story.settings.snapshot_dir / "one"
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.rglob("*"))} == {0}
    names = {path.name for path in folder.iterdir()}
    assert names == {each.value for each in Inside}


def test_without_a_running_local_cloud_there_is_nothing_to_save(tmp_path: Path) -> None:
    settings = Settings(local_dir=tmp_path / ".local", snapshot_dir=tmp_path / "snapshots")
    with pytest.raises(MissingError, match="nothing to save"):
        saving.save(settings, "one", pytest.fail)
    assert not settings.snapshot_dir.exists()
