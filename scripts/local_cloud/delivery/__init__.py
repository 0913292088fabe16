"""Firehose's delivery: a process of its own that carries records into S3, each exactly once.

What is read from a Kinesis stream, or put directly, goes into the `spool` (SQLite), together with how far the
source has been read. A batch is written down with the keys of its objects before the first object is put, and
struck off when the last one is there; an object is put only where none is. So whenever the process is killed,
the next one takes up the same batch under the same keys: nothing is lost and nothing is doubled.

``supervisor`` runs in LocalStack and keeps the process going; the process ends when its standard input does,
and so cannot outlive LocalStack. ``pump`` delivers one stream; ``source`` reads, ``destination`` writes,
``processing`` and ``naming`` are pure.
"""
