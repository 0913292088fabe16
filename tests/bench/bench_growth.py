"""How rows, seconds and memory of generators and loaders grow with the scale.

Each measurement is a process of its own, so that its peak of memory is its own. The exponent is the slope on
logarithmic axes: seconds should grow as the rows do (1), memory should not grow (0).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scripts import connections
from scripts.connections import Access
from scripts.seed import mysql_loader, postgres_loader
from scripts.seed.rentio import RENTIO
from tests.bench.fresh_process import Measured, in_fresh_process
from tests.bench.measure import Baseline, Figure, growth_exponent

if TYPE_CHECKING:
    from tests.bench.workplace import Workplace

SEED = 42
MIB = 2**20


def generate(scale: int) -> int:
    """Generate every row; their number."""
    return sum(chunk.rows for table in RENTIO.tables for chunk in table.chunks(scale, SEED))


def load_mysql(to: Access, scale: int) -> int:
    """Load into MySQL, in place of what is there; the number of rows."""
    with connections.mysql(to, local_infile=True) as connection:
        mysql_loader.load(connection, RENTIO, scale, SEED)
    return RENTIO.rows(scale)


def load_postgres(to: Access, scale: int) -> int:
    """Load into PostgreSQL, in place of what is there; the number of rows."""
    with connections.postgres(to) as connection:
        postgres_loader.create_database(connection, RENTIO.name)
    with connections.postgres(to, RENTIO.name) as connection:
        postgres_loader.load(connection, RENTIO, scale, SEED)
    return RENTIO.rows(scale)


def run(at: Workplace) -> list[Figure]:
    """The generators by themselves, then each loader."""
    works: dict[str, Callable[[int], Measured[int]]] = {
        "generators": lambda scale: in_fresh_process(generate, scale),
        "mysql loader": lambda scale: in_fresh_process(load_mysql, at.mysql, scale),
        "postgres loader": lambda scale: in_fresh_process(load_postgres, at.postgres, scale),
    }
    figures = []
    for name, work in works.items():
        measured = {}
        for scale in at.sizes.growth_scales:
            at.say(f"growth: {name} at scale {scale}")
            measured[scale] = work(scale)
        figures += _figures(name, measured)
    return figures


def _figures(name: str, measured: dict[int, Measured[int]]) -> list[Figure]:
    smallest, *larger = measured
    first = measured[smallest]
    rows = [each.result for each in measured.values()]
    speed = Baseline(f"scale {smallest}", first.result / first.seconds)
    memory = Baseline(f"scale {smallest}", first.peak / MIB)
    figures = []
    for scale in larger:
        each = measured[scale]
        what = f"{name}, scale {scale} ({each.result:,} rows in {each.seconds:.3g} s)"
        figures += [
            Figure(what, each.result / each.seconds, "rows/s", speed),
            Figure(f"{name}, scale {scale}: peak memory", each.peak / MIB, "MiB", memory),
        ]
    seconds = growth_exponent(rows, [each.seconds for each in measured.values()])
    peaks = growth_exponent(rows, [each.peak for each in measured.values()])
    return [
        *figures,
        Figure(f"{name}: seconds by rows", seconds, "exponent"),
        Figure(f"{name}: peak memory by rows", peaks, "exponent"),
    ]
