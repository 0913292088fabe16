"""A crawl: lists the targets, reads schemas from the files, and writes tables and partitions to the catalog.

``layout`` decides which folders are tables and which are partitions, ``formats`` what a file is and which
columns it has, ``types`` how columns of several files become those of a table: all pure. ``files`` reads
from S3, ``catalog`` writes to Glue, both in the crawler's role; ``__main__`` is the process.
"""
