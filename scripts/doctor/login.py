"""Login: whether the server takes this user and password, in its own words."""

from __future__ import annotations

import psycopg
import pymysql

from scripts import connections
from scripts.connections import (
    Access,
    AccessDeniedError,
    InstanceNotAvailableError,
    NoDatabaseError,
    NotReachableError,
)
from scripts.doctor.layer import Layer, Outcome

NAME = "login"


def log_in(to: Access, database: str | None = None, *, given: bool = False) -> Layer:
    """Log in, ask one question, and leave.

    Parameters
    ----------
    to
        Endpoint, user and authority.
    database
        Database to use; None for the one that every server of that engine has.
    given
        Whether the user was named by whoever asks; else it is the master user, from Secrets Manager.
    """
    try:
        seen = _mysql(to, database) if to.endpoint.speaks_mysql else _postgres(to, database)
    except AccessDeniedError as refused:
        return _denied(refused.said, given=given)
    except NoDatabaseError as missing:
        return _failed(
            missing.said,
            f"User and password are right; a database {database} does not exist on this server.",
            "List the databases (MySQL: SHOW DATABASES; psql: \\l), or load the datasets: lab seed",
        )
    except NotReachableError as refused:
        return _failed(
            refused.said,
            "The connection stands, but the server lets nobody in now.",
            "Its own words say why; see its log (lab status), and run this again.",
        )
    except InstanceNotAvailableError as unavailable:
        return Layer(NAME, Outcome.NOT_JUDGED, unavailable.what, "It takes no logins now.", unavailable.hint)
    except (pymysql.MySQLError, psycopg.Error) as error:
        return _failed(
            words(str(error.args[-1] if error.args else error)),
            "The login was taken, then the server gave up.",
            "See its log (lab status).",
        )
    whose = "the user that was given" if given else "the master user; its password is in Secrets Manager"
    return Layer(NAME, Outcome.OK, seen, f"The server takes {to.user.username}, {whose}.")


def words(said: str) -> str:
    """The server's own words, without what a client library says around them."""
    last = said.strip().splitlines()[-1] if said.strip() else "(no words)"
    return last.partition("FATAL:")[2].strip() or last


def _mysql(to: Access, database: str | None) -> str:
    with connections.mysql(to, database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_USER(), VERSION(), @@require_secure_transport")
        user, version, secure = cursor.fetchone() or ("", "", 0)
    refused = "; who comes without TLS is refused (require_secure_transport)" if secure else ""
    return f"logged in as {user}, server {version}{refused}"


def _postgres(to: Access, database: str | None) -> str:
    with connections.postgres(to, database or "postgres") as connection:
        user, version = connection.execute(
            "SELECT current_user, current_setting('server_version')"
        ).fetchone() or ("", "")
    return f"logged in as {user}, server PostgreSQL {version}"


def _denied(said: str, *, given: bool) -> Layer:
    spoken = words(said)
    if "no encryption" in spoken:
        return _failed(
            spoken,
            "The server takes no connection without TLS.",
            "Let the client use TLS: sslmode=verify-full, or --ssl-ca FILE.",
        )
    if "no pg_hba.conf entry" in spoken:
        return _failed(
            spoken,
            "The server knows no rule for this user, database and address, whatever the password is.",
            "Check the database's name and the server's rules for who may come from where.",
        )
    if "to database" in spoken:
        return _failed(
            spoken,
            "User and password are right, but the user has no rights on that database, or it does not exist.",
            "Let the master user GRANT them; see the databases: SHOW DATABASES",
        )
    step = (
        "Check both. The master user's are in Secrets Manager: leave --user out to try those."
        if given
        else "The secret may have been changed without the server: rotate it, or `make apply`."
    )
    return _failed(
        spoken,
        "The network, TLS and the server work: user name or password is wrong (a server does not tell "
        "which, so that nobody can try names).",
        step,
    )


def _failed(seen: str, meaning: str, step: str) -> Layer:
    return Layer(NAME, Outcome.FAILED, words(seen), meaning, step)
