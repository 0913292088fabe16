"""The configuration of a PostgreSQL server, apart from what a parameter group asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scripts.local_cloud.databases.journal import Entry
from scripts.local_cloud.databases.model import ADMIN
from scripts.local_cloud.databases.places import Folder

_RESERVED = """
    config_file data_directory external_pid_file hba_file ident_file listen_addresses port
    unix_socket_directories unix_socket_group unix_socket_permissions ssl ssl_cert_file ssl_key_file
    ssl_ca_file wal_level logging_collector log_destination cluster_name allow_alter_system
"""

#: Ours alone: they tie the server to its files, address and certificate.
RESERVED = frozenset(_RESERVED.split())

_TRUTH = {"1", "on", "true", "yes"}


def ours(entry: Entry, folder: Folder) -> dict[str, str]:
    """Our own settings: small, durable, and ready for change data capture."""
    settings = folder.settings
    return {
        "hba_file": str(settings / "pg_hba.conf"),
        "ident_file": str(settings / "pg_ident.conf"),
        "listen_addresses": entry.address.host,
        "port": str(entry.address.port),
        "unix_socket_directories": str(folder.sockets),
        "unix_socket_permissions": "0700",
        "cluster_name": entry.spec.identifier,
        "ssl": "on",
        "ssl_ca_file": str(settings / "ca.pem"),
        "ssl_cert_file": str(settings / "server.pem"),
        "ssl_key_file": str(settings / "server.key"),
        "ssl_min_protocol_version": "TLSv1.2",
        "password_encryption": "scram-sha-256",
        "wal_level": "logical",
        "max_wal_senders": "10",
        "max_replication_slots": "10",
        "shared_buffers": "32MB",
        "min_wal_size": "32MB",
        "max_wal_size": "256MB",
        "max_connections": "85",
        "huge_pages": "off",
        "TimeZone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%t:%r:%u@%d:[%p]:",
        "rds.force_ssl": "1" if _force_ssl(entry) else "0",
        "rds.logical_replication": "1",
    }


def _force_ssl(entry: Entry) -> bool:
    """As asked for, else as the family has it: on from PostgreSQL 15."""
    major = re.match(r"\d+", entry.spec.engine_version)
    default = "1" if major is None or int(major.group()) >= 15 else "0"
    return entry.spec.parameters.get("rds.force_ssl", default).lower() in _TRUTH


def access(entry: Entry) -> str:
    """Who may connect how: we through the socket, in a folder that is closed to all others."""
    kind = "hostssl" if _force_ssl(entry) else "host"
    lines = [f"local all {ADMIN} trust", f"host all {ADMIN} all reject"]
    lines += [f"{kind} {database} all all scram-sha-256" for database in ("all", "replication")]
    return "\n".join(lines) + "\n"


def render(settings: Mapping[str, str]) -> str:
    """The text of ``postgresql.conf``."""
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
