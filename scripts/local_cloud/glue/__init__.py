"""Glue's job runs: each a process of its own, in which the job's script runs on a local Spark.

``runner`` starts, watches and ends the process from within LocalStack; ``process`` is what runs in it;
``spark`` says how Spark is started; ``filesystem`` builds ``s3://`` for it; ``output`` carries what it prints
to CloudWatch Logs. The process ends when its standard input does, and so cannot outlive LocalStack.
"""
