from __future__ import annotations

import gzip
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from scripts import connections
from scripts.connections import Access
from scripts.errors import BadInputError, RemoteError
from scripts.seed import dump_loader, runner
from scripts.seed.dump import inspect
from tests.scripts.conftest import Environment

SAKILA = Path(__file__).parents[4] / "shared" / "data" / "sakila"

SAKILA_ROWS = {
    "actor": 200, "address": 603, "category": 16, "city": 600, "country": 109, "customer": 599, "film": 1000,
    "film_actor": 5462, "film_category": 1000, "film_text": 1000, "inventory": 4581, "language": 6,
    "payment": 16049, "rental": 16044, "staff": 2, "store": 2,
}  # fmt: skip

MYSQL_DUMP = """-- MySQL dump 10.13  Distrib 8.4.2, for Linux (x86_64)
--
-- Host: localhost    Database: dumped
-- ------------------------------------------------------
SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;
SET @@SESSION.SQL_LOG_BIN= 0;
SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5';
DROP TABLE IF EXISTS `t`;
CREATE TABLE `t` (
  `a` int NOT NULL AUTO_INCREMENT,
  `b` varchar(20) COLLATE utf8mb4_0900_ai_ci DEFAULT NULL,
  PRIMARY KEY (`a`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
INSERT INTO `t` VALUES (1,'one'),(2,'zwei'),(3,'trzy \xf3');
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`nobody`@`elsewhere`*/ /*!50003 TRIGGER `t_up` BEFORE INSERT ON `t`
FOR EACH ROW BEGIN SET NEW.b = UPPER(NEW.b); END */;;
DELIMITER ;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`nobody`@`elsewhere` SQL SECURITY DEFINER */
/*!50001 VIEW `v` AS SELECT COUNT(*) AS `n` FROM `t` */;
-- Dump completed on 2026-01-01  0:00:00
"""

PG_DUMP = """--
-- PostgreSQL database dump
--

\\restrict abcdefghijklmnop

SET statement_timeout = 0;
SET transaction_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE FUNCTION public.up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.b := upper(NEW.b); RETURN NEW; END $$;
ALTER FUNCTION public.up() OWNER TO nobody_here;
CREATE TABLE public.t (a integer PRIMARY KEY, b text);
ALTER TABLE public.t OWNER TO nobody_here;
COPY public.t (a, b) FROM stdin;
1	one
2	\\N
\\.
CREATE TRIGGER t_up BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.up();
GRANT SELECT ON TABLE public.t TO nobody_here;

\\unrestrict abcdefghijklmnop

--
-- PostgreSQL database dump complete
--
"""


def mysql_rows(access: Access, statement: str) -> tuple[Any, ...]:
    with connections.mysql(access) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return tuple(cursor.fetchall())


@pytest.mark.skipif(not SAKILA.is_dir(), reason="../shared/data/sakila is not here")
def test_sakila_has_the_rows_views_triggers_and_routines_of_its_readme(
    environment: Environment, mysql_access: Access
) -> None:
    loaded = runner.load_dump(environment.settings, environment.session, SAKILA)
    assert loaded[-1].rows == {f"sakila.{name}": count for name, count in SAKILA_ROWS.items()}
    (counts,) = mysql_rows(
        mysql_access,
        "SELECT (SELECT COUNT(*) FROM information_schema.views WHERE table_schema = 'sakila'),"
        "(SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'sakila'),"
        "(SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema = 'sakila')",
    )
    assert counts == (7, 6, 6)
    ratings = mysql_rows(mysql_access, "SELECT rating, COUNT(*) FROM sakila.film GROUP BY rating")
    assert dict(ratings) == {"PG": 194, "G": 178, "NC-17": 210, "PG-13": 223, "R": 195}


def test_a_mysql_dump_of_another_server_loads_without_superuser(
    environment: Environment, mysql_access: Access, tmp_path: Path
) -> None:
    path = tmp_path / "dump.sql.gz"
    path.write_bytes(gzip.compress(MYSQL_DUMP.encode()))
    (loaded,) = runner.load_dump(environment.settings, environment.session, path)
    assert loaded.rows == {"dumped.t": 3}
    assert mysql_rows(mysql_access, "SELECT n FROM dumped.v") == ((3,),)
    mysql_rows(mysql_access, "INSERT INTO dumped.t (b) VALUES ('four')")
    assert mysql_rows(mysql_access, "SELECT b FROM dumped.t WHERE a >= 3") == (("trzy ó",), ("FOUR",))


def test_a_pg_dump_of_another_server_loads_without_its_roles(
    environment: Environment, postgres_access: Access, tmp_path: Path
) -> None:
    path = tmp_path / "dump.sql"
    path.write_text(PG_DUMP)
    (loaded,) = runner.load_dump(environment.settings, environment.session, path, database="dumped")
    assert loaded.rows == {"dumped.public.t": 2}
    with connections.postgres(postgres_access, "dumped") as connection:
        connection.execute("INSERT INTO t VALUES (3, 'three')")
        assert connection.execute("SELECT b FROM t WHERE a > 1 ORDER BY a").fetchall() == [
            (None,),
            ("THREE",),
        ]


def test_a_pg_dump_may_make_and_enter_its_database(
    environment: Environment, postgres_access: Access, tmp_path: Path
) -> None:
    path = tmp_path / "dump.sql"
    start = "CREATE DATABASE made TEMPLATE template0;\n\\connect made\nSET statement_timeout = 0;\n"
    path.write_text(PG_DUMP.replace("SET statement_timeout = 0;\n", start))
    (loaded,) = runner.load_dump(environment.settings, environment.session, path)
    assert loaded.rows == {"made.public.t": 2}
    path.write_text(path.read_text().replace("made", "unmade").replace("COPY public.t", "COPY public.absent"))
    with pytest.raises(RemoteError, match=r'dump\.sql, line 18: relation "public.absent" does not exist'):
        runner.load_dump(environment.settings, environment.session, path)


def test_a_servers_error_comes_with_file_and_line(
    mysql_access: Access, postgres_access: Access, tmp_path: Path
) -> None:
    path = tmp_path / "bad.sql"
    path.write_text(MYSQL_DUMP.replace("INSERT INTO `t`", "INSERT INTO `absent`"))
    with pytest.raises(
        RemoteError, match=r"bad\.sql, line 14: Table 'dumped\.absent' doesn't exist \(error 1146\)"
    ):
        dump_loader.into_mysql(inspect(path), mysql_access, None)
    path.write_text(PG_DUMP.replace("COPY public.t", "COPY public.absent"))
    with pytest.raises(RemoteError, match=r'bad\.sql, line 16: relation "public.absent" does not exist'):
        dump_loader.into_postgres(inspect(path), postgres_access, "broken")
    with connections.postgres(postgres_access, "broken") as connection:
        assert connection.execute("SELECT to_regclass('public.t')").fetchone() == (None,)


def test_a_dump_cannot_run_programs_here(
    mysql_access: Access, postgres_access: Access, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    path = tmp_path / "evil.sql"
    path.write_text(MYSQL_DUMP.replace("DROP TABLE", f"\\! touch {made}\nsystem touch {made}\nDROP TABLE"))
    with pytest.raises(RemoteError):
        dump_loader.into_mysql(inspect(path), mysql_access, None)
    path.write_text(PG_DUMP.replace("CREATE FUNCTION", f"SELECT 1 \\! touch {made}\nCREATE FUNCTION", 1))
    with pytest.raises(RemoteError):
        dump_loader.into_postgres(inspect(path), postgres_access, "evil")
    assert not made.exists()


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []  # it has just ended


def test_no_process_shows_the_password(mysql_access: Access, postgres_access: Access, tmp_path: Path) -> None:
    path = tmp_path / "slow.sql"
    seen: list[list[str]] = []
    for content, load in (
        (MYSQL_DUMP.replace("DROP TABLE", "SELECT SLEEP(3);\nDROP TABLE"), dump_loader.into_mysql),
        (PG_DUMP.replace("CREATE FUNC", "SELECT pg_sleep(3);\nCREATE FUNC", 1), dump_loader.into_postgres),
    ):
        path.write_text(content)
        access = mysql_access if load is dump_loader.into_mysql else postgres_access
        thread = threading.Thread(target=load, args=(inspect(path), access, "slow"))
        thread.start()
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline and thread.is_alive():
            commands = [_command(child) for child in psutil.Process().children()]
            if clients := [
                line for line in commands if line and Path(line[0]).name in ("mysql", "mariadb", "psql")
            ]:
                seen += clients
                break
            time.sleep(0.02)
        thread.join()
    assert len(seen) == 2
    assert not any(
        a.user.password in " ".join(line) for line in seen for a in (mysql_access, postgres_access)
    )


def test_a_dump_that_names_no_database_asks_for_one(
    environment: Environment, instances: None, tmp_path: Path
) -> None:
    path = tmp_path / "dump.sql"
    path.write_text(PG_DUMP)
    with pytest.raises(BadInputError, match="does not say which database it is for"):
        runner.load_dump(environment.settings, environment.session, path)


def test_what_this_servers_own_program_dumps_loads_again(
    environment: Environment, postgres_access: Access, tmp_path: Path
) -> None:
    """pg_dump of the seeded database, with types, identities, indexes, comments and arrays."""
    runner.restore(environment.settings, environment.session, ["rentio"])
    host, port = postgres_access.endpoint.address()
    path = tmp_path / "rentio.sql"
    variables = {
        "PGPASSWORD": postgres_access.user.password, "PGUSER": postgres_access.user.username, "PGHOST": host,
        "PGPORT": str(port), "PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(postgres_access.authority),
    }  # fmt: skip
    subprocess.run(
        ["pg_dump", "--file", path, "--schema=public", "rentio"],
        env={"PATH": "/usr/bin:/bin", **variables},
        check=True,
    )
    (loaded,) = runner.load_dump(environment.settings, environment.session, path, database="again")
    assert loaded.rows["again.public.payment"] == 16049
