"""Rules for names, passwords, windows and storage: what RDS refuses before it makes anything."""

from __future__ import annotations

import re
from typing import Any

from scripts.local_cloud.databases.model import Engine
from scripts.local_cloud.providers.framework import Request
from scripts.local_cloud.providers.rds.engines import (
    GP3_STRIPED,
    LOG_TYPES,
    STORAGE_TYPES,
    StorageType,
)
from scripts.local_cloud.providers.rds.faults import invalid_combination, invalid_value, missing_parameter

_IDENTIFIER = re.compile(r"[A-Za-z](-?[A-Za-z0-9])*")
_USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_DATABASE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PASSWORD = re.compile(r"[!-~]+")
_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAILY = re.compile(rf"{_TIME}-{_TIME}")
_WEEKLY = re.compile(rf"({'|'.join(_DAYS)}):{_TIME}-({'|'.join(_DAYS)}):{_TIME}")
_DAY = 24 * 60

_USERNAME_LENGTH: dict[Engine, int] = {"mysql": 16, "mariadb": 16, "postgres": 63}
_PASSWORD_LENGTH: dict[Engine, int] = {"mysql": 41, "mariadb": 41, "postgres": 128}
_RESERVED_USERS: dict[Engine, frozenset[str]] = {
    "mysql": frozenset({"rdsadmin", "rdsrepladmin", "mysql", "event_scheduler", "public", "user"}),
    "mariadb": frozenset({"rdsadmin", "rdsrepladmin", "mysql", "event_scheduler", "public", "user"}),
    "postgres": frozenset({"admin", "rdsadmin", "rdsrepladmin", "rds_superuser", "public", "user", "none"}),
}
_RESERVED_DATABASES: dict[Engine, frozenset[str]] = {
    "mysql": frozenset({"mysql", "sys", "information_schema", "performance_schema", "innodb"}),
    "mariadb": frozenset({"mysql", "sys", "information_schema", "performance_schema", "innodb"}),
    "postgres": frozenset({"rdsadmin", "template0", "template1"}),
}


def identifier(name: str, value: str, longest: int = 63) -> str:
    """The identifier in lower case, as RDS stores it."""
    if not _IDENTIFIER.fullmatch(value) or len(value) > longest:
        raise invalid_value(
            f"The parameter {name} is not a valid identifier. Identifiers must begin with a letter; must "
            "contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two "
            "consecutive hyphens."
        )
    return value.lower()


def username(engine: Engine, value: str) -> str:
    """Checks ``MasterUsername``."""
    if value.lower() in _RESERVED_USERS[engine] or (engine == "postgres" and value.lower().startswith("pg_")):
        raise invalid_value(
            f"MasterUsername {value} cannot be used as it is a reserved word used by the engine"
        )
    if not _USERNAME.fullmatch(value) or len(value) > _USERNAME_LENGTH[engine]:
        raise invalid_value(
            f"The parameter MasterUsername must begin with a letter and contain only 1 to "
            f"{_USERNAME_LENGTH[engine]} alphanumeric characters."
        )
    return value


def password(engine: Engine, value: str) -> str:
    """Checks ``MasterUserPassword``."""
    start = "The parameter MasterUserPassword is not a valid password"
    if len(value) < 8:
        raise invalid_value(f"{start} because it is shorter than 8 characters.")
    if len(value) > _PASSWORD_LENGTH[engine]:
        raise invalid_value(f"{start} because it is longer than {_PASSWORD_LENGTH[engine]} characters.")
    if not _PASSWORD.fullmatch(value) or set(value) & set('/@"'):
        raise invalid_value(
            f"{start}. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used."
        )
    return value


def database(engine: Engine, value: str) -> str:
    """Checks ``DBName``."""
    if not _DATABASE.fullmatch(value) or len(value) > (63 if engine == "postgres" else 64):
        raise invalid_value("DBName must begin with a letter and contain only alphanumeric characters.")
    if value.lower() in _RESERVED_DATABASES[engine]:
        raise invalid_value(f"DBName {value} cannot be used.  It is a reserved word for this engine")
    return value


def port(value: int) -> int:
    """Checks ``Port`` or ``DBPortNumber``."""
    if not 1150 <= value <= 65535:
        raise invalid_value(f"Invalid database server port: {value}. Must be between 1150 and 65535.")
    return value


def retention(days: int) -> int:
    """Checks ``BackupRetentionPeriod``."""
    if not 0 <= days <= 35:
        raise invalid_value(f"Invalid backup retention period: {days}. Must be between 0 and 35.")
    return days


def windows(backup: str, maintenance: str) -> None:
    """Checks ``PreferredBackupWindow`` and ``PreferredMaintenanceWindow``, and that they do not overlap."""
    daily = _DAILY.fullmatch(backup)
    if not daily:
        raise invalid_value(f"Invalid backup window format: {backup}. Should be specified as hh24:mi-hh24:mi")
    weekly = _WEEKLY.fullmatch(maintenance.lower())
    if not weekly:
        raise invalid_value(
            f"Invalid maintenance window format: {maintenance}. "
            "Should be specified as a range ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC)."
        )
    begin = int(daily[1]) * 60 + int(daily[2])
    length = (int(daily[3]) * 60 + int(daily[4]) - begin) % _DAY
    start = _DAYS.index(weekly[1]) * _DAY + int(weekly[2]) * 60 + int(weekly[3])
    duration = (_DAYS.index(weekly[4]) * _DAY + int(weekly[5]) * 60 + int(weekly[6]) - start) % (7 * _DAY)
    if length < 30 or duration < 30:
        raise invalid_value("The backup and maintenance windows must be at least 30 minutes long.")
    for day in range(7):
        backup_start = day * _DAY + begin
        # Two stretches on the circle of a week overlap when either starts within the other.
        if (backup_start - start) % (7 * _DAY) < duration or (start - backup_start) % (7 * _DAY) < length:
            raise invalid_value("The backup window and maintenance window must not overlap.")


def log_exports(engine: Engine, version: str, types: list[str]) -> list[str]:
    """Checks log types to export."""
    unknown = [name for name in types if name not in LOG_TYPES[engine]]
    if unknown:
        listed = ",".join(f"'{name}'" for name in unknown)
        raise invalid_combination(
            f"You cannot use the log types {listed} with engine version {engine} {version}. "
            "For supported log types, see the documentation."
        )
    return sorted(set(types))


def storage(engine: Engine, asked: Request, present: dict[str, Any]) -> dict[str, Any]:
    """Storage settings after a request.

    Parameters
    ----------
    asked
        The request's ``AllocatedStorage`` (GiB), ``StorageType``, ``Iops``, ``StorageThroughput`` (MiB/s).
    present
        The same of the instance as it is; empty for a new one.

    Returns
    -------
    dict
        All four as ``DescribeDBInstances`` shows them; no ``Iops`` where the type has none.
    """
    kind = asked.get("StorageType") or present.get("StorageType") or ("io1" if asked.get("Iops") else "gp2")
    limits = STORAGE_TYPES.get(kind)
    if limits is None:
        raise invalid_value(f"Invalid storage type: {kind}")
    size = asked.get("AllocatedStorage") or present.get("AllocatedStorage")
    if size is None:
        raise missing_parameter("AllocatedStorage")
    _check_size(engine, kind, limits, size, present)
    same = kind == present.get("StorageType")
    settings = {"AllocatedStorage": size, "StorageType": kind}
    if kind == "gp3":
        settings |= _gp3(engine, size, asked, present if same else {})
    elif limits.iops:
        iops = asked.get("Iops") or (present.get("Iops") if same else None)
        if not iops:
            raise invalid_combination(f"You must specify Iops for storage type {kind}.")
        _check_range("IOPS", iops, limits.iops)
        settings["Iops"] = iops
    elif asked.get("Iops"):
        raise invalid_combination(f"Iops cannot be specified with storage type {kind}.")
    if kind != "gp3" and asked.get("StorageThroughput"):
        raise invalid_combination(f"StorageThroughput cannot be specified with storage type {kind}.")
    return settings | {"StorageThroughput": settings.get("StorageThroughput", 0)}


def autoscaling(limit: int, size: int) -> int:
    """Checks ``MaxAllocatedStorage``; 0 and the present size both mean that it is off."""
    if limit and limit != size and limit * 10 < size * 11:
        raise invalid_combination(
            f"Max storage size must be greater than storage size: {limit} is not at least 10% above {size}."
        )
    return limit


def _check_size(engine: Engine, kind: str, limits: StorageType, size: int, present: dict[str, Any]) -> None:
    if not limits.smallest <= size <= limits.largest:
        raise invalid_value(
            f"Invalid storage size for engine name {engine} and storage type {kind}: {size}. "
            f"Must be between {limits.smallest} and {limits.largest}."
        )
    before = present.get("AllocatedStorage", size)
    if size < before:
        raise invalid_combination(
            f"Requested storage size ({size}) cannot be less than the current storage size ({before})."
        )
    if before < size and size * 10 < before * 11:
        raise invalid_combination(
            f"The allocated storage size must be increased by at least 10%: from {before} to {size}."
        )


def _gp3(engine: Engine, size: int, asked: Request, present: dict[str, Any]) -> dict[str, int]:
    if size < GP3_STRIPED:
        base_iops, base_throughput = 3000, 125
        if asked.get("Iops") or asked.get("StorageThroughput"):
            raise invalid_combination(
                f"You can't specify IOPS or storage throughput for engine {engine} "
                f"and a storage size less than {GP3_STRIPED}."
            )
        return {"Iops": base_iops, "StorageThroughput": base_throughput}
    base_iops, base_throughput = 12000, 500
    iops = asked.get("Iops") or max(base_iops, present.get("Iops", 0))
    throughput = asked.get("StorageThroughput") or max(base_throughput, present.get("StorageThroughput", 0))
    _check_range("IOPS", iops, (base_iops, 64000))
    _check_range("storage throughput", throughput, (base_throughput, 4000))
    return {"Iops": iops, "StorageThroughput": throughput}


def _check_range(what: str, value: int, limits: tuple[int, int]) -> None:
    if not limits[0] <= value <= limits[1]:
        raise invalid_combination(
            f"The specified {what} value {value} is not between {limits[0]} and {limits[1]}."
        )
