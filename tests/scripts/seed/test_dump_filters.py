from __future__ import annotations

from pathlib import Path

import pytest

from scripts.errors import BadInputError
from scripts.seed.dump_filters import for_mysql, for_postgres

MARIADB = frozenset(
    {"utf8mb4_unicode_520_ci", "utf8mb4_bin", "utf8mb4_uca1400_ai_ci", "utf8mb4_uca1400_as_cs"}
)
OLD_MARIADB = frozenset({"utf8mb4_unicode_520_ci", "utf8mb4_bin"})
MYSQL = frozenset({"utf8mb4_0900_ai_ci", "utf8mb4_0900_as_cs", "utf8mb4_bin", "utf8mb4_unicode_520_ci"})


def mysql(text: str, collations: frozenset[str] = MYSQL) -> str:
    return b"".join(for_mysql(text.encode().splitlines(keepends=True), collations)).decode()


def postgres(text: str, version: int = 150004, token: str | None = None) -> str:
    lines = text.encode().splitlines(keepends=True)
    return b"".join(for_postgres(lines, Path("dump.sql"), version, token)).decode()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("CREATE DEFINER=`root`@`localhost` PROCEDURE p()\n", "CREATE  PROCEDURE p()\n"),
        ("/*!50017 DEFINER=`a b`@`%`*/ /*!50003 TRIGGER t\n", "/*!50017 */ /*!50003 TRIGGER t\n"),
        ("/*!50013 DEFINER='me'@'10.0.0.1' SQL SECURITY DEFINER */\n", "/*!50013  SQL SECURITY DEFINER */\n"),
        ("CREATE DEFINER=CURRENT_USER VIEW v\n", "CREATE DEFINER=CURRENT_USER VIEW v\n"),
        ("SET @@SESSION.SQL_LOG_BIN= 0;\n", "\n"),
        ("SET sql_log_bin = 0;\n", "\n"),
        ("/*M!999999\\- enable the sandbox mode */ \n", "\n"),
        ("INSERT INTO t VALUES ('DEFINER=`root`@`x`');\n", "INSERT INTO t VALUES ('DEFINER=`root`@`x`');\n"),
    ],
)  # fmt: skip
def test_what_only_a_superuser_may_is_taken_out(line: str, expected: str) -> None:
    assert mysql(line) == expected


def test_a_setting_over_several_lines_goes_and_the_lines_keep_their_numbers() -> None:
    text = "SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'a:1-5,\nb:1-7';\nSELECT 1;\n"
    assert mysql(text) == "\n\nSELECT 1;\n"


@pytest.mark.parametrize(
    ("collations", "name", "expected"),
    [
        (MYSQL, "utf8mb4_0900_ai_ci", "utf8mb4_0900_ai_ci"),
        (MYSQL, "utf8mb4_uca1400_ai_ci", "utf8mb4_0900_ai_ci"),
        (MYSQL, "utf8mb4_uca1400_as_cs", "utf8mb4_0900_as_cs"),
        (MARIADB, "utf8mb4_0900_ai_ci", "utf8mb4_uca1400_ai_ci"),
        (OLD_MARIADB, "utf8mb4_0900_ai_ci", "utf8mb4_unicode_520_ci"),
        (OLD_MARIADB, "utf8mb4_de_pb_0900_as_cs", "utf8mb4_bin"),
        (OLD_MARIADB, "utf8mb4_0900_bin", "utf8mb4_bin"),
        (OLD_MARIADB, "utf8mb4_general_ci", "utf8mb4_general_ci"),
    ],
)
def test_a_collation_that_the_server_lacks_is_replaced_by_the_nearest(
    collations: frozenset[str], name: str, expected: str
) -> None:
    assert mysql(f") ENGINE=InnoDB COLLATE={name};\n", collations) == f") ENGINE=InnoDB COLLATE={expected};\n"


def test_roles_of_another_server_are_left_out_of_a_pg_dump_but_not_of_its_rows() -> None:
    text = (
        "ALTER TABLE public.t OWNER TO somebody;\n"
        "GRANT SELECT ON TABLE public.t TO reader;\n"
        "COPY public.t (a) FROM stdin;\n"
        "ALTER TABLE public.t OWNER TO somebody;\n"
        "\\N\n"
        "\\.\n"
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $_$\n"
        "GRANT SELECT ON t TO reader;\n"
        "$_$;\n"
    )
    expected = text.splitlines(keepends=True)
    expected[0] = expected[1] = "\n"
    assert postgres(text) == "".join(expected)


def test_a_setting_of_a_newer_server_is_left_out_on_an_older_one() -> None:
    assert postgres("SET transaction_timeout = 0;\n", 150004) == "\n"
    assert postgres("SET transaction_timeout = 0;\n", 170001) == "SET transaction_timeout = 0;\n"


@pytest.mark.parametrize(
    "command", ["\\! rm -rf x", "\\i /etc/passwd", "\\copy t from program 'id'", "\\o |sh"]
)
def test_commands_of_psql_are_refused_with_their_line(command: str) -> None:
    with pytest.raises(BadInputError, match=r"dump\.sql, line 2: the psql command"):
        postgres(f"SELECT 1;\n{command}\n")


def test_switching_the_database_leaves_and_enters_the_restricted_mode() -> None:
    assert postgres("\\connect shop\nSELECT 1;\n", token="T") == (
        "\\restrict T\n\\unrestrict T\n\\connect shop\n\\restrict T\nSELECT 1;\n"
    )
    with pytest.raises(BadInputError, match="psql command"):
        postgres("\\connect shop \\! id\n", token="T")
