"""The star schema in plain Python, slowly: what the job's transform is held against."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def location_key(customer: Row) -> int:
    texts = [customer[name] for name in ("country", "state", "city", "postalCode")]
    written = "".join("-" if text is None else f"{len(text)}:{text}" for text in texts)
    return int(hashlib.sha256(written.encode()).hexdigest()[:15], 16)


def star(source: Tables) -> Tables:
    orders = {row["orderNumber"]: row for row in source["orders"]}
    customers = {row["customerNumber"]: row for row in source["customers"]}
    products = {row["productCode"]: row for row in source["products"]}
    lines = {row["productLine"]: row["textDescription"] for row in source["productlines"]}
    facts = []
    for line in source["orderdetails"]:
        order, product = orders[line["orderNumber"]], products[line["productCode"]]
        facts.append(
            {
                **{name: line[name] for name in ("orderNumber", "orderLineNumber")},
                "customerNumber": order["customerNumber"],
                "locationKey": location_key(customers[order["customerNumber"]]),
                "productCode": line["productCode"],
                **{
                    name: order[name]
                    for name in ("orderDate", "requiredDate", "shippedDate", "status", "comments")
                },
                "quantityOrdered": line["quantityOrdered"],
                "priceEach": line["priceEach"],
                "orderAmount": Decimal(line["quantityOrdered"]) * line["priceEach"],
                "buyPrice": product["buyPrice"],
                "MSRP": product["MSRP"],
                "order_year": order["orderDate"].year,
                "order_month": order["orderDate"].month,
            }
        )
    places = {location_key(row): row for row in source["customers"]}
    wanted = ("customerNumber", "customerName", "contactLastName", "contactFirstName", "phone")
    wanted += ("addressLine1", "addressLine2", "creditLimit")
    described = ("productCode", "productName", "productLine", "productScale", "productVendor")
    described += ("productDescription",)
    return {
        "dim_customers": [{name: row[name] for name in wanted} for row in source["customers"]],
        "dim_products": [
            {**{name: row[name] for name in described}, "productLineDescription": lines[row["productLine"]]}
            for row in source["products"]
        ],
        "dim_locations": [
            {"locationKey": key, **{name: row[name] for name in ("country", "state", "city", "postalCode")}}
            for key, row in places.items()
        ],
        "dim_dates": [_day(each) for each in _days(source["orders"])],
        "fact_orders": facts,
    }


def _days(orders: list[Row]) -> list[date]:
    named = [row[name] for row in orders for name in ("orderDate", "requiredDate", "shippedDate")]
    there = [each for each in named if each]
    if not there:
        return []
    first, last = date(min(there).year, 1, 1), date(max(there).year, 12, 31)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _day(day: date) -> Row:
    return {
        "calendarDate": day,
        "year": day.year,
        "quarter": (day.month + 2) // 3,
        "month": day.month,
        "monthName": day.strftime("%B"),
        "day": day.day,
        "dayOfWeek": day.isoweekday(),
        "dayName": day.strftime("%A"),
    }
