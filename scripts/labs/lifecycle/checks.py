"""Judges the exercises of `lifecycle`. None starts a job: a check makes the files that a run would leave."""

from scripts.labs.lifecycle.charts import check_column_store, check_dashboard
from scripts.labs.lifecycle.files import check_crawl, check_inspect, check_published
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
    "check_sales_by_country",
    "check_sales_by_month",
    "check_top_customers",
]
