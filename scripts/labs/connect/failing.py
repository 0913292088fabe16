"""Judges the exercises about failures, each of which is really provoked."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
import pymysql
from botocore.exceptions import ClientError

from scripts.labs.connect import principals, servers
from scripts.labs.connect.buckets import make_bucket
from scripts.labs.connect.principals import Keys
from scripts.labs.connect.servers import Guest, Server
from scripts.labs.outcome import NotYetError, require
from scripts.labs.python import RaisedError
from scripts.labs.work import Work

_DATABASE_WORDS = ("ok", "password", "tls", "certificate", "name", "port")
_AWS_WORDS = ("ok", "unknown key", "wrong secret", "expired", "not allowed")

_PATIENCE_SECONDS = 5


@dataclass(frozen=True)
class _Attempt:
    """What the learner's function is given, and the word for it."""

    given: Mapping[str, Any]
    word: str


def check_database_failures(work: Work) -> None:
    guest = servers.guest(work)
    with ExitStack() as open_:
        true = guest.server(tls=True)
        attempts = [
            _Attempt(true, "ok"),
            _Attempt(true | {"password": f"{guest.password[:-1]}y"}, "password"),
            _Attempt(true | {"tls": False}, "tls"),
            _Attempt(true | {"ca": servers.stranger(work)}, "certificate"),
            _Attempt(open_.enter_context(servers.elsewhere(true)), "certificate"),
            _Attempt(true | {"host": f"{true['user'].replace('_', '-')}.invalid"}, "name"),
            _Attempt(true | {"port": open_.enter_context(servers.closed_port(true["host"]))}, "port"),
        ]
        wrong = _first_wrong(work, "diagnose", attempts, _DATABASE_WORDS)
        if wrong is not None:
            attempt, mine = wrong
            raise NotYetError(
                "A connection is called by the wrong word.",
                seen=f"{mine!r} for one of which the driver says: {_said(guest, dict(attempt.given))}",
                expected="the word that the exercise gives for it",
            )


def _first_wrong(
    work: Work, function: str, attempts: list[_Attempt], words: tuple[str, ...]
) -> tuple[_Attempt, str] | None:
    """Have the learner's function name them, in an order that nobody knows; the first that is wrong."""
    order = random.sample(range(len(attempts)), len(attempts))
    try:
        found = work.call(function, [dict(attempts[place].given) for place in order]).result
    except RaisedError as error:
        raise NotYetError(
            "An error leaves the function, which is to catch it and give the word for it.",
            seen=error.seen,
            expected="a word for each, whatever happens to it",
        ) from None
    if not isinstance(found, list) or len(found) != len(attempts):
        raise NotYetError(
            "The function does not return a list with one word for each.",
            seen=f"{len(found)} for {len(attempts)}" if isinstance(found, list) else f"{found!r:.40}",
            expected="as many words as it is given, in the same order",
        )
    for mine in found:
        require(
            mine in words,
            "A word is none of those in the exercise.",
            seen=f"{mine!r:.40}",
            expected=f"one of: {', '.join(words)}",
        )
    named = {place: str(mine) for place, mine in zip(order, found, strict=True)}
    return next(
        ((each, named[place]) for place, each in enumerate(attempts) if named[place] != each.word), None
    )


def _said(guest: Guest, server: Server) -> str:
    """What the driver says of a connection."""
    to: dict[str, Any] = {"host": server["host"], "port": server["port"], "user": server["user"]}
    to |= {"password": server["password"], "connect_timeout": _PATIENCE_SECONDS}
    try:
        if guest.database.engine == "mysql":
            tls: dict[str, Any] = {"ssl": {"ca": server["ca"]}} if server["tls"] else {"ssl_disabled": True}
            pymysql.connect(**to, database=server["database"], **tls).close()
        else:
            verified = {"sslmode": "verify-full", "sslrootcert": server["ca"]}
            tls = verified if server["tls"] else {"sslmode": "disable"}
            psycopg.connect(**to, dbname=server["database"], **tls).close()
    except (pymysql.MySQLError, psycopg.Error) as error:
        without = "" if server["tls"] else " (without TLS)"
        return f"{' '.join(str(error).split())}{without}"
    return "nothing, for it works"


def check_aws_failures(work: Work) -> None:
    attempts = list(_requests(work))
    wrong = _first_wrong(work, "diagnose", attempts, _AWS_WORDS)
    if wrong is not None:
        attempt, mine = wrong
        raise NotYetError(
            "Keys are called by the wrong word.",
            seen=f"{mine!r} for those of which AWS says: {_answer(work, dict(attempt.given))}",
            expected="the word that the exercise gives for it",
        )


def _requests(work: Work) -> Iterator[_Attempt]:
    arn = principals.role(work, principals.document("Allow", "rds:DescribeDBInstances"))
    ending = principals.session(work, arn, seconds=1)
    lasting = principals.session(work, arn, seconds=3600)
    _, keys = principals.user(work)
    if lasting is not None:
        yield _Attempt(lasting, "ok")
    yield _Attempt(keys | {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE"}, "unknown key")
    secret = keys["aws_secret_access_key"]
    yield _Attempt(keys | {"aws_secret_access_key": secret[1:] + secret[0].swapcase() + "x"}, "wrong secret")
    if ending is None:
        work.say("No session may end within 15 minutes here: the check goes without an expired one")
    else:
        principals.wait_until_ended(work, ending)
        yield _Attempt(ending, "expired")
    principals.refusal(lambda: principals.client(work, "rds", keys).describe_db_instances())
    yield _Attempt(keys, "not allowed")


def _answer(work: Work, keys: Keys) -> str:
    try:
        principals.client(work, "rds", keys).describe_db_instances()
    except ClientError as error:
        return str(error)
    return "nothing but the answer"


def check_access_denied(work: Work) -> None:
    _, keys = principals.user(work, principals.document("Deny", "dynamodb:*"))
    wanted = list(_refused(work, keys))
    found = work.call("read_refusals", [message for message, *_ in wanted]).result
    if not isinstance(found, list) or len(found) != len(wanted):
        raise NotYetError(
            "The function does not return a list with one dict for each message.",
            seen=f"{len(found)} for {len(wanted)}" if isinstance(found, list) else f"{found!r:.40}",
            expected="as many dicts as messages, in the same order",
        )
    for mine, (message, action, resource, explicit) in zip(found, wanted, strict=True):
        if not isinstance(mine, dict) or not {"action", "resource", "explicit"} <= set(mine):
            raise NotYetError(
                "What is returned for a message is not what is asked for.",
                seen=f"{mine!r:.60}",
                expected="a dict with action, resource and explicit",
            )
        for name, right, meaning in (
            ("action", action, "what was asked for"),
            ("resource", resource, "what it was asked of, the ARN alone"),
            ("explicit", explicit, "whether a statement forbids it"),
        ):
            require(
                mine[name] == right and isinstance(mine[name], type(right)),
                f"The {name} is not what the message says.",
                seen=f"{mine[name]!r} for: {message}",
                expected=meaning,
            )


def _refused(work: Work, keys: Keys) -> Iterator[tuple[str, str, str, bool]]:
    """Refusals of several services: message, action, resource, and whether a statement forbids it."""
    region, account = work.settings.region, work.session.client("sts").get_caller_identity()["Account"]
    s3: Any = work.session.client("s3")
    bucket = work.name("refused")
    make_bucket(work, bucket)
    key = f"arn:aws:s3:::{bucket}/csv/ratings.csv"
    s3.put_bucket_policy(
        Bucket=bucket,
        Policy=principals.document("Deny", "s3:GetObject", key).replace(
            '"Action"', '"Principal": "*", "Action"'
        ),
    )

    def asked(service: str) -> Any:
        return principals.client(work, service, keys)

    yield (
        principals.refusal(lambda: asked("rds").describe_db_instances()),
        "rds:DescribeDBInstances",
        f"arn:aws:rds:{region}:{account}:db:*",
        False,
    )
    yield (
        principals.refusal(lambda: asked("s3").get_object(Bucket=bucket, Key="csv/ratings.csv")),
        "s3:GetObject",
        key,
        True,
    )
    yield (
        principals.refusal(lambda: asked("dynamodb").describe_table(TableName="Forum")),
        "dynamodb:DescribeTable",
        f"arn:aws:dynamodb:{region}:{account}:table/Forum",
        True,
    )
    yield (
        principals.refusal(lambda: asked("s3").list_objects_v2(Bucket=bucket)),
        "s3:ListBucket",
        f"arn:aws:s3:::{bucket}",
        False,
    )
