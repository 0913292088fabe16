"""Moto's Glue catalog."""

from __future__ import annotations

from moto.glue.models import glue_backends


def number_versions_from_zero(account_id: str, region: str, database: str, table: str) -> None:
    """Call the only version of a new table 0, as AWS does; Moto begins with 1."""
    made = glue_backends[account_id][region].get_table(database, table)
    made.versions = {"0": made.versions[str(made._current_version)]}
    made._current_version = 0
