"""What RDS offers: engine versions, DB instance classes and storage, as far as this lab needs them.

The versions are those that AWS listed in the second half of 2025. A version is a name here: which server
really runs is for ``lab status`` to say.
"""

from __future__ import annotations

from dataclasses import dataclass

from scripts.local_cloud.databases import parameters
from scripts.local_cloud.databases.model import ENGINES, Engine
from scripts.local_cloud.providers.rds.faults import invalid_combination, invalid_value

#: Major version to minor versions, both oldest first.
VERSIONS: dict[Engine, dict[str, tuple[str, ...]]] = {
    "mysql": {
        "8.0": tuple(f"8.0.{minor}" for minor in (34, 35, 36, 37, 39, 40, 41, 42, 43)),
        "8.4": tuple(f"8.4.{minor}" for minor in (3, 4, 5, 6)),
    },
    "mariadb": {
        "10.5": tuple(f"10.5.{minor}" for minor in (25, 26, 27, 28, 29)),
        "10.6": tuple(f"10.6.{minor}" for minor in (18, 19, 20, 21, 22, 23)),
        "10.11": tuple(f"10.11.{minor}" for minor in (8, 9, 10, 11, 13, 14)),
        "11.4": tuple(f"11.4.{minor}" for minor in (3, 4, 5, 7, 8)),
        "11.8": ("11.8.3",),
    },
    "postgres": {
        "13": tuple(f"13.{minor}" for minor in range(15, 23)),
        "14": tuple(f"14.{minor}" for minor in (12, 13, 15, 17, 18, 19)),
        "15": tuple(f"15.{minor}" for minor in (7, 8, 10, 12, 13, 14)),
        "16": tuple(f"16.{minor}" for minor in (3, 4, 6, 8, 9, 10)),
        "17": tuple(f"17.{minor}" for minor in (2, 4, 5, 6)),
    },
}

#: The major version that is taken when none is asked for.
DEFAULT_MAJOR: dict[Engine, str] = {"mysql": "8.0", "mariadb": "11.4", "postgres": "17"}

LICENSES: dict[Engine, str] = {
    "mysql": "general-public-license",
    "mariadb": "general-public-license",
    "postgres": "postgresql-license",
}
DESCRIPTIONS: dict[Engine, str] = {
    "mysql": "MySQL Community Edition",
    "mariadb": "MariaDB Community Edition",
    "postgres": "PostgreSQL",
}
PORTS: dict[Engine, int] = {"mysql": 3306, "mariadb": 3306, "postgres": 5432}

#: Logs that can be exported to CloudWatch Logs.
LOG_TYPES: dict[Engine, tuple[str, ...]] = {
    "mysql": ("audit", "error", "general", "iam-db-auth-error", "slowquery"),
    "mariadb": ("audit", "error", "general", "iam-db-auth-error", "slowquery"),
    "postgres": ("iam-db-auth-error", "postgresql", "upgrade"),
}

GIB = 1 << 30
_BURST = {
    "micro": (2, 1),
    "small": (2, 2),
    "medium": (2, 4),
    "large": (2, 8),
    "xlarge": (4, 16),
    "2xlarge": (8, 32),
}
_GENERAL = {"large": (2, 8), "xlarge": (4, 16), "2xlarge": (8, 32), "4xlarge": (16, 64), "8xlarge": (32, 128)}
_MEMORY = {size: (cpus, memory * 2) for size, (cpus, memory) in _GENERAL.items()}
#: Family to size to (vCPU, memory in GiB).
_CLASSES = {
    "t3": _BURST,
    "t4g": _BURST,
    **dict.fromkeys(("m5", "m6g", "m6i", "m7g", "m7i"), _GENERAL),
    **dict.fromkeys(("r5", "r6g", "r6i", "r7g", "r7i"), _MEMORY),
}
#: Name to vCPUs.
_PROCESSORS = {
    f"db.{family}.{size}": cpus for family, sizes in _CLASSES.items() for size, (cpus, _) in sizes.items()
}
#: Name to memory in bytes.
INSTANCE_CLASSES: dict[str, int] = {
    f"db.{family}.{size}": memory * GIB
    for family, sizes in _CLASSES.items()
    for size, (_, memory) in sizes.items()
}


@dataclass(frozen=True)
class StorageType:
    """Limits of a storage type: GiB, IOPS and MiB/s; None where nothing can be asked for."""

    smallest: int
    largest: int
    iops: tuple[int, int] | None = None
    throughput: tuple[int, int] | None = None


STORAGE_TYPES: dict[str, StorageType] = {
    "gp2": StorageType(20, 65536),
    "gp3": StorageType(20, 65536, (3000, 64000), (125, 4000)),
    "io1": StorageType(100, 65536, (1000, 256000)),
    "io2": StorageType(100, 65536, (1000, 256000)),
    "standard": StorageType(5, 3072),
}
#: From so many GiB on, gp3 is striped over four volumes and its IOPS and throughput can be chosen.
GP3_STRIPED = 400


def engine_of(name: str) -> Engine:
    """The engine, if the local cloud has a server for it."""
    for engine in ENGINES:
        if name.lower() == engine:
            return engine
    raise invalid_value(
        f"Invalid DB engine: {name}. The local cloud has real servers for: {', '.join(ENGINES)}."
    )


def major_of(engine: Engine, version: str) -> str:
    """``16.4`` -> ``16``; ``8.0.42`` -> ``8.0``."""
    parts = version.split(".")
    return ".".join(parts[:1] if engine == "postgres" else parts[:2])


def resolve(engine: Engine, asked: str | None) -> str:
    """The full version for what was asked for: a full one, a major one (its newest minor), or nothing."""
    majors = VERSIONS[engine]
    if not asked:
        return majors[DEFAULT_MAJOR[engine]][-1]
    if asked in majors:
        return majors[asked][-1]
    if asked in majors.get(major_of(engine, asked), ()):
        return asked
    known = "; ".join(f"{major} ({', '.join(minors)})" for major, minors in majors.items())
    raise invalid_combination(f"Cannot find version {asked} for {engine}. Known versions: {known}.")


def family_of(engine: Engine, version: str) -> str:
    """The parameter group family of a full version."""
    try:
        return parameters.family(engine, version)
    except parameters.ParameterError as error:
        raise invalid_combination(str(error)) from error


def upgrades(engine: Engine, version: str) -> list[tuple[str, bool]]:
    """Versions that a version can be upgraded to, each with whether that is a major upgrade."""
    ordered = [minor for minors in VERSIONS[engine].values() for minor in minors]
    newer = ordered[ordered.index(version) + 1 :]
    return [(target, major_of(engine, target) != major_of(engine, version)) for target in newer]


def default_option_group(engine: Engine, version: str) -> str:
    """``default:mysql-8-0``."""
    return f"default:{engine}-{major_of(engine, version).replace('.', '-')}"


def processors(instance_class: str) -> int:
    """VCPUs of a DB instance class."""
    return _PROCESSORS[instance_class]


def check_class(name: str) -> int:
    """Memory of a DB instance class in bytes."""
    try:
        return INSTANCE_CLASSES[name]
    except KeyError:
        raise invalid_value(f"Invalid DB Instance class: {name}") from None
