"""Databases of a learner's own, and the SQL that runs in them."""

from scripts.labs.databases.learner import Copies, LearnerDatabase, RefusedError, Session
from scripts.labs.databases.mysql import MySQLLearner
from scripts.labs.databases.postgres import PostgresLearner

ENGINES: dict[str, type[LearnerDatabase]] = {"mysql": MySQLLearner, "postgres": PostgresLearner}

__all__ = ["ENGINES", "Copies", "LearnerDatabase", "RefusedError", "Session"]
