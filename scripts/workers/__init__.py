"""Work in a process of its own, begun at once: forked from one that is ready, or each from nothing."""

from scripts.workers.workers import Begun, Forked, Fresh, Workers, workers

__all__ = ["Begun", "Forked", "Fresh", "Workers", "workers"]
