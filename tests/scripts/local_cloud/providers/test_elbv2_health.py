"""A target is healthy when a real check of a real listener says so, and never before."""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scripts.local_cloud.databases.authority import Authority
from scripts.local_cloud.providers.elbv2 import probes
from scripts.local_cloud.providers.elbv2.checker import Health
from scripts.local_cloud.providers.elbv2.probes import NO_ANSWER, TIMED_OUT, Failed, Settings
from tests.conftest import free_port
from tests.scripts.local_cloud.providers.test_elbv2 import Client, Network, forward, network, unique

__all__ = ["network"]


class Server(ThreadingHTTPServer):
    """Answers each path with what it is told to: a code, or seconds of silence."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, int] = {}
        self.silent = threading.Event()
        self.seen: list[tuple[str, str]] = []

    @property
    def port(self) -> int:
        return self.server_address[1]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.seen.append((self.headers["Host"], self.headers["User-Agent"]))
        if self.path == "/silent":
            self.server.silent.wait(30)
        self.send_response(self.server.answers.get(self.path, 200))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Server]:
    with Server() as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.silent.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


def settings(port: int, **changed: Any) -> Settings:
    given: dict[str, Any] = {
        "protocol": "HTTP",
        "host": "127.0.0.1",
        "port": port,
        "path": "/",
        "codes": "200",
        "interval": 5,
        "timeout": 1,
        "to_healthy": 3,
        "to_unhealthy": 2,
        "application": True,
    }
    return Settings(**{**given, **changed})


def check(asked: Settings) -> Failed | None:
    return asyncio.run(probes.check(asked))


def test_a_check_asks_as_a_load_balancer_does(server: Server) -> None:
    assert check(settings(server.port)) is None
    assert server.seen == [(f"127.0.0.1:{server.port}", "ELB-HealthChecker/2.0")]


@pytest.mark.parametrize(
    ("codes", "failed"),
    [("200", True), ("200-399", False), ("200,301", False), ("302-399", True)],
)
def test_the_matcher_decides_which_codes_are_healthy(server: Server, codes: str, failed: bool) -> None:
    server.answers["/moved"] = 301
    found = check(settings(server.port, path="/moved", codes=codes))
    expected = Failed("Target.ResponseCodeMismatch", "Health checks failed with these codes: [301]")
    assert found == (expected if failed else None)


def test_silence_is_a_timeout_and_a_closed_port_a_failure(server: Server) -> None:
    assert check(settings(server.port, path="/silent")) == TIMED_OUT
    assert check(settings(free_port())) == NO_ANSWER
    # A network load balancer does not say which.
    assert check(settings(server.port, path="/silent", application=False)) == NO_ANSWER


def test_a_connection_is_enough_where_tcp_is_asked_for(server: Server) -> None:
    assert check(settings(server.port, protocol="TCP", application=False)) is None
    assert check(settings(free_port(), protocol="TCP", application=False)) == NO_ANSWER


def test_a_listener_that_does_not_speak_http_is_not_healthy() -> None:
    async def ask() -> Failed | None:
        async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(b"220 mail.example.com ESMTP\r\n")
            writer.close()

        async with await asyncio.start_server(babble, "127.0.0.1") as listener:
            return await probes.check(settings(listener.sockets[0].getsockname()[1]))

    assert asyncio.run(ask()) == NO_ANSWER


def test_https_is_checked_whoever_signed_the_certificate(tmp_path: Path) -> None:
    certificate, key = tmp_path / "server.pem", tmp_path / "server.key"
    Authority(tmp_path).issue(certificate, key, host="127.0.0.1", names=(), owner=(os.getuid(), os.getgid()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(context) as server:
        assert check(settings(server.port, protocol="HTTPS")) is None
        assert check(settings(server.port, protocol="HTTP")) == NO_ANSWER


@pytest.mark.parametrize(
    ("application", "checks", "states"),
    [
        (True, "+", ["healthy"]),
        (False, "+++", ["initial", "initial", "healthy"]),
        (True, "--", ["initial", "unhealthy"]),
        (True, "+-+--", ["healthy", "healthy", "healthy", "healthy", "unhealthy"]),
        (True, "--++-+++", ["initial", *["unhealthy"] * 6, "healthy"]),
        (True, "-+", ["initial", "healthy"]),
    ],
)
def test_thresholds_count_checks_in_a_row(application: bool, checks: str, states: list[str]) -> None:
    health, seen = Health(), []
    for each in checks:
        health.judge(None if each == "+" else NO_ANSWER, settings(80, application=application))
        seen.append(health.state)
    assert seen == states


def test_a_target_in_use_is_checked_and_says_why_it_is_not_healthy(
    client: Client, network: Network, server: Server
) -> None:
    elbv2 = client("elbv2")
    group = elbv2.create_target_group(
        Name=unique("tg"),
        Protocol="HTTP",
        Port=server.port,
        VpcId=network.vpc_id,
        TargetType="ip",
        HealthCheckPath="/health",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=2,
        UnhealthyThresholdCount=10,
    )["TargetGroups"][0]["TargetGroupArn"]
    closed = free_port()
    up, down = {"Id": "127.0.0.1", "Port": server.port}, {"Id": "127.0.0.1", "Port": closed}
    nowhere = {"Id": "10.61.0.50", "Port": server.port}
    elbv2.register_targets(TargetGroupArn=group, Targets=[up, down, nowhere])

    def health(target: dict[str, Any]) -> tuple[str, str | None]:
        (found,) = elbv2.describe_target_health(TargetGroupArn=group, Targets=[target])[
            "TargetHealthDescriptions"
        ]
        assert found["HealthCheckPort"] == str(target["Port"])
        return found["TargetHealth"]["State"], found["TargetHealth"].get("Reason")

    def becomes(target: dict[str, Any], state: str, reason: str | None = None) -> None:
        deadline = time.monotonic() + 240
        while (found := health(target)) != (state, reason):
            assert time.monotonic() < deadline, found
            time.sleep(0.1)

    assert health(up) == ("unused", "Target.NotInUse")
    assert server.seen == []
    balancer = elbv2.create_load_balancer(Name=unique("lb"), Subnets=network.subnet_ids[:2])
    balancer_arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    elbv2.create_listener(
        LoadBalancerArn=balancer_arn, Protocol="HTTP", Port=80, DefaultActions=forward(group)
    )
    becomes(up, "healthy")
    becomes(down, "initial", "Elb.InitialHealthChecking")
    described = elbv2.describe_target_health(TargetGroupArn=group, Targets=[nowhere])
    unavailable = described["TargetHealthDescriptions"][0]["TargetHealth"]
    assert unavailable["State"] == "unavailable"
    assert (
        f"nothing runs at 10.61.0.50, which the local cloud only records as an address of {network.vpc_id}"
        in (unavailable["Description"])
    )
    server.answers["/health"] = 503
    elbv2.modify_target_group(TargetGroupArn=group, UnhealthyThresholdCount=2)
    becomes(down, "unhealthy", "Target.FailedHealthChecks")
    becomes(up, "unhealthy", "Target.ResponseCodeMismatch")
    # A change of the settings takes effect at once, and not when the old interval has passed.
    asked = len(server.seen)
    elbv2.modify_target_group(TargetGroupArn=group, HealthCheckPath="/other", HealthyThresholdCount=10)
    while len(server.seen) == asked:
        time.sleep(0.05)
    assert health(up)[0] == "unhealthy"
    elbv2.modify_target_group(TargetGroupArn=group, HealthCheckPath="/third", HealthyThresholdCount=2)
    becomes(up, "healthy")

    elbv2.modify_target_group_attributes(
        TargetGroupArn=group,
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "6"}],
    )
    elbv2.deregister_targets(TargetGroupArn=group, Targets=[up])
    assert health(up) == ("draining", "Target.DeregistrationInProgress")
    asked = len(server.seen)
    deadline = time.monotonic() + 240
    while len(elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]) > 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert (
        elbv2.describe_target_health(TargetGroupArn=group, Targets=[up])["TargetHealthDescriptions"][0][
            "TargetHealth"
        ]["Reason"]
        == "Target.NotRegistered"
    )
    assert len(server.seen) == asked
    elbv2.delete_load_balancer(LoadBalancerArn=balancer_arn)
    elbv2.delete_target_group(TargetGroupArn=group)


def test_a_target_by_instance_is_unavailable_until_machines_run(client: Client, network: Network) -> None:
    ec2, elbv2 = client("ec2"), client("elbv2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instance_id = ec2.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, SubnetId=network.subnet_ids[0], InstanceType="t3.micro"
    )["Instances"][0]["InstanceId"]
    group = elbv2.create_target_group(Name=unique("tg"), Protocol="HTTP", Port=80, VpcId=network.vpc_id)[
        "TargetGroups"
    ][0]["TargetGroupArn"]
    balancer_arn = elbv2.create_load_balancer(Name=unique("lb"), Subnets=network.subnet_ids[:2])[
        "LoadBalancers"
    ][0]["LoadBalancerArn"]
    elbv2.create_listener(
        LoadBalancerArn=balancer_arn, Protocol="HTTP", Port=80, DefaultActions=forward(group)
    )
    elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": instance_id}])
    (found,) = elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert found["TargetHealth"]["State"] == "unavailable"
    assert f"no machine runs behind {instance_id}" in found["TargetHealth"]["Description"]
    elbv2.delete_load_balancer(LoadBalancerArn=balancer_arn)
    elbv2.delete_target_group(TargetGroupArn=group)
    ec2.terminate_instances(InstanceIds=[instance_id])
