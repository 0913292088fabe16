"""What the loaders do when they are not alone, and when rows do not arrive as they were sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scripts import connections
from scripts.connections import Access
from scripts.errors import RemoteError
from scripts.seed import mysql_loader, postgres_loader
from scripts.seed.classicmodels import CLASSICMODELS
from scripts.seed.model import Chunk, Table
from scripts.seed.rentio import RENTIO
from scripts.seed.rows import Column, integers
from scripts.seed.streaming import ahead, as_file


def seed_mysql(access: Access, dataset: object = CLASSICMODELS) -> None:
    with connections.mysql(access, local_infile=True) as connection:
        mysql_loader.load(connection, dataset, 1, 42)  # type: ignore[arg-type]


def seed_postgres(access: Access) -> None:
    with connections.postgres(access) as connection:
        postgres_loader.create_database(connection, "rentio")
    with connections.postgres(access, "rentio") as connection:
        postgres_loader.load(connection, RENTIO, 1, 42)


def test_two_seeds_of_one_dataset_do_not_mix(mysql_access: Access, postgres_access: Access) -> None:
    with connections.mysql(mysql_access) as other, other.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK('classicmodels_seeding', 0)")
        with pytest.raises(RemoteError, match="Another seed of classicmodels is at work"):
            seed_mysql(mysql_access)
    seed_postgres(postgres_access)
    with connections.postgres(postgres_access, "rentio") as session:
        session.execute("SELECT pg_advisory_xact_lock(hashtext('rentio_seeding'))")
        with pytest.raises(RemoteError, match="Another seed of rentio is at work"):
            seed_postgres(postgres_access)


def test_an_open_transaction_on_a_table_is_told_and_nothing_is_lost(
    mysql_access: Access, postgres_access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed_mysql(mysql_access)
    seed_postgres(postgres_access)
    monkeypatch.setattr(mysql_loader, "LOCK_SECONDS", 1)
    monkeypatch.setattr(postgres_loader, "LOCK_SECONDS", 1)
    with connections.mysql(mysql_access, "classicmodels") as other, other.cursor() as cursor:
        cursor.execute("START TRANSACTION")
        cursor.execute("SELECT COUNT(*) FROM customers")
        with pytest.raises(RemoteError, match="Lock wait timeout") as caught:
            seed_mysql(mysql_access)
        assert "Another connection has a transaction open" in caught.value.hint
    with connections.postgres(postgres_access, "rentio") as session:
        session.execute("SELECT COUNT(*) FROM film")
        with pytest.raises(RemoteError, match="lock timeout") as caught:
            seed_postgres(postgres_access)
        assert "Another connection has a transaction open" in caught.value.hint
    seed_mysql(mysql_access)
    seed_postgres(postgres_access)


def test_a_row_that_the_server_had_to_change_is_an_error(mysql_access: Access) -> None:
    def wrong(seed: int, first: int, last: int) -> list[Column]:
        return [
            integers(np.arange(7)),
            b"far too long for a code" * 9,
            b"x",
            b"x",
            b"\\N",
            b"\\N",
            b"x",
            b"x",
            b"x",
        ]

    tables = [
        Table(table.name, table.columns, 7, False, wrong) if table.name == "offices" else table
        for table in CLASSICMODELS.tables
    ]
    with pytest.raises(
        RemoteError, match="of offices did not arrive as they were sent, 7 of 7: Data truncated"
    ):
        seed_mysql(mysql_access, replace(CLASSICMODELS, tables=tuple(tables)))
    seed_mysql(mysql_access)


def pieces(count: int, fail_at: int | None = None) -> Iterator[bytes]:
    for number in range(count):
        if number == fail_at:
            raise RuntimeError("no more")
        yield b"%07d\n" % number * 4096


def test_pieces_come_whole_and_in_order_through_thread_and_pipe() -> None:
    expected = b"".join(pieces(40))
    assert b"".join(ahead(pieces(40))) == expected
    with as_file(pieces(40)) as path:
        assert Path(path).read_bytes() == expected


def test_a_failure_of_the_generator_reaches_the_reader() -> None:
    with pytest.raises(RuntimeError, match="no more"):
        list(ahead(pieces(40, fail_at=30)))
    with pytest.raises(RuntimeError, match="no more"), as_file(pieces(40, fail_at=30)) as path:
        Path(path).read_bytes()


def test_a_reader_that_leaves_early_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    for _ in ahead(pieces(10_000)):
        break
    with as_file(pieces(10_000)):
        pass
    assert threading.active_count() == before


def test_chunks_count_their_rows() -> None:
    for dataset in (RENTIO, CLASSICMODELS):
        for table in dataset.tables:
            for chunk in table.chunks(2, 3):
                assert isinstance(chunk, Chunk)
                assert chunk.data.count(b"\n") == chunk.rows
