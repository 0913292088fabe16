"""Judges the exercises that find sources through the API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scripts import connections
from scripts.labs.connect.servers import own_database
from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

_WHAT = ("identifier", "address", "port")


def check_endpoints(work: Work) -> None:
    lines = [line.split() for line in work.command().printed.splitlines() if line.strip()]
    wanted = {words[0]: words for words in _instances(work)}
    text = " / ".join(" ".join(words) for words in lines)
    require(bool(lines), "The command prints nothing.", expected="a line for each DB instance")
    require(
        not any(character in text for character in '{}[]|"'),
        "The command prints more than the plain words.",
        seen=f"{text:.60}",
        expected="identifier, address and port, with nothing around them",
    )
    require(
        len(lines) == len(wanted),
        "The number of lines is not the number of DB instances.",
        seen=f"{len(lines)} lines",
        expected="one line for each DB instance",
    )
    for words in lines:
        require(
            len(words) == len(_WHAT),
            "A line does not hold three things.",
            seen=f"{' '.join(words):.60}",
            expected="identifier, address and port",
        )
        require(
            words[0] in wanted,
            "A line does not begin with the identifier of a DB instance.",
            seen=words[0],
            expected="DBInstanceIdentifier",
        )
        for what, mine, right in zip(_WHAT[1:], words[1:], wanted[words[0]][1:], strict=True):
            require(
                mine == right,
                f"The {what} of a DB instance is not where it belongs, or not right.",
                seen=f"{mine} as {what} of {words[0]}",
                expected="what RDS says, in the order asked for",
            )


def _instances(work: Work) -> list[tuple[str, str, str]]:
    found = []
    for page in work.session.client("rds").get_paginator("describe_db_instances").paginate():
        for each in page["DBInstances"]:
            endpoint: Any = each.get("Endpoint", {})
            address, port = str(endpoint.get("Address")), str(endpoint.get("Port"))
            found.append((each["DBInstanceIdentifier"], address, port))
    return found


def check_source(work: Work) -> None:
    master = own_database(work).master
    found = work.call("source", master.endpoint.identifier).result
    names = ("host", "port", "user", "password")
    missing = [name for name in names if not isinstance(found, dict) or name not in found]
    if missing:
        raise NotYetError(
            f"What is returned has no {missing[0]}.",
            seen=f"keys {', '.join(map(str, found))}"
            if isinstance(found, dict)
            else f"{type(found).__name__}",
            expected="a dict with host, port, user and password",
        )
    host, port = master.endpoint.address()
    require(
        found["host"] == host,
        "The host is not where RDS says that the instance is.",
        seen=f"{found['host']!s:.60}",
        expected="the endpoint's address",
    )
    require(
        found["port"] == port and not isinstance(found["port"], str),
        "The port is not the one that RDS says, as a number.",
        seen=f"{found['port']!r:.40}",
        expected="the endpoint's port",
    )
    _logs_in(work, found)


def _logs_in(work: Work, found: dict[str, Any]) -> None:
    """See that the server takes the login."""
    require(
        isinstance(found["user"], str) and isinstance(found["password"], str),
        "User and password are not two texts.",
        seen=f"{type(found['user']).__name__} and {type(found['password']).__name__}",
        expected="what the secret holds for each",
    )
    database = own_database(work)
    login = replace(
        database.master, user=connections.Credentials(found["user"], found["password"]), tunnel=None
    )
    connect = connections.postgres if database.engine == "postgres" else connections.mysql
    try:
        with connect(login):
            pass
    except connections.AccessDeniedError as error:
        raise NotYetError(
            "The server refuses the login.",
            seen=error.said.replace(found["password"], "***") if found["password"] else error.said,
            expected="user and password as the secret holds them, each for itself",
        ) from None
    require(
        found["user"] == database.master.user.username,
        "The login is not the master user's.",
        seen=found["user"],
        expected="the user that the instance's own secret names",
    )
