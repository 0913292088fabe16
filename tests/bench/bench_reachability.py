"""How long who-reaches-whom takes on accounts of growing size: to read, to ask once, to ask for all pairs.

Reading is set against `json.loads` of the same documents, all pairs against asking each pair by itself (of a
sample). Exponents are by interfaces: reading should grow as they do (1), one question hardly (0), all pairs
at most as the pairs do (2).
"""

from __future__ import annotations

import gc
import json
import statistics
import tracemalloc
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from scripts.reachability import engine, pairs
from scripts.reachability.answer import Question
from scripts.reachability.model import Network
from scripts.reachability.readers import aws
from tests.bench import accounts
from tests.bench.fresh_process import in_fresh_process
from tests.bench.measure import Aim, Baseline, Figure, growth_exponent, seconds_of

if TYPE_CHECKING:
    from tests.bench.workplace import Workplace

PORTS = ((22, 22), (80, 80), (443, 443), (3306, 3306), (5432, 5432))
MIB = 2**20
ROUNDS = 3
#: Milliseconds of one question, and seconds of all pairs, by interfaces.
QUESTION_AIMS = {1000: Aim(most=10), 10_000: Aim(most=50)}
PAIRS_AIMS = {1000: Aim(most=5)}


@dataclass(frozen=True)
class Reading:
    """Least seconds of parsing and of reading saved documents, and bytes that the network holds."""

    parsing: float
    reading: float
    held: int


def save(interfaces: int, folder: Path) -> Path:
    """The account's documents in one file."""
    file = folder / f"account-{interfaces}.json"
    file.write_text(json.dumps(accounts.documents(interfaces)))
    return file


def read(file: Path) -> Reading:
    """Read documents for the clock, in turns with parsing; then for the memory, whose count takes time."""
    text = file.read_text()
    documents = json.loads(text)
    parsing, reading = [], []
    for _ in range(ROUNDS):
        parsing.append(seconds_of(lambda: json.loads(text)))
        reading.append(seconds_of(lambda: aws.network(documents)))
    gc.collect()
    tracemalloc.start()
    network = aws.network(documents)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert network.interfaces
    return Reading(min(parsing), min(reading), held)


def run(at: Workplace) -> list[Figure]:
    """Reading, one question, all pairs."""
    files = {each: save(each, at.folder) for each in at.sizes.accounts}
    figures = _readings(at, files)
    networks = {each: aws.network(json.loads(file.read_text())) for each, file in files.items()}
    singly = {}
    for interfaces, network in networks.items():
        at.say(f"reachability: questions at {interfaces:,} interfaces")
        singly[interfaces] = question_seconds(network, at.sizes.questions)
    return [*figures, *_questions(singly), *_pairs(at, networks, singly)]


def question_seconds(network: Network, count: int) -> float:
    """Mean seconds of one question, of a sample of pairs and of PORTS; the first one is not counted."""
    random, ends = Random(count), sorted(network.interfaces)
    seconds = []
    for _ in range(count + 1):
        question = Question(*random.sample(ends, 2), "tcp", random.choice(PORTS))
        seconds.append(seconds_of(lambda asked=question: engine.ask(network, asked)))  # type: ignore[misc]
    return statistics.fmean(seconds[1:])


def _readings(at: Workplace, files: Mapping[int, Path]) -> list[Figure]:
    measured, figures = {}, []
    for interfaces, file in files.items():
        at.say(f"reachability: reading {interfaces:,} interfaces")
        each = measured[interfaces] = in_fresh_process(read, file).result
        parsing = Baseline("json.loads of the same documents", each.parsing)
        figures.append(Figure(f"reading {interfaces:,} interfaces", each.reading, "s", parsing))
        size = Baseline("the documents as text", file.stat().st_size / MIB)
        figures.append(Figure(f"network of {interfaces:,} interfaces", each.held / MIB, "MiB", size))
    seconds = growth_exponent([*measured], [each.reading for each in measured.values()])
    held = growth_exponent([*measured], [each.held for each in measured.values()])
    return [
        *figures,
        Figure("reading: seconds by interfaces", seconds, "exponent"),
        Figure("network: memory by interfaces", held, "exponent"),
    ]


def _questions(singly: Mapping[int, float]) -> list[Figure]:
    smallest = min(singly)
    baseline = Baseline(f"at {smallest:,} interfaces", singly[smallest] * 1000)
    figures = [
        Figure(
            f"one question at {each:,} interfaces", seconds * 1000, "ms", baseline, QUESTION_AIMS.get(each)
        )
        for each, seconds in singly.items()
    ]
    return [
        *figures,
        Figure(
            "one question: seconds by interfaces", growth_exponent([*singly], [*singly.values()]), "exponent"
        ),
    ]


def _pairs(at: Workplace, networks: Mapping[int, Network], singly: Mapping[int, float]) -> list[Figure]:
    measured, figures = {}, []
    for interfaces in at.sizes.pairs:
        at.say(f"reachability: all pairs of {interfaces:,} interfaces")
        network = networks[interfaces]
        seconds = measured[interfaces] = seconds_of(lambda of=network: pairs.matrix(of, "tcp", PORTS))  # type: ignore[misc]
        asked = interfaces * (interfaces - 1) * len(PORTS)
        each = Baseline("each question by itself", 1 / singly[interfaces])
        what = f"all pairs of {interfaces:,} interfaces on {len(PORTS)} ports"
        figures.append(Figure(what, seconds, "s", aim=PAIRS_AIMS.get(interfaces)))
        figures.append(Figure(f"{what}, as questions", asked / seconds, "1/s", each))
    growth = growth_exponent([*measured], [*measured.values()])
    return [*figures, Figure("all pairs: seconds by interfaces", growth, "exponent")]
