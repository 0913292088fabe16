"""The configuration of a MySQL or MariaDB server, apart from what a parameter group asks for."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from scripts.local_cloud.databases.binaries import Installation
from scripts.local_cloud.databases.journal import Entry
from scripts.local_cloud.databases.places import Folder

_RESERVED = """
    basedir bind_address datadir general_log_file innodb_data_home_dir innodb_log_group_home_dir log_bin
    log_bin_basename log_bin_index log_error pid_file plugin_dir port relay_log server_id secure_file_priv
    slow_query_log_file socket ssl_ca ssl_cert ssl_key tls_version tmpdir skip_networking init_file
"""

#: Ours alone: they tie the server to its files, address and certificate.
RESERVED = frozenset(_RESERVED.split())


def ours(entry: Entry, folder: Folder, installation: Installation) -> dict[str, str]:
    """Our own settings: small, durable, and with RDS's binary log."""
    settings = folder.settings
    values = {
        "datadir": str(folder.data),
        "socket": str(folder.sockets / "mysql.sock"),
        "pid_file": str(folder.sockets / "mysql.pid"),
        "bind_address": entry.address.host,
        "port": str(entry.address.port),
        "secure_file_priv": str(folder.data),
        "skip_name_resolve": "ON",
        "ssl_ca": str(settings / "ca.pem"),
        "ssl_cert": str(settings / "server.pem"),
        "ssl_key": str(settings / "server.key"),
        "tls_version": "TLSv1.2,TLSv1.3",
        "log_bin": "mysql-bin-changelog",
        "binlog_format": "ROW",
        "binlog_row_image": "FULL",
        "binlog_expire_logs_seconds": "86400",
        "max_binlog_size": str(128 << 20),
        "sync_binlog": "1",
        "server_id": str(zlib.crc32(entry.resource_id.encode()) or 1),
        "innodb_flush_log_at_trx_commit": "1",
        "innodb_buffer_pool_size": str(64 << 20),
        "innodb_log_buffer_size": str(4 << 20),
        "key_buffer_size": str(1 << 20),
        "max_connections": "85",
        "table_open_cache": "400",
        "performance_schema": "OFF",
        "character_set_server": "utf8mb4",
        "local_infile": "ON",
        "log_output": "FILE",
        "slow_query_log_file": str(folder.logs / "slowquery" / "mysql-slowquery.log"),
        "general_log_file": str(folder.logs / "general" / "mysql-general.log"),
    }
    if installation.product == "MariaDB":
        values |= {"aria_pagecache_buffer_size": str(1 << 20), "innodb_log_file_size": str(16 << 20)}
        if installation.major < (10, 6):
            del values["binlog_expire_logs_seconds"]
        if installation.major >= (11, 6) and entry.spec.engine == "mysql":
            # On from 11.6.2: MySQL writes over what was committed after the transaction's snapshot.
            values["innodb_snapshot_isolation"] = "OFF"
    else:
        values |= {"mysqlx": "OFF", "gtid_mode": "ON", "enforce_gtid_consistency": "ON"}
        if installation.major >= (8, 0, 30):
            values["innodb_redo_log_capacity"] = str(32 << 20)
        else:
            values["innodb_log_file_size"] = str(16 << 20)
    return values


def render(settings: Mapping[str, str]) -> str:
    """The text of ``my.cnf``."""
    return "[mysqld]\n" + "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
