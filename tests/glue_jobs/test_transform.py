"""The star schema's transform and its gates, on a local Spark, against plain Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs import star_schema
from scripts import java
from scripts.analytics import queries
from scripts.config import ROOT
from scripts.seed.classicmodels import CLASSICMODELS
from tests.glue_jobs import oracle
from tests.glue_jobs.oracle import Row, Tables

TYPES = {
    "orderdetails": "orderNumber int, productCode string, quantityOrdered int, priceEach decimal(10,2), "
    "orderLineNumber int",
    "orders": "orderNumber int, orderDate date, requiredDate date, shippedDate date, status string, "
    "comments string, customerNumber int",
    "customers": "customerNumber int, customerName string, contactLastName string, contactFirstName string, "
    "phone string, addressLine1 string, addressLine2 string, city string, state string, postalCode string, "
    "country string, creditLimit decimal(10,2)",
    "products": "productCode string, productName string, productLine string, productScale string, "
    "productVendor string, productDescription string, buyPrice decimal(10,2), MSRP decimal(10,2)",
    "productlines": "productLine string, textDescription string",
}


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    java.require()
    builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    for name, value in {
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.showConsoleProgress": "false",
        # What is a few rows in one part needs no exchange, no broadcast and no task beside it.
        "spark.default.parallelism": "1",
        "spark.sql.autoBroadcastJoinThreshold": "-1",
        # Plans of a few rows are compiled for longer than they run.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def frames(spark: SparkSession, tables: Tables) -> dict[str, DataFrame]:
    return {
        name: spark.createDataFrame(
            [tuple(row[each] for each in columns) for row in tables[name]], TYPES[name]
        )
        for name, columns in star_schema.SOURCE.items()
    }


def rows(frame: DataFrame) -> list[Row]:
    return [row.asDict() for row in frame.collect()]


def in_order(table: list[Row]) -> list[Row]:
    return sorted(table, key=repr)


MONEY = st.integers(1, 99_999_999).map(lambda cents: Decimal(cents) / 100)
TEXT = st.sampled_from(["", "a", "1:a", "-", "Nantes", "São Paulo", "94217", "9"])
DAY = st.dates(date(2003, 11, 1), date(2004, 2, 28))


@st.composite
def sources(draw: st.DrawFn) -> Tables:
    """A small classicmodels: postal codes shared by towns or NULL, texts that look like others joined."""
    customers = [
        {
            "customerNumber": number,
            **dict.fromkeys(("customerName", "contactLastName", "contactFirstName", "phone"), f"c{number}"),
            "addressLine1": "x",
            "addressLine2": draw(st.none() | TEXT),
            "city": draw(TEXT),
            "state": draw(st.none() | TEXT),
            "postalCode": draw(st.none() | TEXT),
            "country": draw(TEXT),
            "creditLimit": draw(st.none() | MONEY),
        }
        for number in range(1, draw(st.integers(1, 20)) + 1)
    ]
    products = [
        {
            "productCode": f"S{number}",
            "productLine": draw(st.sampled_from(["Cars", "Ships"])),
            **dict.fromkeys(("productName", "productScale", "productVendor", "productDescription"), "p"),
            "buyPrice": draw(MONEY),
            "MSRP": draw(MONEY),
        }
        for number in range(draw(st.integers(1, 3)))
    ]
    orders, details = [], []
    for number in range(100, 100 + draw(st.integers(0, 20))):
        ordered = draw(DAY)
        shipped = draw(st.none() | st.integers(0, 90))
        orders.append(
            {
                "orderNumber": number,
                "orderDate": ordered,
                "requiredDate": ordered + timedelta(days=draw(st.integers(0, 60))),
                "shippedDate": None if shipped is None else ordered + timedelta(days=shipped),
                "status": "Shipped",
                "comments": draw(st.none() | TEXT),
                "customerNumber": draw(st.sampled_from(customers))["customerNumber"],
            }
        )
        codes = draw(st.sets(st.sampled_from([each["productCode"] for each in products]), min_size=1))
        details += [
            {
                "orderNumber": number,
                "productCode": code,
                "quantityOrdered": draw(st.integers(1, 10_000)),
                "priceEach": draw(MONEY),
                "orderLineNumber": line + 1,
            }
            for line, code in enumerate(sorted(codes))
        ]
    lines = [
        {"productLine": "Cars", "textDescription": None},
        {"productLine": "Ships", "textDescription": "s"},
    ]
    return {
        "customers": customers,
        "products": products,
        "orders": orders,
        "orderdetails": details,
        "productlines": lines,
    }


# An example costs Spark seconds, however small: few of them, of many rows.
@settings(max_examples=3, suppress_health_check=list(HealthCheck), derandomize=True)
@given(tables=sources())
def test_the_star_schema_is_what_plain_python_makes_of_the_same_source(
    spark: SparkSession, tables: Tables
) -> None:
    source = frames(spark, tables)
    made = star_schema.transform(source)
    wanted = oracle.star(tables)
    for name, frame in made.items():
        assert in_order(rows(frame)) == in_order(wanted[name]), name
    figures = star_schema.check(source, made)
    assert Decimal(figures["order_amount"]) == sum(
        (row["orderAmount"] for row in wanted["fact_orders"]), Decimal(0)
    )


@pytest.fixture(scope="module")
def classicmodels(spark: SparkSession) -> dict[str, DataFrame]:
    """The generated dataset, as it is in the database."""
    made = {}
    for table in CLASSICMODELS.tables:
        if table.name not in star_schema.SOURCE:
            continue
        text = b"".join(chunk.data for chunk in table.chunks(1, 42)).decode()
        cells = [[None if cell == "\\N" else cell for cell in line.split("\t")] for line in text.splitlines()]
        frame = spark.createDataFrame(cells, ", ".join(f"{name} string" for name in table.columns))
        casts = [each.strip().split(" ") for each in TYPES[table.name].split(", ")]
        made[table.name] = frame.select(*(F.col(name).cast(kind).alias(name) for name, kind in casts)).cache()
    return made


def published(source: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """The schema as the course publishes it: a location is a postal code, and facts are joined by it."""
    star = dict(star_schema.transform(source))
    by_code = source["customers"].select("customerNumber", "postalCode")
    star["fact_orders"] = (
        star["fact_orders"]
        .drop("locationKey")
        .join(by_code, "customerNumber")
        .join(star["dim_locations"].select("postalCode", "locationKey"), "postalCode")
        .select(*star["fact_orders"].columns)
    )
    return star


def test_totals_are_the_sources_to_the_cent_and_the_gates_catch_the_published_join(
    classicmodels: dict[str, DataFrame],
) -> None:
    customers = rows(classicmodels["customers"])
    codes = [row["postalCode"] for row in customers]
    assert None in codes, "the source has customers without a postal code"
    figures = star_schema.check(classicmodels, star_schema.transform(classicmodels))
    lines = rows(classicmodels["orderdetails"])
    total = sum((row["quantityOrdered"] * row["priceEach"] for row in lines), Decimal(0))
    assert (figures["order_lines"], Decimal(figures["order_amount"])) == (len(lines), total)
    with pytest.raises(star_schema.QualityError) as wrong:
        star_schema.check(classicmodels, published(classicmodels))
    said = str(wrong.value)
    assert f"the source {len(lines)} order lines" in said
    assert f"the source's sum(quantityOrdered * priceEach) {total}" in said
    assert "values of (orderNumber, productCode)" in said


def test_the_gates_name_everything_that_is_wrong_with_figures(classicmodels: dict[str, DataFrame]) -> None:
    star = dict(star_schema.transform(classicmodels))
    facts, customers = star["fact_orders"], star["dim_customers"]
    star["fact_orders"] = facts.withColumns(
        {"status": F.lit(None).cast("string"), "orderAmount": F.col("orderAmount") + 1}
    )
    star["dim_products"] = star["dim_products"].where("productCode > 'S10_2'")
    star["dim_customers"] = customers.union(customers.limit(1))
    with pytest.raises(star_schema.QualityError) as wrong:
        star_schema.check(classicmodels, star)
    for said in (
        "fact_orders.status is NULL in 2996 rows",
        "sum(orderAmount) is ",
        "rows is not in dim_products",
        "dim_customers has 123 rows for 122 values of (customerNumber)",
    ):
        assert said in str(wrong.value)


def test_fingerprints_tell_what_changed_and_not_in_which_order(classicmodels: dict[str, DataFrame]) -> None:
    facts = star_schema.transform(classicmodels)["fact_orders"]
    before = star_schema.fingerprints(facts, star_schema.PARTITIONS)
    assert star_schema.fingerprints(facts.orderBy("priceEach"), star_schema.PARTITIONS) == before
    first = facts.agg(F.min("orderNumber")).first()
    assert first is not None
    changed = facts.withColumn(
        "status", F.when(F.col("orderNumber") == first[0], "Lost").otherwise(F.col("status"))
    )
    after = star_schema.fingerprints(changed, star_schema.PARTITIONS)
    assert len([part for part in before if after[part] != before[part]]) == 1


def test_postgresql_is_verified_with_the_authorities_that_glue_names_and_else_with_javas() -> None:
    url = "jdbc:postgresql://h:5432/d"
    glues = star_schema._over_tls(url, {"RDS_ROOT_CERT_PATH": "rds.pem"})
    assert glues == f"{url}?sslmode=verify-full&sslrootcert=rds.pem"
    others = star_schema._over_tls(url, {})
    assert others == f"{url}?sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory"


@pytest.mark.parametrize("path", ["gold", "/gold/", "s3:///gold/", "https://bucket/gold/"])
def test_a_target_that_is_no_prefix_of_s3_is_told_before_anything_is_asked(path: str) -> None:
    with pytest.raises(ValueError, match=r"--target_path is .*s3://BUCKET/gold/"):
        star_schema.Target(path, "gold")


def test_the_tables_that_terraform_makes_have_the_columns_that_the_job_publishes(
    classicmodels: dict[str, DataFrame],
) -> None:
    text = (ROOT / "infrastructure" / "modules" / "analytics" / "tables.tf").read_text()
    made = dict(re.findall(r'^    ((?:dim|fact)_\w+) += "(.+)"$', text, re.MULTILINE))
    published = {
        name: ", ".join(
            f"{column.lower()} {kind}"
            for column, kind in frame.dtypes
            if name != "fact_orders" or column not in star_schema.PARTITIONS
        )
        for name, frame in star_schema.transform(classicmodels).items()
    }
    assert made == published
    assert f"{queries.UNPUBLISHED}${{each.key}}/" in text
