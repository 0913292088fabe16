"""Connections to DB instances: found through the AWS API, credentials from Secrets Manager, TLS verified."""

# Drivers take long to import, and most commands need one of them or none.
# ruff: noqa: PLC0415

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.config import Settings
from scripts.errors import BadInputError, LabError, MissingError, RemoteError

if TYPE_CHECKING:
    import boto3
    import psycopg
    import pymysql

    MySQLConnection = pymysql.connections.Connection[pymysql.cursors.Cursor]

CONNECT_SECONDS = 10

#: Where AWS publishes the authorities of all regions.
AWS_AUTHORITIES = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"

#: What a server says when the password or the user is wrong, or none is given.
_MYSQL_DENIED = {1044, 1045, 1698}
_MYSQL_NO_DATABASE = 1049


class InstanceNotFoundError(MissingError):
    """No DB instance of that identifier exists."""


class InstanceNotAvailableError(MissingError):
    """The DB instance exists but cannot be connected to now."""


class _QuotingError(LabError):
    """A server's no; ``said`` holds it in its own words."""

    def __init__(self, what: str, hint: str = "", said: str = "") -> None:
        super().__init__(what, hint)
        self.said = said


class NotReachableError(_QuotingError, MissingError):
    """Nothing answers at the DB instance's endpoint, or not over verified TLS."""


class AccessDeniedError(_QuotingError, RemoteError):
    """The server refused the user or the password."""


class NoDatabaseError(_QuotingError, MissingError):
    """The server has no database of that name."""


@dataclass(frozen=True)
class Endpoint:
    """A DB instance, as the AWS API describes it.

    Attributes
    ----------
    identifier
        ``DBInstanceIdentifier``.
    engine
        ``mysql``, ``mariadb`` or ``postgres``.
    host, port
        Where it listens; None for both while it has no endpoint.
    status
        ``DBInstanceStatus``, such as ``available``.
    secret_arn
        Secret that holds the master user's name and password; None where the password is not managed.
    """

    identifier: str
    engine: str
    host: str | None
    port: int | None
    status: str
    secret_arn: str | None = None

    @property
    def speaks_mysql(self) -> bool:
        """Whether clients of MySQL can talk to it."""
        return self.engine in ("mysql", "mariadb")

    def address(self) -> tuple[str, int]:
        """Host and port.

        Raises
        ------
        InstanceNotAvailableError
            The instance is not in a state to be connected to.
        """
        if self.status == STORAGE_FULL:
            raise InstanceNotAvailableError(
                f"The disk of DB instance {self.identifier} is full.",
                "Free some space (on AWS: modify it to have more storage), run `lab up`, which starts its "
                "server if that ended, then the same command again.",
            )
        if self.status not in _ANSWERING or self.host is None or self.port is None:
            raise InstanceNotAvailableError(
                f"DB instance {self.identifier} is {self.status}, not available.",
                "Wait until `lab status` shows it up: one that died is started again by itself.",
            )
        return self.host, self.port


#: State of an instance whose server finds no space for what is written.
STORAGE_FULL = "storage-full"

#: States in which an instance serves its clients.
_ANSWERING = frozenset({"available", "backing-up", "modifying", "storage-optimization", "maintenance"})


@dataclass(frozen=True)
class Credentials:
    """A user of a DB instance; the password is not shown."""

    username: str
    password: str = field(repr=False)


def find(session: boto3.Session, identifier: str) -> Endpoint:
    """The DB instance of that identifier.

    Raises
    ------
    InstanceNotFoundError
        There is none.
    """
    from botocore.exceptions import ClientError

    try:
        answer = session.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("DBInstanceNotFound", "DBInstanceNotFoundFault"):
            raise
        raise InstanceNotFoundError(
            f"There is no DB instance {identifier} in {session.region_name}.", "Build it: make apply"
        ) from None
    found: Any = answer["DBInstances"][0]
    address = found.get("Endpoint", {})
    return Endpoint(
        identifier=found["DBInstanceIdentifier"],
        engine=found["Engine"],
        host=address.get("Address"),
        port=address.get("Port"),
        status=found["DBInstanceStatus"],
        secret_arn=found.get("MasterUserSecret", {}).get("SecretArn"),
    )


def credentials(session: boto3.Session, endpoint: Endpoint) -> Credentials:
    """The master user of a DB instance, from Secrets Manager.

    Raises
    ------
    MissingError
        The instance has no managed secret, or the secret is gone or not readable.
    """
    from botocore.exceptions import ClientError

    if endpoint.secret_arn is None:
        raise MissingError(
            f"DB instance {endpoint.identifier} has no managed master password.",
            "Set manage_master_user_password for it in Terraform and run `make apply`.",
        )
    try:
        answer = session.client("secretsmanager").get_secret_value(SecretId=endpoint.secret_arn)
    except ClientError as error:
        problem = error.response["Error"]
        raise MissingError(
            f"The secret of DB instance {endpoint.identifier} cannot be read: {problem.get('Code')}.",
            "See `lab status`; `make apply` repairs it. You need secretsmanager:GetSecretValue on it.",
        ) from None
    try:
        content = json.loads(answer["SecretString"])
        return Credentials(content["username"], content["password"])
    except (KeyError, TypeError, ValueError):
        # Not chained: the message of a JSON error may show what it read.
        raise MissingError(
            f"The secret of DB instance {endpoint.identifier} does not hold a username and a password.",
            "Rotate it, or run `make apply`.",
        ) from None


def authority(settings: Settings) -> Path:
    """The PEM file that servers' certificates are verified with.

    Raises
    ------
    MissingError
        There is none; says how to get it.
    """
    file = settings.authority_file
    if file is None:
        raise MissingError(
            "The authorities that sign the certificates of RDS are not known here.",
            f"Download {AWS_AUTHORITIES} and set LAB_RDS_CA to its path.",
        )
    if not file.is_file():
        hint = "Run `make apply`." if settings.target == "local" else f"Download {AWS_AUTHORITIES} there."
        raise MissingError(f"The certificate authority file {file} does not exist.", hint)
    return file


@dataclass(frozen=True)
class Access:
    """All that it takes to connect to a DB instance.

    Attributes
    ----------
    endpoint
        Where it is.
    user
        Who connects.
    authority
        PEM file that its certificate is verified with.
    tunnel
        Host and port on this machine that lead to it; its certificate must bear its own name all the same.
    """

    endpoint: Endpoint
    user: Credentials
    authority: Path
    tunnel: tuple[str, int] | None = None


def access(settings: Settings, session: boto3.Session, identifier: str) -> Access:
    """Access to a DB instance as its master user.

    Raises
    ------
    InstanceNotFoundError, InstanceNotAvailableError, MissingError
        Each says what to do next.
    """
    endpoint = find(session, identifier)
    endpoint.address()
    user = credentials(session, endpoint)
    return Access(endpoint, user, authority(settings), settings.tunnels.get(identifier))


@contextmanager
def mysql(
    to: Access, database: str | None = None, *, local_infile: bool = False
) -> Iterator[MySQLConnection]:
    """A connection to a MySQL or MariaDB instance, autocommitting; closed at the end.

    Raises
    ------
    InstanceNotAvailableError, NotReachableError, AccessDeniedError, MissingError
        Each says what to do next.
    """
    import pymysql

    endpoint, user = to.endpoint, to.user
    if not endpoint.speaks_mysql:
        raise BadInputError(f"DB instance {endpoint.identifier} is {endpoint.engine}, not MySQL or MariaDB.")
    host, port = endpoint.address()
    context = _tls(to.authority)
    try:
        connection = pymysql.connect(
            host=host,
            port=port,
            user=user.username,
            password=user.password,
            database=database,
            ssl=context,
            local_infile=local_infile,
            connect_timeout=CONNECT_SECONDS,
            charset="utf8mb4",
            autocommit=True,
            defer_connect=True,
        )
        connection.connect(socket.create_connection(to.tunnel, CONNECT_SECONDS) if to.tunnel else None)
    except OSError as error:
        raise _not_reachable(endpoint, f"the tunnel {to.tunnel}: {error.strerror or error}") from None
    except pymysql.err.OperationalError as error:
        code, reason = (*error.args, "", "")[:2]
        if code in _MYSQL_DENIED:
            raise _denied(endpoint, user, reason) from None
        if code == _MYSQL_NO_DATABASE:
            raise _no_database(endpoint, database, str(reason)) from None
        raise _not_reachable(endpoint, str(reason)) from None
    try:
        yield connection
    finally:
        if connection.open:
            connection.close()


@contextmanager
def postgres(to: Access, database: str = "postgres") -> Iterator[psycopg.Connection]:
    """A connection to a PostgreSQL instance; commits at the end, rolls back on an error, and is closed.

    Raises
    ------
    InstanceNotAvailableError, NotReachableError, AccessDeniedError, MissingError
        Each says what to do next.
    """
    import psycopg

    endpoint, user = to.endpoint, to.user
    if endpoint.engine != "postgres":
        raise BadInputError(f"DB instance {endpoint.identifier} is {endpoint.engine}, not PostgreSQL.")
    host, port = endpoint.address()
    try:
        through: dict[str, Any] = {"port": port}
        if to.tunnel:
            # The name stays the server's own: the certificate is verified against it.
            through = {"hostaddr": socket.gethostbyname(to.tunnel[0]), "port": to.tunnel[1]}
        connection = psycopg.connect(
            host=host,
            **through,
            user=user.username,
            password=user.password,
            dbname=database,
            sslmode="verify-full",
            sslrootcert=str(to.authority),
            connect_timeout=CONNECT_SECONDS,
            application_name="lab",
        )
    except OSError as error:
        raise _not_reachable(endpoint, f"the tunnel {to.tunnel}: {error.strerror or error}") from None
    except psycopg.OperationalError as error:
        reason = str(error).strip()
        if "authentication failed" in reason or "no pg_hba.conf entry" in reason:
            raise _denied(endpoint, user, reason) from None
        if f'database "{database}" does not exist' in reason:
            raise _no_database(endpoint, database, reason) from None
        raise _not_reachable(endpoint, reason) from None
    with connection:
        yield connection


def _no_database(endpoint: Endpoint, database: str | None, reason: str) -> NoDatabaseError:
    return NoDatabaseError(
        f"DB instance {endpoint.identifier} has no database {database}.",
        "Load the datasets: lab seed",
        said=reason,
    )


def _tls(file: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(file))
    except ssl.SSLError as error:
        raise MissingError(
            f"{file} is not a PEM file of certificate authorities: {error.reason}.", "Run `make apply`."
        ) from None


def _denied(endpoint: Endpoint, user: Credentials, reason: object) -> AccessDeniedError:
    return AccessDeniedError(
        f"DB instance {endpoint.identifier} refused user {user.username}: {reason}",
        "The password in Secrets Manager may not be the server's: `lab status`, then `make apply`.",
        said=str(reason),
    )


def _not_reachable(endpoint: Endpoint, reason: str) -> NotReachableError:
    return NotReachableError(
        f"DB instance {endpoint.identifier} at {endpoint.host}:{endpoint.port} does not let us in: {reason}",
        "See `lab status`; `make apply` starts what is down. On AWS, connect from inside the VPC or through "
        "a tunnel on the bastion.",
        said=reason,
    )
