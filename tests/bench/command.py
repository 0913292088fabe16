"""`python -m tests.bench [NAME...]`: what the lab costs, as ratios to baselines of the same run.

Names may be set apart by commas too. The table goes to standard output, progress to standard error. Nothing
fails because something is slow: what fails is a benchmark that does not run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from scripts.errors import LabError
from tests.bench import (
    bench_apply,
    bench_athena,
    bench_authorization,
    bench_growth,
    bench_kinesis,
    bench_labs,
    bench_memory,
    bench_producer,
    bench_reachability,
    bench_requests,
    bench_seed,
    bench_star_schema,
    bench_start,
)
from tests.bench.measure import Figure, print_table
from tests.bench.workplace import QUICK, Sizes, Workplace

BENCHMARKS: dict[str, Callable[[Workplace], list[Figure]]] = {
    "start": bench_start.run,
    "seed": bench_seed.run,
    "kinesis": bench_kinesis.run,
    "producer": bench_producer.run,
    "requests": bench_requests.run,
    "authorization": bench_authorization.run,
    "labs": bench_labs.run,
    "athena": bench_athena.run,
    "growth": bench_growth.run,
    "reachability": bench_reachability.run,
    "star-schema": bench_star_schema.run,
    "apply": bench_apply.run,
    "memory": bench_memory.run,
}

#: They apply the whole environment, which takes minutes.
SLOW = frozenset({"apply", "memory"})


def main() -> int:
    """Run what is asked for; 0 when every benchmark ran."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)}; all when not given"
    )
    parser.add_argument(
        "--quick", action="store_true", help="as little as shows that they run; nothing is applied"
    )
    parser.add_argument("--scale", type=int, help=f"of the seed (default {Sizes().seed_scale})")
    parser.add_argument(
        "--largest", type=int, help=f"scale of the growth (default {Sizes().growth_scales[-1]})"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    chosen = parser.parse_args()
    names = [name for part in chosen.names for name in part.split(",") if name]
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    names = names or [name for name in BENCHMARKS if not (chosen.quick and name in SLOW)]
    try:
        results = run([name for name in BENCHMARKS if name in names], _sizes(chosen))
    except LabError as error:
        _say(str(error))
        return error.exit_code
    if chosen.json:
        sys.stdout.write(json.dumps(_document(results), indent=2) + "\n")
    else:
        print_table(results)
        sys.stdout.write(f"\n{_machine()}\n")
    return 0


def run(names: list[str], sizes: Sizes) -> dict[str, list[Figure]]:
    """The figures of each benchmark."""
    with Workplace(sizes, _say) as at:
        return {name: BENCHMARKS[name](at) for name in names}


def _sizes(chosen: argparse.Namespace) -> Sizes:
    sizes = QUICK if chosen.quick else Sizes()
    if chosen.scale:
        sizes = replace(sizes, seed_scale=chosen.scale, memory_scale=chosen.scale)
    if chosen.largest:
        kept = (scale for scale in sizes.growth_scales if scale < chosen.largest)
        sizes = replace(sizes, growth_scales=(*kept, chosen.largest))
    return sizes


def _machine() -> str:
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}"


def _document(results: dict[str, list[Figure]]) -> dict[str, object]:
    return {
        "machine": _machine(),
        "benchmarks": {name: [figure.to_json() for figure in figures] for name, figures in results.items()},
    }


_START = time.monotonic()


def _say(text: str) -> None:
    print(f"[{time.monotonic() - _START:6.1f} s] {text}", file=sys.stderr, flush=True)
