"""Is a loaded dataset right? Questions in SQL that a database answers with zero when all is well.

Counts against the dataset's own numbers, foreign keys, totals and dates; for tests, and for whoever copies or
restores a database. A learner's changes are found as well, so this is no test of a database in use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scripts.seed.model import Dataset, Dialect

#: Asks one question and returns the first cell of its answer.
Ask = Callable[[str], object]


@dataclass(frozen=True)
class Fault:
    """Something that does not hold.

    Attributes
    ----------
    rule
        What should hold.
    found
        How many rows break it, or by how much.
    """

    rule: str
    found: int

    def __str__(self) -> str:
        return f"{self.rule}: {self.found}"


#: child table, its column, parent table and its column
_REFERENCES = {
    "rentio": (
        ("city", "country_id", "country", "country_id"),
        ("film", "language_id", "language", "language_id"),
        ("film", "original_language_id", "language", "language_id"),
        ("film_actor", "actor_id", "actor", "actor_id"),
        ("film_actor", "film_id", "film", "film_id"),
        ("film_category", "film_id", "film", "film_id"),
        ("film_category", "category_id", "category", "category_id"),
        ("film_text", "film_id", "film", "film_id"),
        ("address", "city_id", "city", "city_id"),
        ("store", "manager_staff_id", "staff", "staff_id"),
        ("store", "address_id", "address", "address_id"),
        ("staff", "store_id", "store", "store_id"),
        ("staff", "address_id", "address", "address_id"),
        ("customer", "store_id", "store", "store_id"),
        ("customer", "address_id", "address", "address_id"),
        ("inventory", "film_id", "film", "film_id"),
        ("inventory", "store_id", "store", "store_id"),
        ("rental", "inventory_id", "inventory", "inventory_id"),
        ("rental", "customer_id", "customer", "customer_id"),
        ("rental", "staff_id", "staff", "staff_id"),
        ("payment", "rental_id", "rental", "rental_id"),
        ("payment", "customer_id", "customer", "customer_id"),
        ("payment", "staff_id", "staff", "staff_id"),
    ),
    "classicmodels": (
        ("products", "productLine", "productlines", "productLine"),
        ("employees", "officeCode", "offices", "officeCode"),
        ("employees", "reportsTo", "employees", "employeeNumber"),
        ("customers", "salesRepEmployeeNumber", "employees", "employeeNumber"),
        ("orders", "customerNumber", "customers", "customerNumber"),
        ("orderdetails", "orderNumber", "orders", "orderNumber"),
        ("orderdetails", "productCode", "products", "productCode"),
        ("payments", "customerNumber", "customers", "customerNumber"),
    ),
}

_DAYS_OUT = {
    "mysql": "DATEDIFF(r.return_date, r.rental_date)",
    "postgres": "(r.return_date::date - r.rental_date::date)",
}

_RENTIO_RULES = {
    "A rental ends after it begins": "SELECT COUNT(*) FROM rental WHERE return_date <= rental_date",
    "A customer rents after joining": """
        SELECT COUNT(*) FROM rental r JOIN customer c ON c.customer_id = r.customer_id
        WHERE r.rental_date < c.create_date""",
    "A payment is made at or after its rental": """
        SELECT COUNT(*) FROM payment p JOIN rental r ON r.rental_id = p.rental_id
        WHERE p.payment_date < r.rental_date
          OR p.customer_id <> r.customer_id OR p.staff_id <> r.staff_id""",
    "A rental is paid once": """
        SELECT COUNT(*) FROM (SELECT r.rental_id FROM rental r
          LEFT JOIN payment p ON p.rental_id = r.rental_id
          GROUP BY r.rental_id HAVING COUNT(p.payment_id) <> 1) wrong""",
    "A payment is the rate and 1.00 for each day late": """
        SELECT COUNT(*) FROM payment p JOIN rental r ON r.rental_id = p.rental_id
        JOIN inventory i ON i.inventory_id = r.inventory_id JOIN film f ON f.film_id = i.film_id
        WHERE p.amount <> f.rental_rate
          + CASE WHEN {days_out} > f.rental_duration THEN {days_out} - f.rental_duration ELSE 0 END""",
    "A copy is out once at a time": """
        SELECT COUNT(*) FROM (SELECT rental_date,
          LAG(COALESCE(return_date, '9999-12-31'))
            OVER (PARTITION BY inventory_id ORDER BY rental_date) AS back
        FROM rental) turns WHERE rental_date < back""",
    "A shop rents its own copies": """
        SELECT COUNT(*) FROM rental r JOIN inventory i ON i.inventory_id = r.inventory_id
        JOIN staff s ON s.staff_id = r.staff_id WHERE s.store_id <> i.store_id""",
}

_CLASSICMODELS_RULES = {
    "Orders are required and shipped on or after their date": """
        SELECT COUNT(*) FROM orders WHERE requiredDate < orderDate OR shippedDate < orderDate""",
    "What is shipped, and only that, has a date of shipping": """
        SELECT COUNT(*) FROM orders
        WHERE (shippedDate IS NULL) <> (status IN ('Cancelled', 'On Hold', 'In Process'))""",
    "Lines are numbered from 1 without gaps": """
        SELECT COUNT(*) FROM (SELECT orderNumber FROM orderdetails GROUP BY orderNumber
        HAVING MIN(orderLineNumber) <> 1 OR MAX(orderLineNumber) <> COUNT(*)
          OR COUNT(DISTINCT orderLineNumber) <> COUNT(*)) wrong""",
    "Every order has lines": """
        SELECT COUNT(*) FROM orders o LEFT JOIN orderdetails d ON d.orderNumber = o.orderNumber
        WHERE d.orderNumber IS NULL""",
    "A price lies between cost and recommendation": """
        SELECT COUNT(*) FROM orderdetails d JOIN products p ON p.productCode = d.productCode
        WHERE d.priceEach > p.MSRP OR d.priceEach <= p.buyPrice""",
    "A payment is the total of an order of the customer, made after its date": """
        SELECT COUNT(*) FROM payments p WHERE NOT EXISTS (
          SELECT 1 FROM orders o JOIN orderdetails d ON d.orderNumber = o.orderNumber
          WHERE o.customerNumber = p.customerNumber AND o.shippedDate <= p.paymentDate
          GROUP BY o.orderNumber HAVING SUM(d.quantityOrdered * d.priceEach) = p.amount)""",
    "No order exceeds the customer's credit": """
        SELECT COUNT(*) FROM (SELECT o.orderNumber FROM orders o
          JOIN orderdetails d ON d.orderNumber = o.orderNumber
          JOIN customers c ON c.customerNumber = o.customerNumber
          GROUP BY o.orderNumber, c.creditLimit
          HAVING SUM(d.quantityOrdered * d.priceEach) > c.creditLimit) wrong""",
    "Whoever has orders has a sales representative": """
        SELECT COUNT(*) FROM customers c WHERE (c.salesRepEmployeeNumber IS NULL)
        = EXISTS (SELECT 1 FROM orders o WHERE o.customerNumber = c.customerNumber)""",
    "A customer owes no more than the credit": """
        SELECT COUNT(*) FROM (
          SELECT c.customerNumber FROM customers c
          JOIN orders o ON o.customerNumber = c.customerNumber AND o.status <> 'Cancelled'
          JOIN orderdetails d ON d.orderNumber = o.orderNumber
          GROUP BY c.customerNumber, c.creditLimit
          HAVING SUM(d.quantityOrdered * d.priceEach) - c.creditLimit > COALESCE(
            (SELECT SUM(p.amount) FROM payments p WHERE p.customerNumber = c.customerNumber), 0)) wrong""",
}

_RULES = {"rentio": _RENTIO_RULES, "classicmodels": _CLASSICMODELS_RULES}

#: Distinct customer-product pairs at scale 1: what the ratings are about.
_PAIRS = 2532


def _names(dataset: Dataset) -> list[str]:
    return [table.name for table in dataset.tables]


def row_counts(ask: Ask, dataset: Dataset) -> dict[str, int]:
    """Rows of each of the dataset's tables."""
    return {name: _number(ask(f"SELECT COUNT(*) FROM {name}")) for name in _names(dataset)}  # noqa: S608


def verify(ask: Ask, dataset: Dataset, dialect: Dialect, scale: int) -> list[Fault]:
    """What does not hold of a freshly loaded dataset; empty when all does.

    Parameters
    ----------
    ask
        Asks the database, with the dataset's database (and schema) as the current one.
    dataset, dialect, scale
        What was loaded, and where.
    """
    counts = row_counts(ask, dataset)
    faults = [
        Fault(f"{table.name} has {table.rows(scale)} rows", counts[table.name])
        for table in dataset.tables
        if counts[table.name] != table.rows(scale)
    ]
    questions = {
        f"{child}.{column} refers to a row of {parent}": f"""
            SELECT COUNT(*) FROM {child} c LEFT JOIN {parent} p ON p.{key} = c.{column}
            WHERE c.{column} IS NOT NULL AND p.{key} IS NULL"""  # noqa: S608
        for child, column, parent, key in _REFERENCES[dataset.name]
    }
    questions |= {
        rule: text.format(days_out=_DAYS_OUT[dialect]) for rule, text in _RULES[dataset.name].items()
    }
    if dataset.name == "classicmodels":
        questions[f"{_PAIRS * scale} distinct pairs of customer and product"] = f"""
            SELECT COUNT(*) - {_PAIRS * scale} FROM (SELECT DISTINCT o.customerNumber, d.productCode
            FROM orders o JOIN orderdetails d ON d.orderNumber = o.orderNumber) pairs"""  # noqa: S608
    answers = ((rule, _number(ask(question))) for rule, question in questions.items())
    return faults + [Fault(rule, found) for rule, found in answers if found]


def _number(answer: object) -> int:
    return int(str(answer))
