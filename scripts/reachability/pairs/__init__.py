"""Who reaches whom, for all pairs of ends at once: what nothing tells apart is judged together."""

from scripts.reachability.pairs.classes import Class
from scripts.reachability.pairs.ends import NamedEnd
from scripts.reachability.pairs.matrix import Matrix, matrix
from scripts.reachability.pairs.table import Table, table

__all__ = ["Class", "Matrix", "NamedEnd", "Table", "matrix", "table"]
