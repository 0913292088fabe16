"""Memory of each process of the local cloud: just started, after apply, and after a larger seed."""

from __future__ import annotations

import json

import psutil

from scripts.config import Settings
from scripts.local_cloud.localstack import LocalStack
from tests.bench.environment import LAB, Environment
from tests.bench.measure import Baseline, Figure
from tests.bench.workplace import Workplace
from tests.conftest import free_port

MIB = 2**20


def run(at: Workplace) -> list[Figure]:
    """Of each process: what it holds, against the same process before."""
    fresh = _fresh(at)
    environment = at.environment
    _ = environment.applied
    applied = memory(environment)
    environment.run(LAB, "seed", "--scale", str(at.sizes.memory_scale))
    seeded = memory(environment)
    return [
        *_figures("after apply", applied, "just started", fresh),
        *_figures(f"after seed --scale {at.sizes.memory_scale}", seeded, "after apply", applied),
    ]


def _fresh(at: Workplace) -> dict[str, float]:
    at.say("starting LocalStack, to look at its memory")
    localstack = LocalStack(Settings(local_dir=at.folder / "fresh", gateway_port=free_port()))
    process = localstack.start()
    try:
        return {"localstack": proportional([psutil.Process(process.pid)])}
    finally:
        localstack.stop()


def memory(environment: Environment) -> dict[str, float]:
    """MiB of each part of `lab status` that is a process, its children counted unless parts themselves."""
    parts = json.loads(environment.run(LAB, "status", "--json").output)
    pids = {part["name"]: part["pid"] for part in parts if part["pid"]}
    found = {}
    for name, pid in pids.items():
        others = {other for other in pids.values() if other != pid}
        found[name] = proportional(_family(psutil.Process(pid), others))
    return found


def _family(process: psutil.Process, others: set[int]) -> list[psutil.Process]:
    children = [child for child in process.children() if child.pid not in others]
    return [process, *(member for child in children for member in _family(child, others))]


def proportional(processes: list[psutil.Process]) -> float:
    """MiB of the processes; what they share is counted once (PSS), where the system tells."""
    total = 0
    for process in processes:
        info = process.memory_full_info()
        total += getattr(info, "pss", info.uss)
    return total / MIB


def _figures(when: str, now: dict[str, float], before: str, then: dict[str, float]) -> list[Figure]:
    return [
        Figure(f"{name} {when}", held, "MiB", Baseline(before, then[name]) if name in then else None)
        for name, held in now.items()
    ]
