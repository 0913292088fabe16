"""Databases of a learner's own, and the SQL that runs in them."""

from scripts.labs.databases.learner import Copies, LearnerDatabase, RefusedError, Session

__all__ = ["Copies", "LearnerDatabase", "RefusedError", "Session", "learner_database"]


def learner_database(engine: str) -> type[LearnerDatabase]:
    """The kind of database of an engine; the other engine's driver, which takes long, is not imported."""
    if engine == "mysql":
        from scripts.labs.databases.mysql import MySQLLearner  # noqa: PLC0415

        return MySQLLearner
    from scripts.labs.databases.postgres import PostgresLearner  # noqa: PLC0415

    return PostgresLearner
