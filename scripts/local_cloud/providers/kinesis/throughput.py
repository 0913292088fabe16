"""What a shard takes in a second.

AWS refuses records beyond 1,000 a second or 1 MiB a second a shard, data and partition keys together. How
it counts within a second is not told; here a shard that was idle takes one second's worth at once, and then
as much as time passes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

RECORDS_A_SECOND = 1_000
BYTES_A_SECOND = 1024 * 1024


@dataclass
class Allowance:
    """What a shard may still take at the moment ``at``, in seconds of a clock that is never set."""

    records: float = RECORDS_A_SECOND
    bytes: float = BYTES_A_SECOND
    at: float = field(default_factory=time.monotonic)

    def take(self, size: int) -> bool:
        """Use it for a record of so many bytes; False, and nothing used, where that is too much."""
        now = time.monotonic()
        # A snapshot may be loaded where that clock has another beginning.
        passed = max(now - self.at, 0.0)
        self.at = now
        self.records = min(self.records + passed * RECORDS_A_SECOND, RECORDS_A_SECOND)
        self.bytes = min(self.bytes + passed * BYTES_A_SECOND, BYTES_A_SECOND)
        if self.records < 1 or self.bytes < size:
            return False
        self.records -= 1
        self.bytes -= size
        return True
