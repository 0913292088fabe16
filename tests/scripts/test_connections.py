from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import botocore
import pytest

from scripts import connections
from scripts.config import Settings
from scripts.connections import (
    Access,
    AccessDeniedError,
    Credentials,
    Endpoint,
    InstanceNotAvailableError,
    InstanceNotFoundError,
    NotReachableError,
)
from scripts.errors import BadInputError, ExitCode, MissingError
from tests.conftest import free_port
from tests.scripts.conftest import NAME, Environment

#: Authorities of the web: real ones, but not ours.
OTHER_AUTHORITIES = Path(botocore.__file__).with_name("cacert.pem")


@contextmanager
def forwarder(to: Access, host: str) -> Iterator[Access]:
    """The same server at an address that its certificate does not name."""
    with socket.create_server((host, 0)) as listener:

        def copy(source: socket.socket, target: socket.socket) -> None:
            with suppress(OSError):  # either side may have left
                while data := source.recv(65536):
                    target.sendall(data)

        def serve() -> None:
            client, _ = listener.accept()
            with client, socket.create_connection(to.endpoint.address()) as server:
                threading.Thread(target=copy, args=(server, client), daemon=True).start()
                copy(client, server)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        yield replace(to, endpoint=replace(to.endpoint, host=host, port=port))
        thread.join(5)


@pytest.fixture(params=["mysql", "postgres"])
def access(request: pytest.FixtureRequest) -> Access:
    found: Access = request.getfixturevalue(f"{request.param}_access")
    return found


def connect(to: Access) -> None:
    open_ = connections.mysql if to.endpoint.speaks_mysql else connections.postgres
    with open_(to):
        pass


def test_an_instance_is_found_by_its_identifier(environment: Environment, instances: None) -> None:
    endpoint = connections.find(environment.session, f"{NAME}-mysql")
    assert (endpoint.engine, endpoint.port, endpoint.status) == ("mysql", 3306, "available")
    assert connections.find(environment.session, f"{NAME}-postgres").engine == "postgres"


def test_an_instance_that_is_not_there_says_how_to_build_it(environment: Environment) -> None:
    with pytest.raises(InstanceNotFoundError, match="There is no DB instance absent-mysql") as caught:
        connections.access(environment.settings, environment.session, "absent-mysql")
    assert caught.value.exit_code == ExitCode.MISSING
    assert "make apply" in caught.value.hint


def test_mysql_is_spoken_over_tls(mysql_access: Access) -> None:
    with connections.mysql(mysql_access) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW SESSION STATUS LIKE 'Ssl_version'")
        assert [value.startswith("TLSv1.") for _, value in cursor.fetchall()] == [True]


def test_postgresql_is_spoken_over_tls(postgres_access: Access) -> None:
    with connections.postgres(postgres_access) as connection:
        row = connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
        assert row == (True,)


def test_a_wrong_password_is_told_without_showing_it(access: Access) -> None:
    wrong = replace(access, user=Credentials(access.user.username, "not-the-password"))
    with pytest.raises(AccessDeniedError, match="refused user labadmin") as caught:
        connect(wrong)
    assert "not-the-password" not in str(caught.value)
    assert caught.value.exit_code == ExitCode.REMOTE


def test_a_certificate_of_an_unknown_authority_is_refused(access: Access) -> None:
    with pytest.raises(NotReachableError, match="certificate verify failed"):
        connect(replace(access, authority=OTHER_AUTHORITIES))


def test_a_certificate_for_another_address_is_refused(access: Access) -> None:
    with (
        forwarder(access, "127.0.0.77") as elsewhere,
        pytest.raises(NotReachableError, match=r"does not match|certificate is not valid for|mismatch"),
    ):
        connect(elsewhere)


def test_nothing_listening_is_told_with_the_address(access: Access) -> None:
    port = free_port()
    dead = replace(access, endpoint=replace(access.endpoint, host="127.0.0.1", port=port))
    with pytest.raises(NotReachableError, match=f"127.0.0.1:{port} does not let us in") as caught:
        connect(dead)
    assert "lab status" in caught.value.hint


@pytest.mark.parametrize("status", ["creating", "stopped", "deleting", "failed"])
def test_an_instance_that_does_not_serve_is_not_connected_to(access: Access, status: str) -> None:
    with pytest.raises(InstanceNotAvailableError, match=f"is {status}, not available"):
        connect(replace(access, endpoint=replace(access.endpoint, status=status)))


def test_a_database_that_is_not_there_is_named(mysql_access: Access, postgres_access: Access) -> None:
    with (
        pytest.raises(MissingError, match="has no database absent"),
        connections.mysql(mysql_access, "absent"),
    ):
        pass
    with (
        pytest.raises(MissingError, match="has no database absent"),
        connections.postgres(postgres_access, "absent"),
    ):
        pass


def test_the_other_engine_is_refused(mysql_access: Access, postgres_access: Access) -> None:
    with pytest.raises(BadInputError, match="is postgres, not MySQL"), connections.mysql(postgres_access):
        pass
    with pytest.raises(BadInputError, match="is mysql, not PostgreSQL"), connections.postgres(mysql_access):
        pass


def test_credentials_do_not_show_their_password(mysql_access: Access) -> None:
    assert mysql_access.user.password not in repr(mysql_access)


def test_an_instance_without_a_managed_password_says_so(environment: Environment) -> None:
    endpoint = Endpoint("own-mysql", "mysql", "127.0.0.1", 3306, "available")
    with pytest.raises(MissingError, match="own-mysql has no managed master password"):
        connections.credentials(environment.session, endpoint)


@pytest.mark.parametrize("content", ["no JSON: hunter2", json.dumps({"user": "hunter2"}), "[]"])
def test_a_secret_of_another_form_is_refused_without_showing_it(
    environment: Environment, client: Callable[[str], Any], content: str
) -> None:
    secret = client("secretsmanager").create_secret(Name=f"odd-{abs(hash(content))}", SecretString=content)
    endpoint = Endpoint("odd-mysql", "mysql", "127.0.0.1", 3306, "available", secret["ARN"])
    try:
        with pytest.raises(MissingError, match="does not hold a username and a password") as caught:
            connections.credentials(environment.session, endpoint)
        assert "hunter2" not in str(caught.value)
    finally:
        client("secretsmanager").delete_secret(SecretId=secret["ARN"], ForceDeleteWithoutRecovery=True)


def test_a_secret_that_is_gone_says_what_to_do(environment: Environment) -> None:
    arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:gone-AbCdEf"
    endpoint = Endpoint("gone-mysql", "mysql", "127.0.0.1", 3306, "available", arn)
    with pytest.raises(MissingError, match="cannot be read: ResourceNotFoundException"):
        connections.credentials(environment.session, endpoint)


def test_without_an_authority_file_nothing_is_trusted(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"ca\.pem does not exist") as caught:
        connections.authority(Settings(local_dir=tmp_path))
    assert "make apply" in caught.value.hint
    with pytest.raises(MissingError, match="authorities that sign") as caught:
        connections.authority(Settings(target="aws"))
    assert "LAB_RDS_CA" in caught.value.hint


def test_an_authority_file_that_is_none_is_named(mysql_access: Access, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate\n")
    with pytest.raises(MissingError, match="is not a PEM file of certificate authorities"):
        connect(replace(mysql_access, authority=file))


def test_a_tunnel_leads_to_the_instance_whose_own_name_is_verified(access: Access) -> None:
    with forwarder(access, "127.0.0.77") as through:
        connect(replace(access, tunnel=through.endpoint.address()))


def test_a_tunnel_that_is_not_there_is_told(access: Access) -> None:
    with pytest.raises(NotReachableError, match="does not let us in"):
        connect(replace(access, tunnel=("127.0.0.1", free_port())))
