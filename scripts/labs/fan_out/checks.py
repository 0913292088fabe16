"""Judges the exercises of `fan-out`."""

from __future__ import annotations

from typing import Any

from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

_TABLES = ("dim_locations_repaired", "fact_orders_repaired")
_PLACE = ("country", "state", "city", "postalcode")

#: What is asked in `explain`, and what to look at where the answer is another one.
_LOOK = {
    "rows_multiply": "the rows of one order that has more of them in fact_orders than lines in orderdetails",
    "rows_vanish": "the postal codes of the lines that lost-lines counts",
    "distinct": "the sums of the chart after it, and what it leaves of rows that are equal",
    "cure": "what makes a row of dim_locations the one that a line belongs to",
}


def check_reconcile(work: Work) -> None:
    work.ask(
        each_row="one row that holds both sides",
        columns=("the source's lines", "the source's sum", "the published rows", "the published sum"),
    )


def check_find_key(work: Work) -> None:
    work.ask(
        each_row="one row for each postal code that belongs to more than one place",
        columns=("the postal code", "the number of places"),
    )


def check_chart(work: Work) -> None:
    work.ask(
        each_row="one row for each country that has bought anything",
        columns=("the country", "what the chart shows", "what the source says"),
    )


def check_lost_lines(work: Work) -> None:
    work.ask(
        each_row="one row for all lines that find no place",
        columns=("the number of lines", "the sum of their amounts"),
    )


def check_explain(work: Work) -> None:
    answers = work.answers()
    reference = dict(line.split(": ") for line in work.solution().splitlines())
    for question, letter in reference.items():
        given = answers.get(question)
        require(
            given is not None,
            f"{question} is not answered yet.",
            seen="nothing",
            expected="one of the letters a, b, c, d",
        )
        require(
            str(given).strip().strip("()").lower() == letter,
            f"The answer to {question} is not right.",
            seen=str(given),
            expected=f"the one that holds when you look at {_LOOK[question]}",
        )


def check_repair(work: Work) -> None:
    athena = work.athena
    _drop(work)
    work.afterwards(lambda: _drop(work))
    athena.script(work.answer.text)
    glue = work.session.client("glue")
    there = {
        each["Name"]: {column["Name"] for column in each["StorageDescriptor"]["Columns"]}
        for page in glue.get_paginator("get_tables").paginate(DatabaseName=_database(work))
        for each in page["TableList"]
    }
    wanted = {
        _TABLES[0]: {"locationkey", *_PLACE},
        _TABLES[1]: {
            "ordernumber",
            "orderlinenumber",
            "productcode",
            "customernumber",
            "locationkey",
            "orderamount",
        },
    }
    for table, columns in wanted.items():
        require(table in there, f"There is no table {table}.", expected="CREATE TABLE ... AS SELECT")
        missing = sorted(columns - there[table])
        require(
            not missing,
            f"Columns are missing in {table}.",
            seen=f"no {', '.join(missing)}",
            expected="all of those asked for",
        )
    keys, places, distinct = _row(
        work, "SELECT count(locationkey), count(*), count(DISTINCT locationkey) FROM dim_locations_repaired"
    )
    require(
        keys == places == distinct,
        "locationKey is no key of the places.",
        seen=f"{places} places, {distinct} different keys",
        expected="a key for each place, and no two with the same",
    )
    (true_places,) = _row(
        work, "SELECT count(*) FROM (SELECT DISTINCT country, state, city, postalcode FROM customers)"
    )
    require(
        places == true_places,
        "dim_locations_repaired does not hold each place once.",
        seen=f"{places} rows",
        expected="one row for each different country, state, city and postal code of the customers",
    )
    _lines(work)
    _joined(work)


def _lines(work: Work) -> None:
    lines, distinct, total = _row(
        work,
        "SELECT count(*), (SELECT count(*) FROM (SELECT DISTINCT ordernumber, productcode FROM"
        " fact_orders_repaired)), sum(orderamount) FROM fact_orders_repaired",
    )
    true_lines, true_total = _row(work, "SELECT count(*), sum(quantityordered * priceeach) FROM orderdetails")
    require(
        lines == distinct,
        "fact_orders_repaired has an order line more than once.",
        seen=f"{lines} rows for {distinct} order lines",
        expected="one row for each order line",
    )
    require(
        lines == true_lines,
        "fact_orders_repaired does not hold every order line.",
        seen=f"{lines} rows",
        expected="as many rows as the source has order lines",
    )
    require(
        total == true_total,
        "The sum of orderAmount is not the source's.",
        seen=f"{total}",
        expected="quantity times price of each line, to the cent",
    )


def _joined(work: Work) -> None:
    """Each line is joined with the place of its own customer, and with no other."""
    (right,) = _row(
        work,
        "SELECT count(*) FROM fact_orders_repaired f"
        " JOIN dim_locations_repaired l ON l.locationkey = f.locationkey"
        " JOIN customers c ON c.customernumber = f.customernumber"
        " AND l.country IS NOT DISTINCT FROM c.country AND l.state IS NOT DISTINCT FROM c.state"
        " AND l.city IS NOT DISTINCT FROM c.city AND l.postalcode IS NOT DISTINCT FROM c.postalcode",
    )
    (lines,) = _row(work, "SELECT count(*) FROM fact_orders_repaired")
    if right != lines:
        raise NotYetError(
            "Not every line leads to the place of its customer.",
            seen=f"{right} of {lines} lines do",
            expected="the customer's country, state, city and postal code, NULL where it is NULL",
        )


def _database(work: Work) -> str:
    return f"{work.workspace.database_user}_check"


def _row(work: Work, statement: str) -> tuple[Any, ...]:
    return work.athena.run(statement).rows[0]


def _drop(work: Work) -> None:
    for table in _TABLES:
        work.athena.run(f"DROP TABLE IF EXISTS {table}")
