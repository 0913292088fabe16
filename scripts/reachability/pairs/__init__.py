"""Who reaches whom, for all pairs of ends at once: what nothing tells apart is judged together."""

from scripts.reachability.pairs.classes import Class
from scripts.reachability.pairs.matrix import Matrix, matrix

__all__ = ["Class", "Matrix", "matrix"]
