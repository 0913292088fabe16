"""Judges the exercises that connect: by what the server says of the session, and by whom they refuse."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

from scripts import odbc
from scripts.labs.connect import servers
from scripts.labs.connect.servers import Guest, Server
from scripts.labs.outcome import NotYetError, require
from scripts.labs.python import RaisedError
from scripts.labs.work import Work

if TYPE_CHECKING:
    import sqlalchemy

#: What the server said of a session, or the client's error.
Answer = Any
Connect = Callable[[Server], Answer]

_URL = "dialect+driver://user:password@host:port/database?arguments, quoted where it must be"

#: Of what clients say when a certificate is not what it should be.
_DISTRUST = ("certificate", "CERTIFICATE_VERIFY_FAILED", "(2026)")


def check_driver(work: Work) -> None:
    guest = servers.guest(work)
    asked = guest.asking(work)
    _judge(work, guest, lambda server: work.call("query", server, asked).result)


def check_odbc(work: Work) -> None:
    guest = servers.guest(work)
    asked = guest.asking(work)
    driver = str(odbc.require("postgres" if guest.database.engine == "postgres" else "mysql").file)
    _judge(work, guest, lambda server: work.call("query", server | {"driver": driver}, asked).result)


def check_sqlalchemy_url(work: Work) -> None:
    guest = servers.guest(work)
    true = guest.server()
    url = _url(work, true)
    _judge(work, guest, partial(_through, url, true, guest.asking(work)))


def _url(work: Work, true: Server) -> sqlalchemy.URL:
    """The learner's URL for the true server."""
    # Nobody else needs it, and it takes long to import.
    import sqlalchemy  # noqa: PLC0415

    made = work.call("url", true).result
    if not isinstance(made, str):
        raise NotYetError(
            "The function does not return text.",
            seen=f"a {type(made).__name__}" if made is not None else "nothing returned",
            expected="a URL as text",
        )
    try:
        url = sqlalchemy.make_url(made)
        url.get_dialect().import_dbapi()
    except (sqlalchemy.exc.NoSuchModuleError, ImportError) as error:
        raise NotYetError(
            "The URL names a driver that is not installed.", seen=str(error), expected="pymysql or psycopg"
        ) from None
    except (sqlalchemy.exc.ArgumentError, ValueError) as error:
        raise NotYetError(
            "SQLAlchemy cannot read the URL.", seen=_hidden(error, true), expected=_URL
        ) from None
    require(
        set(url.password or "") != {"*"},
        "The URL holds three asterisks in place of the password.",
        seen="the text that SQLAlchemy shows of a URL",
        expected="the password itself, quoted",
    )
    return url


def _through(url: sqlalchemy.URL, true: Server, asked: str, server: Server) -> Answer:
    """What a server says to SQLAlchemy, with the URL for the true one turned to it."""
    import sqlalchemy  # noqa: PLC0415
    import sqlalchemy.pool  # noqa: PLC0415

    if server != true:
        turned = {name: _replaced(value, true["ca"], server["ca"]) for name, value in url.query.items()}
        url = url.set(host=server["host"], port=server["port"], query=turned)
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.pool.NullPool)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(asked)]
    except (sqlalchemy.exc.SQLAlchemyError, OSError, TypeError, ValueError) as error:
        said = getattr(error, "orig", None) or error
        raise RaisedError(
            "The connection through the URL fails.", seen=_hidden(said, true), expected=_URL
        ) from None


def _replaced(value: str | tuple[str, ...], old: str, new: str) -> str | tuple[str, ...]:
    return (
        value.replace(old, new) if isinstance(value, str) else tuple(each.replace(old, new) for each in value)
    )


def _hidden(error: object, server: Server) -> str:
    """An error's words without the password."""
    return " ".join(str(error).split()).replace(server["password"], "***")


def _judge(work: Work, guest: Guest, connect: Connect) -> None:
    true = guest.server()
    try:
        found = connect(true)
    except RaisedError as error:
        raise _explained(error) from None
    _same_session(guest, found)
    other = true | {"ca": servers.stranger(work)}
    _refuses(
        connect,
        nullcontext(other),
        "A server is trusted whose certificate another authority signed.",
        "a connection only where the authority in the file `ca` signed the server's certificate",
    )
    _refuses(
        connect,
        servers.elsewhere(true),
        "A server is trusted that answers at another address than its certificate is for.",
        "a connection only where the certificate is for the host that was asked for",
    )


def _explained(error: RaisedError) -> NotYetError:
    """What the commonest errors of a first connection mean."""
    said = error.seen
    meanings = (
        (
            ("no encryption", "insecure transport", "3159"),
            "The server takes only encrypted connections, and this one is not.",
        ),
        (
            ("1045", "Access denied", "password authentication failed"),
            "The server refuses the login: the password arrives changed, or the connection is not encrypted.",
        ),
        (_DISTRUST, "The true server is refused: its certificate is not verified with the file `ca`."),
    )
    for words, meaning in meanings:
        if any(word in said for word in words):
            return NotYetError(meaning, seen=said, expected="a connection to the server that was given")
    return error


def _same_session(guest: Guest, found: Answer) -> None:
    """Hold the rows against what the server must say of the guest's session."""
    if not isinstance(found, list) or not all(isinstance(row, tuple | list) for row in found):
        raise NotYetError(
            "The rows are not a list of tuples.",
            seen=f"a {type(found).__name__}" if found is not None else "nothing returned",
            expected="all rows that the query answers with",
        )
    require(
        len(found) == 1 and len(found[0]) == 3,
        "The rows are not those that the query answers with.",
        seen=f"{len(found)} rows",
        expected="every row, with every column",
    )
    user, database, cipher = found[0]
    require(
        user == guest.name,
        "The server sees another user than the one that was given.",
        seen=f"a session of {user}",
        expected="the server's user",
    )
    require(
        database == guest.place,
        "The session is in another database than the one that was given.",
        seen=f"database {database}",
        expected="the server's database",
    )
    require(
        bool(cipher),
        "The session is not encrypted.",
        seen="the server says that it uses no cipher",
        expected="TLS",
    )


def _refuses(connect: Connect, offered: AbstractContextManager[Server], trusted: str, expected: str) -> None:
    """See that a server is refused, with the driver's own error."""
    with offered as server:
        try:
            found = connect(server)
        except RaisedError as error:
            require(
                any(word in error.seen for word in _DISTRUST),
                "A server that must be refused is met with an error that is not about its certificate.",
                seen=error.seen,
                expected=expected,
            )
            return
    if found:
        raise NotYetError(trusted, seen="it was asked, and answered", expected=expected)
    raise NotYetError(
        "A connection that fails is passed over in silence.",
        seen=f"{found!r} returned",
        expected="the driver's own error, for whoever called",
    )
