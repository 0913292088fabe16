"""DB parameter groups: families, their parameters, and whether a value is allowed.

The catalogues were taken from the servers themselves (MariaDB's ``information_schema.SYSTEM_VARIABLES``,
PostgreSQL's ``pg_settings``) and completed from the manuals with what only MySQL 8, other versions or RDS
have. They know what RDS would take; what the server on this machine makes of it is said when it is applied.
"""

from __future__ import annotations

import csv
import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from scripts.errors import BadInputError
from scripts.local_cloud.databases import formulas

DataType = Literal["integer", "float", "boolean", "string", "list"]
ApplyType = Literal["static", "dynamic"]

_FAMILIES = {
    "mysql": ("mysql8.0", "mysql8.4"),
    "mariadb": ("mariadb10.5", "mariadb10.6", "mariadb10.11", "mariadb11.4", "mariadb11.8"),
    "postgres": ("postgres13", "postgres14", "postgres15", "postgres16", "postgres17"),
}

#: Gone from MySQL 8.4. Source: "Changes in MySQL 8.4", MySQL 8.4 Reference Manual.
_NOT_IN_MYSQL_84 = frozenset(
    (
        "binlog_transaction_dependency_tracking",
        "default_authentication_plugin",
        "expire_logs_days",
        "innodb_api_enable_mdl",
        "new",
        "old_alter_table",
        "relay_log_info_file",
        "show_create_table_verbosity",
        "slave_rows_search_algorithms",
        "sync_master_info",
    )
)

_BOOLEANS = frozenset(("0", "1", "ON", "OFF", "TRUE", "FALSE"))
_RANGE = re.compile(r"(-?[\d.]+(?:e[+-]?\d+)?)-(-?[\d.]+(?:e[+-]?\d+)?)")

#: Any instance will do to see whether a formula can be computed.
_SAMPLE = {
    "DBInstanceClassMemory": float(1 << 30),
    "AllocatedStorage": float(20 << 30),
    "DBInstanceVCPU": 2.0,
    "EndPointPort": 3306.0,
    "TrueIfReplica": 0.0,
}


class ParameterError(BadInputError, ValueError):
    """What RDS refuses with InvalidParameterValue; `what` is the text for the answer."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a family, as ``DescribeDBParameters`` shows it.

    Attributes
    ----------
    default
        ``ParameterValue`` of the engine default; None where there is none.
    allowed
        ``AllowedValues``: ``0-100``, ``ON,OFF``; None for free text.
    data_type
        ``integer``, ``float``, ``boolean``, ``string`` or ``list``.
    apply_type
        ``dynamic`` (at once) or ``static`` (after a reboot).
    modifiable
        ``IsModifiable``.
    """

    name: str
    default: str | None
    allowed: str | None
    data_type: DataType
    apply_type: ApplyType
    modifiable: bool
    description: str


def families(engine: str) -> tuple[str, ...]:
    """Families of an engine, oldest first.

    Raises
    ------
    ParameterError
        The engine is unknown.
    """
    if engine not in _FAMILIES:
        raise ParameterError(f"Invalid DB engine: {engine}")
    return _FAMILIES[engine]


def engine_of(family: str) -> str:
    """The engine of a family.

    Raises
    ------
    ParameterError
        The family is unknown.
    """
    for engine, names in _FAMILIES.items():
        if family in names:
            return engine
    raise ParameterError(f"ParameterGroupFamily {family} is not a valid parameter group family")


def family(engine: str, version: str) -> str:
    """The family of an engine version: ``postgres`` and ``16.4`` give ``postgres16``.

    Raises
    ------
    ParameterError
        Engine or version is unknown.
    """
    names = families(engine)
    parts = version.split(".")
    wanted = f"{engine}{'.'.join(parts[:1] if engine == 'postgres' else parts[:2])}"
    if wanted in names:
        return wanted
    # A bare major version, which AWS completes to its newest: mysql 8 -> 8.4 ...
    newest = [name for name in names if len(parts) == 1 and name.startswith(f"{wanted}.")]
    if newest:
        return newest[-1]
    raise ParameterError(f"Cannot find version {version} for {engine}")


@functools.cache
def catalogue(family: str) -> dict[str, Parameter]:
    """Parameters of a family by name, sorted.

    Raises
    ------
    ParameterError
        The family is unknown.
    """
    engine = engine_of(family)
    rows = _rows("postgres" if engine == "postgres" else "mysql")
    return {row["name"]: _parameter(row) for row in rows if _belongs(row, engine, family)}


def check(family: str, name: str, value: str) -> Parameter:
    """The parameter, where `value` may be set for it.

    Raises
    ------
    ParameterError
        Family or parameter is unknown, not modifiable, or the value is not allowed.
    """
    parameter = catalogue(family).get(name)
    if parameter is None:
        raise ParameterError(f"Could not find parameter with name: {name}")
    if not parameter.modifiable:
        raise ParameterError(f"The parameter {name} cannot be modified.")
    if not _allowed(parameter, value):
        expected = parameter.allowed or f"a value of type {parameter.data_type}"
        raise ParameterError(f"Invalid parameter value: {value} for: {name} allowed values are: {expected}")
    return parameter


def _allowed(parameter: Parameter, value: str) -> bool:
    if not value.isprintable():
        return False
    if formulas.is_formula(value):
        try:
            formulas.evaluate(value, _SAMPLE)
        except ValueError:
            return False
        return parameter.data_type in ("integer", "float", "boolean")
    match parameter.data_type:
        case "boolean":
            return value.upper() in _BOOLEANS
        case "integer":
            return bool(re.fullmatch(r"-?[0-9]{1,20}", value)) and _in_range(parameter.allowed, int(value))
        case "float":
            number = re.fullmatch(r"-?[0-9]+(\.[0-9]*)?(e[+-]?[0-9]{1,3})?|-?\.[0-9]+", value, re.IGNORECASE)
            return bool(number) and _in_range(parameter.allowed, float(value))
        case "list":
            return _among(parameter.allowed, [part.strip() for part in value.split(",")] if value else [])
        case "string":
            return _among(parameter.allowed, [value])


def _in_range(allowed: str | None, value: float) -> bool:
    match = _RANGE.fullmatch(allowed or "")
    if match is None:
        return True
    low, high = (int(text) if text.lstrip("-").isdigit() else float(text) for text in match.groups())
    return low <= value <= high


def _among(allowed: str | None, values: list[str]) -> bool:
    if allowed is None:
        return True
    words = {word.casefold() for word in allowed.split(",")}
    return all(value.casefold() in words for value in values)


def _belongs(row: dict[str, str], engine: str, family: str) -> bool:
    if engine == "postgres":
        version = int(family.removeprefix("postgres"))
        return int(row["since"] or 0) <= version <= int(row["until"] or 99)
    if row["flavour"] not in ("both", engine):
        return False
    return not (family == "mysql8.4" and row["name"] in _NOT_IN_MYSQL_84)


def _parameter(row: dict[str, str]) -> Parameter:
    data_type: DataType = next(kind for kind in get_args(DataType) if kind == row["data_type"])
    return Parameter(
        name=row["name"],
        default=row["default"] or None,
        allowed=row["allowed"] or None,
        data_type=data_type,
        apply_type="static" if row["apply_type"] == "static" else "dynamic",
        modifiable=row["modifiable"] == "yes",
        description=row["description"],
    )


@functools.cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    path = Path(__file__).parent / "catalogues" / f"{name}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))
