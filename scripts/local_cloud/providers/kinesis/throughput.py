"""What a shard takes and gives in a second.

AWS refuses records beyond 1,000 a second or 1 MiB a second a shard, data and partition keys together, and
reads beyond five a second or 2 MiB a second, whoever reads; new iterators beyond five a second. How it counts
within a second is not told; here a shard that was idle serves one second's worth at once, and then as much as
time passes. A read may be larger than that: after one of 10 MiB the next of that size has to wait for five
seconds, as on AWS.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

RECORDS_A_SECOND, BYTES_WRITTEN_A_SECOND = 1_000, 1024 * 1024
READS_A_SECOND, BYTES_READ_A_SECOND = 5, 2 * 1024 * 1024
ITERATORS_A_SECOND = 5


@dataclass
class Allowance:
    """What a shard may still take or give at the moment ``at``, in seconds of a clock that is never set.

    Attributes
    ----------
    times_a_second, bytes_a_second
        How often, and how much.
    """

    times_a_second: int
    bytes_a_second: int
    times: float = field(init=False)
    bytes: float = field(init=False)
    at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.times, self.bytes = self.times_a_second, self.bytes_a_second

    def take(self, size: int) -> bool:
        """Use it once, for so many bytes; False, and nothing used, where that is too much."""
        now = time.monotonic()
        # A snapshot may be loaded where that clock has another beginning.
        passed = max(now - self.at, 0.0)
        self.at = now
        self.times = min(self.times + passed * self.times_a_second, self.times_a_second)
        self.bytes = min(self.bytes + passed * self.bytes_a_second, self.bytes_a_second)
        if self.times < 1 or self.bytes < min(size, self.bytes_a_second):
            return False
        self.times -= 1
        self.bytes -= size
        return True


def writing() -> Allowance:
    """A new shard's, for records."""
    return Allowance(RECORDS_A_SECOND, BYTES_WRITTEN_A_SECOND)


def reading() -> Allowance:
    """A new shard's, for GetRecords."""
    return Allowance(READS_A_SECOND, BYTES_READ_A_SECOND)


def iterating() -> Allowance:
    """A new shard's, for GetShardIterator."""
    return Allowance(ITERATORS_A_SECOND, 0)
