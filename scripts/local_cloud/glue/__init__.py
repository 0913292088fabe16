"""Glue's job runs and crawls: each a process of its own, in its role's name.

``work`` starts, watches and ends the process from within LocalStack, ``runner`` for a job's script and
``crawling`` for a crawl; ``process`` and ``crawl`` are what runs in it. ``spark`` says how Spark is started,
``filesystem`` builds ``s3://`` for it, ``output`` carries what is printed to CloudWatch Logs. A process ends
when its standard input does, and so cannot outlive LocalStack.
"""
