"""Rentio: the 16 tables of the DVD-rental schema, with rows of our own.

The catalogue (language, category, country, city, actor, film, film_actor, film_category, film_text) is the
same at every scale. What happens in the shops grows: each step of the scale adds a block of two shops with
their staff, addresses, customers, copies, rentals and payments. So scale n holds the rows of scale n - 1.
"""

from __future__ import annotations

from scripts.seed.model import Dataset
from scripts.seed.rentio import catalogue, rentals, shops

RENTIO = Dataset(
    name="rentio",
    version=1,
    tables=(*catalogue.TABLES, *shops.TABLES, *rentals.TABLES),
    dialects=("mysql", "postgres"),
)
