"""Classicmodels: the 8 tables of the scale-model dealer, with rows of our own.

productlines, products, offices and employees are the same at every scale; customers, orders, orderdetails and
payments grow. At scale n there are 2,996 n order lines of 2,532 n distinct customer-product pairs.
"""

from __future__ import annotations

from scripts.seed.classicmodels import catalogue, sales
from scripts.seed.model import Dataset

CLASSICMODELS = Dataset(
    name="classicmodels",
    version=1,
    tables=(*catalogue.TABLES, *sales.TABLES),
    dialects=("mysql",),
)
