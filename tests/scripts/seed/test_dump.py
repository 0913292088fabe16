from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from scripts.errors import BadInputError
from scripts.seed.dump import inspect

MYSQLDUMP = b"""-- MySQL dump 10.13  Distrib 8.4.2, for Linux (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
CREATE TABLE `t` (`a` int NOT NULL) ENGINE=InnoDB;
INSERT INTO `t` VALUES (1);
-- Dump completed on 2026-01-01  0:00:00
"""

PG_DUMP = b"""--
-- PostgreSQL database dump
--

SET statement_timeout = 0;
CREATE TABLE public.t (a integer);
COPY public.t (a) FROM stdin;
1
\\.


--
-- PostgreSQL database dump complete
--
"""


def written(folder: Path, content: bytes, name: str = "dump.sql") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_mysqldump_names_its_database_in_a_comment(tmp_path: Path) -> None:
    dump = inspect(written(tmp_path, MYSQLDUMP))
    assert (dump.dialect, dump.databases, dump.header_database) == ("mysql", (), "shop")
    assert dump.creates_tables
    assert dump.bytes == len(MYSQLDUMP)


def test_databases_that_a_dump_switches_to_are_found_in_order(tmp_path: Path) -> None:
    mysql = MYSQLDUMP.replace(b"CREATE TABLE", b"USE `b-1`;\nUSE a;\nUSE `b-1`;\nCREATE TABLE")
    assert inspect(written(tmp_path, mysql)).databases == ("b-1", "a")
    postgres = PG_DUMP.replace(b"CREATE TABLE", b"\\connect shop\n\nCREATE TABLE")
    assert inspect(written(tmp_path, postgres)).databases == ("shop",)


def test_a_pg_dump_is_told_by_its_statements(tmp_path: Path) -> None:
    assert inspect(written(tmp_path, PG_DUMP)).dialect == "postgres"
    bare = b"CREATE TABLE t (id serial PRIMARY KEY, made timestamp without time zone);\n"
    assert inspect(written(tmp_path, bare)).dialect == "postgres"


def test_gzip_is_read_through(tmp_path: Path) -> None:
    assert inspect(written(tmp_path, gzip.compress(MYSQLDUMP, mtime=0), "dump.sql.gz")).bytes == len(
        MYSQLDUMP
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not an SQL dump: its first 0 lines hold no SQL statement"),
        (b"Dear Sir or Madam,\nthis is a letter.\n", "is not an SQL dump"),
        (b'{"json": true}\n', "is not an SQL dump"),
        (b"PGDMP\x01\x0e", "is pg_dump's custom format"),
        (b"PK\x03\x04zip", "is a zip archive"),
        (b"BZh91AY", "is compressed with bzip2"),
        (b"\xff\xfeC\0R\0E\0", "is UTF-16 text"),
        (b"CREATE\0TABLE", "is a binary file"),
        (gzip.compress(MYSQLDUMP, mtime=0)[:-20], "is cut off or damaged"),
        (MYSQLDUMP[:-60], "is cut off: its last line, '-- Dump completed', is missing"),
        (PG_DUMP[:-40], "is cut off: its last line, '-- PostgreSQL database dump complete'"),
        (b"CREATE TABLE `t` (a INT);\nINSERT INTO `t` VALUES (1), (2", "is cut off in a statement"),
        (b"CREATE TABLE t (a INT);\n", "for MySQL or for PostgreSQL cannot be told"),
        (MYSQLDUMP.replace(b"CREATE TABLE", b"USE `mysql`;\nCREATE TABLE"), "server's own database mysql"),
    ],
)
def test_what_is_no_whole_dump_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(BadInputError, match=message):
        inspect(written(tmp_path, content))


def test_the_user_may_say_whose_dump_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, b"CREATE TABLE t (a INT);\n")
    assert inspect(path, "postgres").dialect == "postgres"


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be read: No such file"):
        inspect(tmp_path / "absent.sql")
    with pytest.raises(BadInputError, match="is a folder"):
        inspect(tmp_path)


def test_a_comment_at_the_end_does_not_make_a_dump_cut_off(tmp_path: Path) -> None:
    inspect(written(tmp_path, b"CREATE TABLE `t` (a INT);\n-- the end\n/* really */\n\n"))
    inspect(written(tmp_path, b"CREATE TABLE `t` (a INT);\nDELIMITER //\nCREATE VIEW v AS SELECT 1 //\n"))
