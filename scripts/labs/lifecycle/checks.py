"""Judges the exercises of `lifecycle`. None waits for Spark: a check makes a small job, or a run's files."""

from scripts.labs.lifecycle.charts import check_column_store, check_dashboard
from scripts.labs.lifecycle.files import check_crawl, check_inspect, check_published
from scripts.labs.lifecycle.jobs import check_run_job
from scripts.labs.lifecycle.questions import (
    check_late_orders,
    check_product_lines,
    check_sales_by_country,
    check_sales_by_month,
    check_top_customers,
)

__all__ = [
    "check_column_store",
    "check_crawl",
    "check_dashboard",
    "check_inspect",
    "check_late_orders",
    "check_product_lines",
    "check_published",
    "check_run_job",
    "check_sales_by_country",
    "check_sales_by_month",
    "check_top_customers",
]
