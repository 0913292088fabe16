"""The functions that are answered: by signature, as in Trino's documentation, with what does it in DuckDB.

What is in no table here is refused.
"""

from __future__ import annotations

from scripts.local_cloud.athena.functions import (  # noqa: F401  (each registers its functions)
    aggregates,
    collections,
    lambdas,
    moment_texts,
    moments,
    numbers,
    patterns,
    strings,
    structures,
    windows,
)
from scripts.local_cloud.athena.functions.registry import SIGNATURES, SPECIAL, known, resolve

__all__ = ["SIGNATURES", "SPECIAL", "known", "resolve"]
