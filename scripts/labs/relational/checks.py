"""Judges the exercises of `relational`."""

from __future__ import annotations

from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

_CATEGORY = ("the category's id", "its name")


def check_copy_table(work: Work) -> None:
    work.change(
        "SELECT * FROM category_copy",
        each_row="one row for each row of category",
        columns=(*_CATEGORY, "the moment of its last update"),
    )


def check_select(work: Work) -> None:
    work.query(each_row="one row for each film", columns=("the title", "the length", "the rating"))


def check_where(work: Work) -> None:
    work.query(
        each_row="one row for each film that is rated PG and lasts longer than two hours",
        columns=("the title", "the length"),
    )


def check_insert(work: Work) -> None:
    _categories(work, ("copy-table",), "the categories there were, and the three new ones")
    (missing,) = work.sql.run("SELECT COUNT(*) FROM category_copy WHERE last_update IS NULL").rows[0]
    require(
        missing == 0,
        "A new row has no moment of its last update.",
        seen="NULL in last_update",
        expected="the moment of now",
    )


def check_update(work: Work) -> None:
    _categories(work, ("copy-table", "insert"), "every category, three of them with their new names")


def check_delete(work: Work) -> None:
    _categories(work, ("copy-table", "insert"), "every category but the three that are removed")


def _categories(work: Work, after: tuple[str, ...], each_row: str) -> None:
    work.change(
        "SELECT category_id, name FROM category_copy", after=after, each_row=each_row, columns=_CATEGORY
    )


def check_alias(work: Work) -> None:
    work.query(each_row="one row for each film", columns=("the title", "the price of a day"), named=True)


def check_inner_join(work: Work) -> None:
    work.query(each_row="one row for each film", columns=("the film's title", "the language's name"))


def check_left_join(work: Work) -> None:
    work.query(
        each_row="one row for each film, whether there are copies of it or not",
        columns=("the film's id", "the title", "the number of copies"),
    )


def check_group_by(work: Work) -> None:
    work.query(
        each_row="one row for each rating", columns=("the rating", "the film count", "the average length")
    )


def check_order_by(work: Work) -> None:
    work.query(
        each_row="one row for each customer who has paid",
        columns=("the first name", "the last name", "the sum of payments"),
        order="the sum of payments, the highest first, then the customer's id",
    )


def check_limit(work: Work) -> None:
    work.query(
        each_row="one row for each of the ten films that were rented most often",
        columns=("the title", "the number of rentals"),
        order="the number of rentals, the highest first, then the title",
    )


def check_one_big_table(work: Work) -> None:
    work.change(
        "SELECT * FROM rental_wide",
        each_row="one row for each rental",
        columns=(
            "the rental's id", "the rental's date", "the film's title", "the customer's id",
            "the customer's first name", "the customer's last name", "the customer's address",
        ),
    )  # fmt: skip


def check_one_fact_one_place(work: Work) -> None:
    work.change(
        "SELECT address_id, address FROM address_copy",
        each_row="every address, one of them changed",
        columns=("the address's id", "the address"),
    )


def check_find_inconsistency(work: Work) -> None:
    work.fresh(after=("one-big-table",))
    # As an application does that knows of one rental only; which customers, nobody can know before.
    work.sql.run(
        "UPDATE rental_wide SET address = '1 New Street' WHERE rental_id IN"
        " (SELECT newest FROM (SELECT MAX(rental_id) AS newest FROM rental_wide"
        " WHERE customer_id % 97 = 1 GROUP BY customer_id) AS moved)"
    )
    before = work.sql.run("SELECT COUNT(*), COUNT(DISTINCT address) FROM rental_wide").rows
    work.query(
        each_row="one row for each customer with more than one address in rental_wide",
        columns=("the customer's id", "the number of different addresses"),
    )
    if work.sql.run("SELECT COUNT(*), COUNT(DISTINCT address) FROM rental_wide").rows != before:
        raise NotYetError("The table rental_wide was changed.", expected="a query that only reads")
