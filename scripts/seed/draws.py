"""Counter-based random numbers: each value is a function of a key and a row number, and of nothing else.

So any row can be generated without the rows before it, chunks do not depend on their size or order, and what
one table needs of another is computed again instead of being kept. Integers only: the same on every machine.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

_WEYL = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


class Draws:
    """A family of independent streams under one name.

    Parameters
    ----------
    seed
        The user's seed.
    name
        What the streams belong to, such as ``rentio/rental``.
    """

    def __init__(self, seed: int, name: str) -> None:
        self._prefix = f"{seed}/{name}/"

    def bits(self, stream: str, rows: IntArray) -> NDArray[np.uint64]:
        """64 random bits for each row number: splitmix64 (Steele, Lea, Flood 2014) at position `rows`."""
        digest = hashlib.blake2b((self._prefix + stream).encode(), digest_size=8).digest()
        start = np.uint64(int.from_bytes(digest, "little"))
        z = rows.astype(np.uint64)
        z *= _WEYL
        z += start
        z ^= z >> np.uint64(30)
        z *= _MIX_1
        z ^= z >> np.uint64(27)
        z *= _MIX_2
        z ^= z >> np.uint64(31)
        return z

    def integers(self, stream: str, rows: IntArray, low: int, high: int) -> IntArray:
        """Integers of [low, high), one for each row number; the span is at most 2**32."""
        upper = self.bits(stream, rows) >> np.uint64(32)
        return ((upper * np.uint64(high - low)) >> np.uint64(32)).astype(np.int64) + low

    def order(self, stream: str, rows: IntArray) -> IntArray:
        """A random permutation of ``range(n)`` for each group.

        Parameters
        ----------
        stream
            Name of the stream.
        rows
            Row numbers, shape (groups, n).

        Returns
        -------
        Array of shape (groups, n).
        """
        return np.argsort(self.bits(stream, rows), axis=-1, kind="stable")


def counts_with_sum(weights: IntArray, total: int, low: IntArray | int, high: IntArray | int) -> IntArray:
    """Integers between `low` and `high`, roughly proportional to `weights`, that add up to `total`.

    Raises
    ------
    ValueError
        No such integers exist.
    """
    low, high = np.broadcast_to(low, weights.shape), np.broadcast_to(high, weights.shape)
    if not low.sum() <= total <= high.sum():
        raise ValueError(f"counts between {low.sum()} and {high.sum()} in all cannot add up to {total}")
    share = weights * (total - int(low.sum())) // max(int(weights.sum()), 1)
    counts: IntArray = np.minimum(low + share, high)
    missing = total - int(counts.sum())
    by_weight = np.argsort(-weights, kind="stable")
    while missing:
        free = by_weight[counts[by_weight] < high[by_weight]][:missing]
        counts[free] += 1
        missing -= len(free)
    return counts
