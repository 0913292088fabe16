"""What a statement is, by its words: GetQueryExecution tells it from the start, even of one that fails."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scripts.local_cloud.athena.grammar import Reader

_TABLE = r"ALTER TABLE (?:`[^`]*`|\S+)(?: \. (?:`[^`]*`|\S+))* (?:PARTITION \( .*? \) )?"
#: Type and subtype of a statement, by its words in capitals with a blank between each two.
_KINDS: Mapping[str, tuple[str, str]] = {
    r"(?:\( )*(?:SELECT|WITH|VALUES|TABLE)": ("DML", "SELECT"),
    "EXPLAIN": ("DML", "EXPLAIN"),
    "INSERT": ("DML", "INSERT"),
    "UNLOAD": ("DML", "UNLOAD"),
    "UPDATE": ("DML", "UPDATE"),
    "DELETE": ("DML", "DELETE"),
    "MERGE": ("DML", "MERGE"),
    r"CREATE TABLE .*? AS (?:\( )*(?:SELECT|WITH|VALUES|TABLE)": ("DDL", "CREATE_TABLE_AS_SELECT"),
    "CREATE (?:EXTERNAL )?TABLE": ("DDL", "CREATE_TABLE"),
    "CREATE (?:OR REPLACE )?VIEW": ("DDL", "CREATE_VIEW"),
    "CREATE (?:DATABASE|SCHEMA)": ("DDL", "CREATE_DATABASE"),
    "DROP TABLE": ("DDL", "DROP_TABLE"),
    "DROP VIEW": ("DDL", "DROP_VIEW"),
    "DROP (?:DATABASE|SCHEMA)": ("DDL", "DROP_DATABASE"),
    "ALTER (?:DATABASE|SCHEMA)": ("DDL", "ALTER_DATABASE_PROPERTIES"),
    f"{_TABLE}ADD COLUMNS": ("DDL", "ALTER_TABLE_ADD_COLUMN"),
    f"{_TABLE}REPLACE COLUMNS": ("DDL", "ALTER_TABLE_REPLACE_COLUMN"),
    f"{_TABLE}CHANGE": ("DDL", "ALTER_TABLE_CHANGE_COLUMN"),
    f"{_TABLE}DROP COLUMN": ("DDL", "ALTER_TABLE_DROP_COLUMN"),
    f"{_TABLE}ADD": ("DDL", "ALTER_TABLE_ADD_PARTITION"),
    f"{_TABLE}DROP": ("DDL", "ALTER_TABLE_DROP_PARTITION"),
    f"{_TABLE}RENAME TO PARTITION": ("DDL", "ALTER_TABLE_RENAME_PARTITION"),
    f"{_TABLE}RENAME": ("DDL", "ALTER_TABLE_RENAME"),
    f"{_TABLE}SET LOCATION": ("DDL", "ALTER_TABLE_SET_LOCATION"),
    f"{_TABLE}SET TBLPROPERTIES": ("DDL", "ALTER_TABLE_PROPERTIES"),
    "MSCK": ("DDL", "MSCK_REPAIR"),
    "SHOW (?:DATABASES|SCHEMAS)": ("UTILITY", "SHOW_DATABASES"),
    "SHOW TABLES": ("UTILITY", "SHOW_TABLES"),
    "SHOW VIEWS": ("UTILITY", "SHOW_VIEWS"),
    "SHOW COLUMNS": ("UTILITY", "SHOW_COLUMNS"),
    "SHOW PARTITIONS": ("UTILITY", "SHOW_PARTITIONS"),
    "SHOW TBLPROPERTIES": ("UTILITY", "SHOW_TABLE_PROPERTIES"),
    "SHOW CREATE TABLE": ("UTILITY", "SHOW_CREATE_TABLE"),
    "SHOW CREATE VIEW": ("UTILITY", "SHOW_CREATE_VIEW"),
    "DESC(?:RIBE)?": ("UTILITY", "DESCRIBE_TABLE"),
    "PREPARE": ("DDL", "PREPARE"),
    "DEALLOCATE": ("DDL", "DEALLOCATE"),
}


def kind(sql: str, prepared: Mapping[str, str]) -> tuple[str, str]:
    """``StatementType`` and ``SubstatementType``; EXECUTE is what it executes.

    Parameters
    ----------
    prepared
        Texts of prepared statements, by name.
    """
    reader = Reader(sql)
    if reader.take("EXECUTE"):
        name = reader.next.text.strip('"').lower()
        return kind(prepared[name], {}) if name in prepared else ("DML", "")
    words = reader.words()
    known = (found for start, found in _KINDS.items() if re.match(rf"{start}\b", words, re.DOTALL))
    return next(known, ("DDL", ""))


def result_name(query_id: str, kind_: str) -> str:
    """What the statement leaves at the output location; of what is written, the names alone."""
    if kind_ == "CREATE_TABLE_AS_SELECT":
        return f"tables/{query_id}"
    if kind_ in {"INSERT", "UNLOAD"}:
        return query_id
    return f"{query_id}.{'csv' if kind_ in {'SELECT', 'UPDATE', 'DELETE', 'MERGE'} else 'txt'}"
