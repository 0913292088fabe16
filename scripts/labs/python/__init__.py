"""A learner's Python: run in a process of its own, with a time limit, its values brought back."""

from scripts.labs.python.runner import Called, RaisedError, Runner

__all__ = ["Called", "RaisedError", "Runner"]
