"""Judges what survives a crash, on DB instances of the check's own: nobody else's server is touched."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager
from typing import Any

import psycopg
import pymysql

from scripts import connections
from scripts.connections import Access, Credentials
from scripts.labs import removal
from scripts.labs.acid.side_by_side import on_each
from scripts.labs.acid.urls import instance_url
from scripts.labs.manifest import Engine
from scripts.labs.outcome import require
from scripts.labs.work import Work

#: What the learner's function may take: a crash takes a second here, and minutes on AWS.
_CALL_SECONDS = 900.0
#: How often the orders are looked at meanwhile.
_LOOK_SECONDS = 0.01

_USER, _DATABASE = "crasher", "shop"

Query = Callable[[str], list[tuple[Any, ...]]]


def check_durability(work: Work) -> None:
    # What an interrupted check has left.
    _remove(work)
    work.afterwards(lambda: _remove(work))
    password = secrets.token_urlsafe(24)
    names = {engine: work.name(f"crash-{engine}-{secrets.token_hex(3)}") for engine in work.databases}
    for engine, name in names.items():
        _create(work, like=work.databases[engine].master.endpoint.identifier, name=name, password=password)
    on_each(work, lambda engine: _judge(work, engine, names[engine], password))


def _remove(work: Work) -> None:
    for *_, delete in removal.db_instances(work.session.client("rds"), work.name("crash")):
        delete()


def _create(work: Work, *, like: str, name: str, password: str) -> None:
    """A small DB instance where another one is, with a standby, so that it can be made to fail over."""
    rds: Any = work.session.client("rds")
    model = rds.describe_db_instances(DBInstanceIdentifier=like)["DBInstances"][0]
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        Engine=model["Engine"],
        EngineVersion=model["EngineVersion"],
        DBInstanceClass=model["DBInstanceClass"],
        AllocatedStorage=20,
        DBName=_DATABASE,
        MasterUsername=_USER,
        MasterUserPassword=password,
        MultiAZ=True,
        BackupRetentionPeriod=0,
        DBSubnetGroupName=model["DBSubnetGroup"]["DBSubnetGroupName"],
        VpcSecurityGroupIds=[group["VpcSecurityGroupId"] for group in model["VpcSecurityGroups"]],
    )


def _judge(work: Work, engine: Engine, name: str, password: str) -> None:
    access = _ready(work, name, password)
    with _opened(access) as query:
        query("CREATE TABLE orders (id INT PRIMARY KEY)")
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(
            work.call, "survivors", instance_url(access, _DATABASE), name, seconds=_CALL_SECONDS
        )
        under_way = _seen_under_way(access, future)
        answer = future.result().result
    with _opened(_ready(work, name, password)) as query:
        kept = sorted(row[0] for row in query("SELECT id FROM orders"))
    told = f"orders {', '.join(map(str, kept)) or 'none'} are there"
    require(
        _failed_over(work, name),
        f"On {engine}, the server did not crash.",
        seen=f"no failover of DB instance {name} in its events",
        expected="crash(instance), while the second order is under way",
    )
    require(
        1 in kept,
        f"On {engine}, the first order is lost.",
        seen=told,
        expected="an order that is committed before the server dies",
    )
    require(
        2 not in kept,
        f"On {engine}, the second order is there after the crash.",
        seen=told,
        expected="an order that is written, and not committed when the server dies",
    )
    require(
        under_way,
        f"On {engine}, no second order was under way when the server died.",
        seen="a first order that is committed, and nothing that is written after it",
        expected="the second order, written in a transaction that is still open",
    )
    require(
        answer == kept,
        f"On {engine}, survivors does not return what is there after the crash.",
        seen=f"{answer!s:.40}",
        expected="the ids of the orders that a new connection finds, in order, as a list",
    )


def _ready(work: Work, name: str, password: str) -> Access:
    """Access to the DB instance once it is available."""
    work.session.client("rds").get_waiter("db_instance_available").wait(
        DBInstanceIdentifier=name, WaiterConfig={"Delay": 1, "MaxAttempts": 3600}
    )
    endpoint = connections.find(work.session, name)
    user, authority = Credentials(_USER, password), connections.authority(work.settings)
    return Access(endpoint, user, authority, work.settings.tunnels.get(name))


@contextmanager
def _opened(access: Access) -> Iterator[Query]:
    if access.endpoint.speaks_mysql:
        with connections.mysql(access, _DATABASE) as mysql, mysql.cursor() as cursor:

            def ask(statement: str) -> list[tuple[Any, ...]]:
                cursor.execute(statement)
                return list(cursor.fetchall())

            yield ask
    else:
        with connections.postgres(access, _DATABASE) as postgres:
            postgres.autocommit = True

            def run(statement: str) -> list[tuple[Any, ...]]:
                done = postgres.execute(statement)
                return done.fetchall() if done.description else []

            yield run


def _seen_under_way(access: Access, learner: Future[Any]) -> bool:
    """Watch until the server dies or the function is done: was a second order written and not committed?

    On MySQL a dirty read shows it. PostgreSQL shows nobody what is not committed, but that a session has an
    open transaction which has written something.
    """
    try:
        with _opened(access) as query:
            if access.endpoint.speaks_mysql:
                query("SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED")
            while not wait_for([learner], timeout=_LOOK_SECONDS).done:
                if _under_way(query, mysql=access.endpoint.speaks_mysql):
                    return True
    except (pymysql.MySQLError, psycopg.Error):
        # The server is dead; so is this connection.
        return False
    return False


def _under_way(query: Query, *, mysql: bool) -> bool:
    orders = [row[0] for row in query("SELECT id FROM orders ORDER BY id")]
    if mysql:
        return orders == [1, 2]
    writing = "SELECT COUNT(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND backend_xid IS NOT NULL"
    return orders == [1] and query(writing)[0][0] > 0


def _failed_over(work: Work, name: str) -> bool:
    rds: Any = work.session.client("rds")
    told = rds.describe_events(SourceIdentifier=name, SourceType="db-instance", Duration=600)["Events"]
    return any("failover" in event["EventCategories"] for event in told)
