"""Judges the exercises of `connect`, by what servers and AWS say of real connections and requests."""

from scripts.labs.connect.buckets import check_bucket_policy
from scripts.labs.connect.connecting import check_driver, check_odbc, check_sqlalchemy_url
from scripts.labs.connect.failing import check_access_denied, check_aws_failures, check_database_failures
from scripts.labs.connect.finding import check_endpoints, check_source

__all__ = [
    "check_access_denied",
    "check_aws_failures",
    "check_bucket_policy",
    "check_database_failures",
    "check_driver",
    "check_endpoints",
    "check_odbc",
    "check_source",
    "check_sqlalchemy_url",
]
