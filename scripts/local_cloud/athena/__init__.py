"""Athena's SQL, answered by DuckDB: what Athena would answer, or Athena's error, and nothing between.

A statement is read (`grammar`, `dialect`), compiled with the catalog's types into DuckDB's SQL (`queries`,
`expressions` and `functions`), and run in a process of its own (`session`, `worker`). Every function and
construct that is answered is named in a table; every other is refused in Athena's words.
"""
