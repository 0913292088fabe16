"""A day of a shop's web servers, the same for everybody: what is there every day, and one thing that is not.

Pure: no clock and no call. Times are seconds since midnight, UTC.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

HOSTS = ("web-1", "web-2", "web-3")
#: Takes long every night, and ends well.
REPORT = "/reports/daily"
#: Somebody looks for a weakness there, all day long.
PROBED = "/wp-login.php"
#: The status of errors that come now and then.
USUAL = 500

_PATHS = {
    "/": 20, "/products": 25, "/search": 12, "/api/products": 18, "/api/cart": 10, "/api/orders": 9,
    "/images/logo.png": 6,
}  # fmt: skip
_DAY = 24 * 3600
#: Requests of customers, and how many of a thousand fail.
_REQUESTS, _FAILING = 5_600, 6


@dataclass(frozen=True)
class Event:
    """One request as a server logged it; ``duration`` in milliseconds."""

    second: int
    host: str
    method: str
    path: str
    status: int
    duration: int
    client: str

    @property
    def message(self) -> str:
        """What is logged of it."""
        level = "ERROR" if self.status >= 500 else "WARN" if self.status >= 400 else "INFO"
        document = {
            "level": level,
            "host": self.host,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "duration_ms": self.duration,
            "client": self.client,
        }
        return json.dumps(document)


@dataclass(frozen=True)
class Fault:
    """What is wrong that day: most requests to a path on a server, from one second to another."""

    path: str
    host: str
    status: int
    first: int
    last: int

    def covers(self, event: Event) -> bool:
        """Whether a request failed by it."""
        return (event.path, event.host, event.status) == (self.path, self.host, self.status)


FAULT = Fault("/api/orders", "web-2", 503, 16 * 3600 + 38 * 60, 17 * 3600 + 51 * 60)


@cache
def events() -> tuple[Event, ...]:
    """The day, by time."""
    chance = random.Random(20)
    found = [*_customers(chance), *_reports(chance), *_probes(chance)]
    return tuple(sorted(found, key=lambda each: each.second))


def _customers(chance: random.Random) -> Iterator[Event]:
    for _ in range(_REQUESTS):
        second = _moment(chance)
        (path,) = chance.choices(list(_PATHS), list(_PATHS.values()))
        host = chance.choice(HOSTS)
        status, duration = 200, int(chance.lognormvariate(3.6, 0.6)) + 2
        method = "POST" if path in ("/api/orders", "/api/cart") else "GET"
        client = f"203.0.113.{chance.randrange(1, 255)}"
        if (path, host) == (FAULT.path, FAULT.host) and FAULT.first <= second <= FAULT.last:
            # Not every one: whoever looks at one request only may see that all is well.
            if chance.random() < 0.85:
                status, duration = FAULT.status, 5_000 + chance.randrange(60)
                # Who wants to buy tries again.
                for _ in range(chance.randrange(8)):
                    second += 6 + chance.randrange(30)
                    yield Event(second, host, method, path, status, 5_000 + chance.randrange(60), client)
        elif chance.randrange(1000) < _FAILING:
            status = USUAL
        elif chance.randrange(1000) < 12:
            status = 404
        yield Event(second, host, method, path, status, duration, client)


def _moment(chance: random.Random) -> int:
    """A second of the day: customers sleep at night, and buy most in the afternoon."""
    while True:
        second = chance.randrange(_DAY)
        wave = 0.55 - 0.45 * math.cos(2 * math.pi * (second / _DAY - 0.15))
        if chance.random() < wave:
            return second


def _reports(chance: random.Random) -> Iterator[Event]:
    for number in range(24):
        second = 3 * 3600 + number * 50 + chance.randrange(20)
        yield Event(second, "web-3", "GET", REPORT, 200, 8_000 + chance.randrange(4_000), "10.0.0.5")


def _probes(chance: random.Random) -> Iterator[Event]:
    for number in range(360):
        second = number * 240 + chance.randrange(200)
        yield Event(
            second, chance.choice(HOSTS), "GET", PROBED, 404, 2 + chance.randrange(5), "198.51.100.23"
        )
