"""Judges the business questions, in the learner's own lake."""

from __future__ import annotations

from scripts.labs.work import Work


def check_sales_by_country(work: Work) -> None:
    work.ask(
        each_row="one row for each country with orders",
        columns=("the country", "the number of orders", "the sales"),
        order="the sales, the highest first",
    )


def check_sales_by_month(work: Work) -> None:
    work.ask(
        each_row="one row for each month with orders",
        columns=("the year", "the month", "the sales"),
        order="the year, then the month",
    )


def check_product_lines(work: Work) -> None:
    work.ask(
        each_row="one row for each product line that was ordered",
        columns=("the product line", "the sales", "the margin"),
    )


def check_top_customers(work: Work) -> None:
    work.ask(
        each_row="one row for each of the ten customers",
        columns=("the customer's name", "the sales"),
        order="the sales, the highest first",
    )


def check_late_orders(work: Work) -> None:
    work.ask(
        each_row="one row for each year with orders",
        columns=("the year", "the number of orders", "the number of late orders"),
    )
