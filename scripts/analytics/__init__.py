"""Glue's jobs and crawlers and Athena's queries, as a person at a terminal uses them: start, wait, look."""
