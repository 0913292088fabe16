"""Entries of the servers' logs, as MariaDB 10.11, MySQL 8.0 and PostgreSQL 15 write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.local_cloud.databases.log_entries import split_entries

MARIADB_ERROR = b"""\
2026-11-21  0:06:13 0 [Note] InnoDB: Using io_uring
2026-11-21  0:06:13 0 [Note] /usr/sbin/mariadbd: ready for connections.
Version: '10.11.19-MariaDB'  socket: '/run/mysql.sock'  port: 3306
2026-11-21 10:06:14 5 [ERROR] Table 'x' is marked as crashed
"""
MYSQL_ERROR = b"""\
2026-11-21T00:06:13.250000Z 0 [System] [MY-010116] [Server] mysqld starting
2026-11-21T00:06:14.000000Z 8 [ERROR] [MY-012345] [InnoDB] no
"""
POSTGRES = b"""\
2026-11-21 00:06:14 UTC:127.0.0.1(5000):lab@lab:[9]:ERROR:  relation "nope" does not exist at character 15
2026-11-21 00:06:14 UTC:127.0.0.1(5000):lab@lab:[9]:STATEMENT:  select *
\tfrom nope
\t
\twhere true
2026-11-21 00:06:15 UTC::@:[1]:LOG:  checkpoint starting
"""
MARIADB_SLOW = b"""\
/usr/sbin/mariadbd, Version: 10.11.19-MariaDB-log (Debian 12). started with:
Tcp port: 3306  Unix socket: /run/mysql.sock
Time\t\t    Id Command\tArgument
# Time: 261121  9:06:14
# User@Host: lab[lab] @  [127.0.0.1]
# Query_time: 2.0  Lock_time: 0.0
SET timestamp=1795219574;
select sleep(2);
# User@Host: lab[lab] @  [127.0.0.1]
# Query_time: 3.0  Lock_time: 0.0
select sleep(3);
"""
MYSQL_SLOW = b"""\
# Time: 2026-11-21T09:06:14.500000Z
# User@Host: lab[lab] @  [127.0.0.1]  Id:     8
# Query_time: 2.0
select 1;
# Time: 2026-11-21T09:06:15.500000Z
# User@Host: lab[lab] @  [127.0.0.1]  Id:     8
select 2;
"""
MARIADB_GENERAL = (
    b"261121  9:06:14\t     5 Connect\tlab@127.0.0.1 on lab using TCP/IP\n"
    b"\t\t     5 Query\tselect 1,\n  2\n\tfrom dual\n"
    b"\t\t     5 Quit\t\n"
)
MYSQL_GENERAL = (
    b"2026-11-21T09:06:14.500000Z\t    8 Query\tselect 1,\n 2\n2026-11-21T09:06:15.500000Z\t    8 Quit\t\n"
)
LOGS = {
    "mariadb error": ("error", MARIADB_ERROR, [1, 2, 1]),
    "mysql error": ("error", MYSQL_ERROR, [1, 1]),
    "postgres": ("postgresql", POSTGRES, [1, 4, 1]),
    "mariadb slow": ("slowquery", MARIADB_SLOW, [3, 5, 3]),
    "mysql slow": ("slowquery", MYSQL_SLOW, [4, 3]),
    "mariadb general": ("general", MARIADB_GENERAL, [1, 3, 1]),
    "mysql general": ("general", MYSQL_GENERAL, [2, 1]),
}


@pytest.mark.parametrize(("log_type", "data", "lines"), LOGS.values(), ids=list(LOGS))
def test_the_lines_of_an_entry_stay_together(log_type: str, data: bytes, lines: list[int]) -> None:
    entries = split_entries(data, log_type)
    assert [entry.message.count("\n") + 1 for entry in entries] == lines
    assert "".join(f"{entry.message}\n" for entry in entries).encode() == data


@pytest.mark.parametrize(
    ("log_type", "data", "hour", "milliseconds"),
    [
        ("error", MARIADB_ERROR, 0, 13_000),
        ("error", MYSQL_ERROR, 0, 13_250),
        ("postgresql", POSTGRES, 0, 14_000),
        ("slowquery", MYSQL_SLOW, 9, 14_500),
        ("general", MARIADB_GENERAL, 9, 14_000),
        ("general", MYSQL_GENERAL, 9, 14_500),
    ],
)
def test_an_entry_has_the_time_that_it_says(log_type: str, data: bytes, hour: int, milliseconds: int) -> None:
    midnight = datetime(2026, 11, 21, hour, 6, tzinfo=UTC).timestamp() * 1000
    assert split_entries(data, log_type)[0].timestamp == midnight + milliseconds


def test_an_entry_without_a_time_has_none() -> None:
    assert split_entries(MARIADB_SLOW, "slowquery")[0].timestamp is None
    assert split_entries(b"2026-13-77 10:00:00 UTC:odd\n", "postgresql")[0].timestamp is None


@given(st.sampled_from(sorted(LOGS)), st.data())
def test_sizes_add_up_however_the_log_is_cut(name: str, data: st.DataObject) -> None:
    log_type, log, _ = LOGS[name]
    cut = data.draw(st.integers(0, len(log)))
    assert sum(entry.size for entry in split_entries(log[:cut], log_type)) == cut
