"""The layers of real servers, reached through the AWS API: MariaDB, PostgreSQL and S3."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import botocore
import pytest

from scripts import aws, connections
from scripts.config import Settings
from scripts.connections import Access, Credentials, InstanceNotFoundError
from scripts.doctor import probes, storage
from scripts.doctor.layer import Layer, Outcome
from scripts.doctor.storage import Place
from scripts.errors import BadInputError
from tests.conftest import free_port
from tests.scripts.conftest import NAME, Environment
from tests.scripts.doctor import servers

ENGINES = ("mysql", "postgres")
LAYERS = ["name resolution", "TCP", "TLS", "login"]
SECONDS = 30.0

pytestmark = pytest.mark.usefixtures("instances")


def ask(environment: Environment, engine: str, **options: Any) -> list[Layer]:
    settings = options.pop("settings", environment.settings)
    return probes.of_database(settings, environment.session, f"{NAME}-{engine}", seconds=SECONDS, **options)


def outcomes(layers: list[Layer]) -> list[str]:
    return [str(layer.outcome) for layer in layers]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_server_that_is_well_passes_every_layer(environment: Environment, engine: str) -> None:
    layers = ask(environment, engine)
    assert [layer.name for layer in layers] == LAYERS
    assert outcomes(layers) == ["ok"] * 4
    assert "signed by " in layers[2].seen
    assert "labadmin" in layers[3].seen
    assert "Secrets Manager" in layers[3].meaning


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("user", ["labadmin", "nobody"])
def test_a_wrong_password_or_user_is_told_in_the_servers_own_words(
    environment: Environment, engine: str, user: str
) -> None:
    layers = ask(environment, engine, user=Credentials(user, "not-the-password"))
    assert outcomes(layers) == ["ok", "ok", "ok", "failed"]
    login = layers[3]
    spoken = {"mysql": f"Access denied for user '{user}'@", "postgres": "password authentication failed"}
    assert login.seen.startswith(spoken[engine])
    assert "user name or password is wrong" in login.meaning
    assert "leave --user out" in login.next_step
    assert "not-the-password" not in repr(layers)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_database_that_is_not_there_is_told_apart_from_a_wrong_password(
    environment: Environment, engine: str
) -> None:
    login = ask(environment, engine, database="absent")[-1]
    assert login.outcome is Outcome.FAILED
    assert "absent" in login.seen
    assert "User and password are right" in login.meaning


def test_a_user_without_rights_on_a_database_is_told_apart_too(
    environment: Environment, mysql_access: Access
) -> None:
    with connections.mysql(mysql_access) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE USER guest@'%' IDENTIFIED BY 'Guest-Pass-1'")
        cursor.execute("CREATE DATABASE closed")
        try:
            login = ask(environment, "mysql", user=Credentials("guest", "Guest-Pass-1"), database="closed")[
                -1
            ]
        finally:
            cursor.execute("DROP USER guest@'%'")
            cursor.execute("DROP DATABASE closed")
    assert login.outcome is Outcome.FAILED
    assert "no rights on that database" in login.meaning


@pytest.mark.parametrize("engine", ENGINES)
def test_a_certificate_that_is_not_trusted_stops_before_a_password_is_sent(
    environment: Environment, engine: str, tmp_path: Path
) -> None:
    folder = tmp_path / "authority"
    folder.mkdir()
    (folder / "ca.pem").write_bytes(Path(botocore.__file__).with_name("cacert.pem").read_bytes())
    layers = ask(environment, engine, settings=replace(environment.settings, local_dir=tmp_path))
    assert outcomes(layers) == ["ok", "ok", "failed", "not judged"]
    assert f"shown was a certificate for {NAME}-{engine}." in layers[2].seen
    assert layers[3].meaning == "It rests on TLS, which is not passed."


@pytest.mark.parametrize("engine", ENGINES)
def test_a_missing_authority_file_leaves_tls_not_judged_and_says_how_to_get_it(
    environment: Environment, engine: str, tmp_path: Path
) -> None:
    layers = ask(environment, engine, settings=replace(environment.settings, local_dir=tmp_path))
    assert outcomes(layers) == ["ok", "ok", "not judged", "not judged"]
    assert layers[2].next_step == "Run `make apply`."


def test_a_tunnel_that_is_not_open_stops_there(environment: Environment) -> None:
    closed: Settings = replace(environment.settings, tunnels={f"{NAME}-mysql": ("127.0.0.1", free_port())})
    layers = ask(environment, "mysql", settings=closed)
    assert outcomes(layers) == ["ok", "failed", "not judged", "not judged"]


def test_a_tunnel_is_taken_and_the_servers_own_name_verified(
    environment: Environment, postgres_access: Access
) -> None:
    opened = replace(environment.settings, tunnels={f"{NAME}-postgres": postgres_access.endpoint.address()})
    layers = ask(environment, "postgres", settings=opened)
    assert outcomes(layers) == ["ok"] * 4
    assert "the tunnel to " in layers[1].seen


def test_another_port_than_its_own_is_asked_by_tcp_alone(environment: Environment) -> None:
    layers = ask(environment, "mysql", port=free_port())
    assert outcomes(layers) == ["ok", "failed", "not judged", "not judged"]
    assert "at port 3306" in layers[3].meaning


def test_an_instance_that_does_not_exist_is_an_error(environment: Environment) -> None:
    with pytest.raises(InstanceNotFoundError):
        probes.of_database(environment.settings, environment.session, "absent-mysql")


# --- S3


def test_a_bucket_that_may_be_asked_for_answers(environment: Environment, bucket: str) -> None:
    layers = probes.of_storage(environment.session, Place(bucket), seconds=SECONDS)
    assert [layer.name for layer in layers] == ["name resolution", "TCP", "TLS", "S3's answer"]
    assert outcomes(layers) == ["ok", "ok", "not judged", "ok"]
    assert layers[-1].seen == f"HeadBucket on s3://{bucket}: 200"


@pytest.mark.parametrize("place", [Place("no-such-bucket-here"), Place(f"{NAME}-rawer", "absent.csv")])
def test_a_bucket_or_key_that_is_not_there_is_told_with_its_code(
    environment: Environment, bucket: str, place: Place
) -> None:
    answer = probes.of_storage(environment.session, place, seconds=SECONDS)[-1]
    assert answer.outcome is Outcome.FAILED
    assert f"on {place}: 404" in answer.seen


def test_without_a_bucket_the_service_alone_is_asked(environment: Environment) -> None:
    answer = probes.of_storage(environment.session, None, seconds=SECONDS)[-1]
    assert answer.outcome is Outcome.NOT_JUDGED
    assert "s3://BUCKET" in answer.meaning


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("s3://raw", Place("raw")),
        ("s3://raw/csv/ratings.csv", Place("raw", "csv/ratings.csv")),
        ("s3", None),
        ("sourcelab-mysql", None),
    ],
)
def test_places_in_s3_are_written_as_urls(text: str, place: Place | None) -> None:
    assert storage.place(text) == place


@pytest.mark.parametrize("text", ["s3://", "s3:///key"])
def test_a_url_without_a_bucket_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="names no bucket"):
        storage.place(text)


def test_what_s3_refuses_is_told_apart_from_a_closed_network() -> None:
    def refuse(client: socket.socket) -> None:
        client.recv(65536)
        client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with servers.serving(refuse) as (_, port):
        session = aws.session(Settings(gateway_port=port))
        answer = probes.of_storage(session, Place("closed"), seconds=SECONDS)[-1]
    assert answer.outcome is Outcome.FAILED
    assert answer.seen == "HeadBucket on s3://closed: 403 Forbidden"
    assert "authorization says no" in answer.meaning
