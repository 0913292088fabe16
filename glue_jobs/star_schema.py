"""The star schema of classicmodels: read over JDBC, checked, written as Parquet, published as a whole.

Runs on AWS Glue 4 and 5 (Spark 3.3 and 3.5) and on any Spark that reads and writes ``s3://``. Arguments:
``--glue_connection`` (a JDBC connection of Glue, its secret in Secrets Manager), ``--glue_database`` (of the
catalog), ``--target_path`` (a prefix of S3); ``--allow_empty true`` lets tables become empty.

`transform` and `check` are pure: frames in, frames or figures out. What is published is what
``<target_path>/_manifest.json`` names, and that one object is replaced at the very end; see ``README.md``
beside this file.
"""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError
from py4j.java_gateway import is_instance_of
from py4j.protocol import Py4JJavaError
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

Frames = Mapping[str, DataFrame]
Document = dict[str, Any]

#: What is read, in this order: lines before their orders, orders before their customers. Whatever is added
#: while we read, each line that we have finds the rows that it names.
SOURCE = {
    "orderdetails": ("orderNumber", "productCode", "quantityOrdered", "priceEach", "orderLineNumber"),
    "orders": (
        "orderNumber", "orderDate", "requiredDate", "shippedDate", "status", "comments", "customerNumber",
    ),
    "customers": (
        "customerNumber", "customerName", "contactLastName", "contactFirstName", "phone", "addressLine1",
        "addressLine2", "city", "state", "postalCode", "country", "creditLimit",
    ),
    "products": (
        "productCode", "productName", "productLine", "productScale", "productVendor", "productDescription",
        "buyPrice", "MSRP",
    ),
    "productlines": ("productLine", "textDescription"),
}  # fmt: skip
#: Tables that are read in parallel, by ranges of this column.
_RANGES = {"orderdetails": "orderNumber"}

KEYS = {
    "dim_customers": ("customerNumber",),
    "dim_products": ("productCode",),
    "dim_dates": ("calendarDate",),
    "dim_locations": ("locationKey",),
    "fact_orders": ("orderNumber", "productCode"),
}
PARTITIONS = ("order_year", "order_month")
DAYS = ("orderDate", "requiredDate", "shippedDate")
#: Where a NULL may be; anywhere else it is a fault.
NULLABLE = {
    "dim_customers": {"addressLine2", "creditLimit"},
    "dim_products": {"productLineDescription"},
    "dim_dates": set[str](),
    "dim_locations": {"state", "postalCode"},
    "fact_orders": {"shippedDate", "comments"},
}
#: Keys in the facts: column, dimension, its column.
REFERENCES = (
    ("customerNumber", "dim_customers", "customerNumber"),
    ("productCode", "dim_products", "productCode"),
    ("locationKey", "dim_locations", "locationKey"),
    ("orderDate", "dim_dates", "calendarDate"),
    ("requiredDate", "dim_dates", "calendarDate"),
    ("shippedDate", "dim_dates", "calendarDate"),
)
#: What MySQL and PostgreSQL call a table that is not there (SQLSTATE).
_NO_TABLE = {"42S02", "42P01"}
#: A place is all four: one postal code may be several towns', and some customers have none.
LOCATION = ("country", "state", "city", "postalCode")
# Glue 4 has Python 3.10.
_UTC = timezone.utc  # noqa: UP017
MONEY, TOTAL = "decimal(10,2)", "decimal(20,2)"


class QualityError(Exception):
    """What was made is not what the source says; names every figure that differs."""


class SourceError(Exception):
    """The source cannot be read, or is no classicmodels; says what is wrong with it."""


def transform(source: Frames) -> dict[str, DataFrame]:
    """The star schema.

    Parameters
    ----------
    source
        Tables of classicmodels by name, with at least the columns of `SOURCE`.

    Returns
    -------
    dict
        Dimensions, and ``fact_orders`` with one row for each order line.
    """
    customers = source["customers"].withColumn("locationKey", _location_key())
    # Some editions of the dataset hold days as moments, and money as floating point.
    orders = source["orders"].withColumns({name: F.col(name).cast("date") for name in DAYS})
    products = source["products"].withColumns(
        {name: F.col(name).cast(MONEY) for name in ("buyPrice", "MSRP")}
    )
    line_texts = source["productlines"].select(
        "productLine", F.col("textDescription").alias("productLineDescription")
    )
    # Left joins: a line whose order, customer or product is missing must be seen, not dropped.
    lines = (
        source["orderdetails"]
        .join(orders, "orderNumber", "left")
        .join(products.select("productCode", "buyPrice", "MSRP"), "productCode", "left")
        .join(customers.select("customerNumber", "locationKey"), "customerNumber", "left")
    )
    price = F.col("priceEach").cast(MONEY)
    amount = F.col("quantityOrdered").cast("decimal(10,0)") * price
    return {
        "dim_customers": customers.select(
            F.col("customerNumber").cast("int"), "customerName", "contactLastName", "contactFirstName",
            "phone", "addressLine1", "addressLine2", F.col("creditLimit").cast(MONEY),
        ),
        "dim_products": products.join(line_texts, "productLine", "left").select(
            "productCode", "productName", "productLine", "productScale", "productVendor",
            "productDescription", "productLineDescription",
        ),
        "dim_locations": customers.select("locationKey", *LOCATION).distinct(),
        "dim_dates": _dates(orders),
        "fact_orders": lines.select(
            F.col("orderNumber").cast("int"), F.col("orderLineNumber").cast("int"),
            F.col("customerNumber").cast("int"), "locationKey", "productCode", "orderDate", "requiredDate",
            "shippedDate", "status", "comments", F.col("quantityOrdered").cast("int"),
            price.alias("priceEach"), amount.cast(TOTAL).alias("orderAmount"), "buyPrice", "MSRP",
            F.year("orderDate").alias("order_year"), F.month("orderDate").alias("order_month"),
        ),
    }  # fmt: skip


def _location_key() -> Column:
    """60 bits of a digest: the same place has the same key in every run, whatever else there is.

    Each part is written with its length, and NULL as something that no text is written as.
    """
    parts = [
        F.coalesce(F.concat(F.length(name).cast("string"), F.lit(":"), F.col(name)), F.lit("-"))
        for name in LOCATION
    ]
    digits = F.substring(F.sha2(F.concat(*parts), 256), 1, 15)
    return F.conv(digits, 16, 10).cast("bigint")


def _dates(orders: DataFrame) -> DataFrame:
    """Every day of the years that the orders speak of."""
    span = orders.agg(
        F.trunc(F.min(F.least(*DAYS)), "year").alias("first"),
        F.make_date(F.year(F.max(F.greatest(*DAYS))), F.lit(12), F.lit(31)).alias("last"),
    )
    date = F.col("calendarDate")
    return span.select(F.explode(F.sequence("first", "last")).alias("calendarDate")).select(
        date,
        F.year(date).alias("year"),
        F.quarter(date).alias("quarter"),
        F.month(date).alias("month"),
        F.date_format(date, "MMMM").alias("monthName"),
        F.dayofmonth(date).alias("day"),
        F.expr("weekday(calendarDate) + 1").alias("dayOfWeek"),
        F.date_format(date, "EEEE").alias("dayName"),
    )


def check(source: Frames, star: Frames) -> Document:
    """The figures of what was made.

    Raises
    ------
    QualityError
        They are not the source's; every difference is named.
    """
    quantity, price = F.col("quantityOrdered").cast("decimal(10,0)"), F.col("priceEach").cast(MONEY)
    wanted = _row(
        source["orderdetails"], rows=F.count(F.lit(1)), amount=F.coalesce(F.sum(quantity * price), F.lit(0))
    )
    facts, lost = _with_references(star)
    amount = F.coalesce(F.sum("orderAmount"), F.lit(0))
    figures = {
        name: _row(
            facts if name == "fact_orders" else frame,
            **_key_figures(name, frame),
            **({"amount": amount, **lost} if name == "fact_orders" else {}),
        )
        for name, frame in star.items()
    }
    made = figures["fact_orders"]
    faults = []
    if made["rows"] != wanted["rows"]:
        faults.append(f"fact_orders has {made['rows']} rows, the source {wanted['rows']} order lines")
    if Decimal(made["amount"]) != Decimal(wanted["amount"]):
        faults.append(
            f"sum(orderAmount) is {made['amount']}, the source's sum(quantityOrdered * priceEach) "
            f"{wanted['amount']}"
        )
    for name, found in figures.items():
        if found["keys"] != found["rows"]:
            keys = ", ".join(KEYS[name])
            faults.append(f"{name} has {found['rows']} rows for {found['keys']} values of ({keys})")
        for what, count in found.items():
            if what.startswith("NULL ") and count:
                faults.append(f"{name}.{what[5:]} is NULL in {count} rows")
    for column, dimension, _ in REFERENCES:
        if count := made[f"lost {column}"]:
            faults.append(f"fact_orders.{column} of {count} rows is not in {dimension}")
    if faults:
        raise QualityError("The star schema is wrong and was not published: " + "; ".join(faults) + ".")
    return {
        "order_lines": wanted["rows"],
        "order_amount": str(wanted["amount"]),
        "rows": {name: found["rows"] for name, found in figures.items()},
    }


def check_none_emptied(published: Document, figures: Document) -> None:
    """No table that is published with rows is to be replaced by one that has none.

    A source that has lost all of a table is far more often one that is being restored, or the wrong one, than
    one that is right.

    Parameters
    ----------
    published
        The manifest; of one that names no rows nothing is asked.
    figures
        Of `check`.

    Raises
    ------
    QualityError
        Some would be; names them with their rows.
    """
    before = published.get("rows", {})
    emptied = [
        f"{name} ({rows} rows published)"
        for name, rows in before.items()
        if rows and not figures["rows"][name]
    ]
    if emptied:
        raise QualityError(
            f"The source has no rows any more for {', '.join(emptied)}: nothing was published, and what was "
            "stays. If that is right, run the job with --allow_empty true."
        )


def _row(frame: DataFrame, **figures: Column) -> Document:
    """Figures of a whole frame, in one pass."""
    found = frame.agg(*(figure.alias(name) for name, figure in figures.items())).first()
    assert found is not None  # noqa: S101 - an aggregate is one row
    return found.asDict()


def _key_figures(name: str, frame: DataFrame) -> dict[str, Column]:
    """Rows, keys, and NULLs by column where none may be."""
    required = [each for each in frame.columns if each not in NULLABLE[name]]
    return {
        "rows": F.count(F.lit(1)),
        "keys": F.count_distinct(F.struct(*KEYS[name])),
        **{f"NULL {each}": F.count(F.when(F.col(each).isNull(), 1)) for each in required},
    }


def _with_references(star: Frames) -> tuple[DataFrame, dict[str, Column]]:
    """The facts beside what their keys find, and how many keys of each kind find nothing."""
    facts, lost = star["fact_orders"], {}
    for column, dimension, key in REFERENCES:
        found = f"found {column}"
        known = star[dimension].select(F.col(key).alias(column)).distinct().withColumn(found, F.lit(1))
        facts = facts.join(known, column, "left")
        lost[f"lost {column}"] = F.count(F.when(F.col(column).isNotNull() & F.col(found).isNull(), 1))
    return facts, lost


@dataclass(frozen=True)
class Database:
    """Where the source is and who reads it; what a connection of Glue says."""

    url: str
    user: str
    password: str

    @staticmethod
    def of_connection(name: str) -> Database:
        """What the connection says, with user and password from its secret where it names one."""
        properties = boto3.client("glue").get_connection(Name=name)["Connection"]["ConnectionProperties"]
        if secret := properties.get("SECRET_ID"):
            text = boto3.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
            given = json.loads(text)
            user, password = given["username"], given["password"]
        else:
            user, password = properties["USERNAME"], properties["PASSWORD"]
        return Database(properties["JDBC_CONNECTION_URL"], user, password)

    def read(self, spark: SparkSession) -> dict[str, DataFrame]:
        """The tables of `SOURCE`, each read once: what is checked is what is written, whatever happens there.

        Raises
        ------
        SourceError
            It cannot be reached, or tables or columns are missing; names all of them.
        """
        found, missing = {}, []
        for table, columns in SOURCE.items():
            try:
                found[table] = self._reader(spark, table, _RANGES.get(table)).load()
            except Py4JJavaError as refused:
                if _state(spark, refused) not in _NO_TABLE:
                    said = refused.java_exception.getMessage() or refused.java_exception.toString()
                    raise SourceError(f"The source at {self.place} cannot be read: {said}") from None
                missing.append(f"table {table}")
            else:
                there = {each.lower() for each in found[table].columns}
                missing += [f"column {table}.{each}" for each in columns if each.lower() not in there]
        if missing:
            raise SourceError(
                f"The source at {self.place} has no {', no '.join(missing)}; nothing was published. "
                f"Expected are the tables of classicmodels: {', '.join(SOURCE)}."
            )
        return {
            table: found[table].select(*columns).localCheckpoint(eager=True)
            for table, columns in SOURCE.items()
        }

    @property
    def place(self) -> str:
        """Where it is, without how it is spoken to."""
        return self.url.partition("?")[0].removeprefix("jdbc:")

    def _reader(self, spark: SparkSession, table: str, ranges: str | None = None) -> Any:
        reader = spark.read.format("jdbc").options(
            url=_over_tls(self.url, _authorities(spark)),
            user=self.user,
            password=self.password,
            dbtable=table,
            fetchsize="10000",
        )
        if ranges:
            ends = f"(SELECT MIN({ranges}) AS low, MAX({ranges}) AS high FROM {table}) AS ends"  # noqa: S608
            found = self._reader(spark, ends).load().first()
            if found["low"] is not None:
                reader = reader.options(
                    partitionColumn=ranges,
                    lowerBound=str(found["low"]),
                    upperBound=str(found["high"] + 1),
                    numPartitions=str(max(spark.sparkContext.defaultParallelism, 1)),
                )
        return reader


def _state(spark: SparkSession, refused: Py4JJavaError) -> str:
    """The SQLSTATE that a database refused with; empty where it was not the database."""
    error, gateway = refused.java_exception, spark.sparkContext._gateway
    return str(error.getSQLState()) if is_instance_of(gateway, error, "java.sql.SQLException") else ""


def _authorities(spark: SparkSession) -> dict[str, str]:
    """The files in which Glue keeps the authorities of RDS; none where it is no Glue."""
    jvm: Any = spark.sparkContext._jvm
    names = ("RDS_TRUSTSTORE_URL", "RDS_ROOT_CERT_PATH")
    return {name: file for name in names if (file := jvm.java.lang.System.getProperty(name))}


def _over_tls(url: str, authorities: Mapping[str, str]) -> str:
    """The URL, with the server's certificate and name verified.

    The authorities of RDS are not among those that every Java knows. Glue has them in files of its own, tells
    its Java of them in two properties, and itself reads them so for a connection with ``JDBC_ENFORCE_SSL``
    (AWS's `sagemaker-studio` on PyPI shows how; the password is there for all to see). Where Java is told of
    none, its own authorities count. MySQL's driver reads ``sslMode``, MariaDB's the older names.
    """
    if url.startswith("jdbc:postgresql:"):
        options = {"sslmode": "verify-full"}
        if file := authorities.get("RDS_ROOT_CERT_PATH"):
            options["sslrootcert"] = file
        else:
            options["sslfactory"] = "org.postgresql.ssl.DefaultJavaSSLFactory"
    else:
        options = {"sslMode": "VERIFY_IDENTITY", "useCursorFetch": "true", "permitMysqlScheme": "true"}
        options |= dict.fromkeys(("useSSL", "requireSSL", "verifyServerCertificate"), "true")
        if file := authorities.get("RDS_TRUSTSTORE_URL"):
            options["trustCertificateKeyStoreUrl"] = file
            options["trustCertificateKeyStorePassword"] = "amazon"
    more = "&".join(f"{name}={value}" for name, value in options.items())
    return f"{url}{'&' if '?' in url else '?'}{more}"


class Target:
    """A prefix of S3 with what is published there, and the database of the catalog that shows it."""

    def __init__(self, path: str, database: str) -> None:
        place = urlsplit(path)
        if place.scheme != "s3" or not place.netloc:
            raise ValueError(f"--target_path is {path!r}: expected a prefix of S3, such as s3://BUCKET/gold/")
        self.bucket, prefix = place.netloc, place.path.strip("/")
        self.prefix = f"{prefix}/" if prefix else ""
        self.database = database
        self._s3: Any = boto3.client("s3")
        self._glue: Any = boto3.client("glue")
        # Before hours of work, not after them.
        self._glue.get_database(Name=database)
        self.published, self._tag = self._manifest()

    def url(self, relative: str) -> str:
        """``s3://`` of something below the prefix."""
        return f"s3://{self.bucket}/{self.prefix}{relative}"

    def publish(self, manifest: Document) -> None:
        """Switch every reader of the manifest to other tables, at one moment.

        Raises
        ------
        RuntimeError
            Somebody else has published since we read the manifest.
        """
        only_if = {"If-Match": self._tag} if self._tag else {"If-None-Match": "*"}

        def conditional(params: Document, **_: Any) -> None:
            # As headers: the boto3 of Glue knows no such parameters yet.
            params["headers"].update(only_if)

        events, event = self._s3.meta.events, "before-call.s3.PutObject"
        events.register(event, conditional)
        where = {"Bucket": self.bucket, "Key": f"{self.prefix}_manifest.json"}
        body = json.dumps(manifest, indent=1).encode()
        try:
            self._s3.put_object(**where, Body=body, ContentType="application/json")
        except ClientError as refused:
            if refused.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise
            # Where S3's answer is lost boto3 asks again, and finds that its own first request was heard.
            if self._s3.get_object(**where)["Body"].read() != body:
                raise RuntimeError("Another run has published meanwhile; this one changed nothing.") from None
        finally:
            events.unregister(event, conditional)
        self.published = manifest

    def objects(self, relative: str) -> Iterable[str]:
        """The keys below, relative to the prefix."""
        pages = self._s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix + relative):
            for each in page.get("Contents", []):
                yield each["Key"].removeprefix(self.prefix)

    def copy(self, old: str, new: str) -> None:
        """Copy an object inside S3."""
        source = {"Bucket": self.bucket, "Key": self.prefix + old}
        self._s3.copy(source, self.bucket, self.prefix + new)

    def remove_orphans(self) -> None:
        """Remove what runs have left that neither this manifest nor the one before names."""
        for key in self._orphans():
            self._s3.delete_object(Bucket=self.bucket, Key=self.prefix + key)

    def tidy(self) -> None:
        """Remove what runs that died have left, where there is nothing to publish.

        Raises
        ------
        RuntimeError
            Somebody else has published since we read the manifest.
        """
        if self._orphans():
            # A run that is still at work cannot be told from one that died: it must not publish afterwards.
            self.publish({**self.published, "tidied": datetime.now(_UTC).isoformat()})
            self.remove_orphans()

    def _orphans(self) -> list[str]:
        tables = self.published["tables"].values()
        kept = {self.published["run"], *self.published.get("before", ()), *(each["run"] for each in tables)}
        return [key for key in self.objects("runs/") if key.split("/")[1] not in kept]

    def show(self) -> None:
        """Bring the catalog in step with the manifest: dimensions before facts."""
        for name in KEYS:
            table = self.published["tables"][name]
            self._show_table(name, table)
            if table["partition_keys"]:
                self._show_partitions(name, table)

    def _manifest(self) -> tuple[Document, str]:
        try:
            found = self._s3.get_object(Bucket=self.bucket, Key=f"{self.prefix}_manifest.json")
        except self._s3.exceptions.NoSuchKey:
            return {"run": "", "tables": {}}, ""
        return json.loads(found["Body"].read()), found["ETag"]

    def _show_table(self, name: str, table: Document) -> None:
        wanted: Any = {
            "StorageDescriptor": _storage(table["columns"], self.url(table["location"])),
            "PartitionKeys": table["partition_keys"],
        }
        parameters = {"EXTERNAL": "TRUE", "classification": "parquet", "published_by_run": table["run"]}
        try:
            there = self._glue.get_table(DatabaseName=self.database, Name=name)["Table"]
        except self._glue.exceptions.EntityNotFoundException:
            made = {"Name": name, "TableType": "EXTERNAL_TABLE", "Parameters": parameters, **wanted}
            self._glue.create_table(DatabaseName=self.database, TableInput=made)
            return
        storage = there.get("StorageDescriptor", {})
        if (
            storage.get("Location") == wanted["StorageDescriptor"]["Location"]
            and _names(storage.get("Columns", [])) == _names(table["columns"])
            and _names(there.get("PartitionKeys", [])) == _names(table["partition_keys"])
        ):
            return
        changed = {
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            **{key: there[key] for key in ("Description", "Owner", "Retention") if key in there},
            "Parameters": {**there.get("Parameters", {}), **parameters},
            **wanted,
        }
        self._glue.update_table(DatabaseName=self.database, TableInput=changed)

    def _show_partitions(self, name: str, table: Document) -> None:
        where: Any = {"DatabaseName": self.database, "TableName": name}
        pages = self._glue.get_paginator("get_partitions").paginate(**where)
        there = {
            tuple(each["Values"]): each["StorageDescriptor"].get("Location")
            for page in pages
            for each in page["Partitions"]
        }
        wanted = {
            tuple(key.split("=", 1)[1] for key in part.split("/")): self.url(f"{table['location']}{part}/")
            for part in table["parts"]
        }
        inputs: dict[tuple[str, ...], Any] = {
            values: {
                "Values": list(values),
                "StorageDescriptor": _storage(table["columns"], location),
                "Parameters": {"classification": "parquet"},
            }
            for values, location in wanted.items()
        }
        new = [inputs[values] for values in wanted if values not in there]
        moved = [
            {"PartitionValueList": list(values), "PartitionInput": inputs[values]}
            for values, location in wanted.items()
            if values in there and there[values] != location
        ]
        gone = [{"Values": list(values)} for values in there if values not in wanted]
        answers: list[Document] = [
            *(self._glue.batch_create_partition(**where, PartitionInputList=each) for each in _by(100, new)),
            *(self._glue.batch_update_partition(**where, Entries=each) for each in _by(100, moved)),
            *(self._glue.batch_delete_partition(**where, PartitionsToDelete=each) for each in _by(25, gone)),
        ]
        if refused := [error for answer in answers for error in answer.get("Errors", [])]:
            raise RuntimeError(f"Partitions of {name} could not be shown in the catalog: {refused}")


def _by(size: int, items: Sequence[Any]) -> Iterable[list[Any]]:
    return (list(items[start : start + size]) for start in range(0, len(items), size))


def _names(columns: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    return [(each["Name"], each["Type"]) for each in columns]


def _storage(columns: Sequence[Mapping[str, str]], location: str) -> Document:
    hive = "org.apache.hadoop.hive.ql.io.parquet"
    return {
        "Columns": list(columns),
        "Location": location,
        "InputFormat": f"{hive}.MapredParquetInputFormat",
        "OutputFormat": f"{hive}.MapredParquetOutputFormat",
        "SerdeInfo": {
            "SerializationLibrary": f"{hive}.serde.ParquetHiveSerDe",
            "Parameters": {"serialization.format": "1"},
        },
        "Parameters": {"classification": "parquet"},
    }


def fingerprints(frame: DataFrame, keys: Sequence[str]) -> dict[str, str]:
    """What each part of a table holds, in short, by its folder; the order of the rows does not count."""
    digest = F.sum(F.xxhash64(*frame.columns).cast("decimal(38,0)"))
    found = frame.groupBy(*keys).agg(F.count(F.lit(1)).alias("rows"), digest.alias("digest")).collect()
    return {
        "/".join(f"{key}={each[key]}" for key in keys): f"{each['rows']}:{each['digest']}" for each in found
    }


def write(target: Target, run: str, star: Frames) -> Document | None:
    """Write what is not published yet below a new prefix; the tables of the manifest, None where all is.

    Where nothing changed, nothing is written: a table that changed gets its unchanged months as copies of
    the same objects, one that did not keeps its place.
    """
    tables: Document = {}
    changed = False
    for name, frame in star.items():
        keys: tuple[str, ...] = PARTITIONS if name == "fact_orders" else ()
        columns = [{"Name": key.lower(), "Type": kind} for key, kind in frame.dtypes if key not in keys]
        table: Document = {
            "run": run,
            "location": f"runs/{run}/{name}/",
            "columns": columns,
            "partition_keys": [{"Name": key, "Type": "int"} for key in keys],
            "parts": fingerprints(frame, keys),
        }
        before = target.published["tables"].get(name, {})
        if all(before.get(each) == table[each] for each in ("columns", "partition_keys", "parts")):
            tables[name] = before
            continue
        changed = True
        same = before.get("columns") == columns
        kept = [part for part, held in table["parts"].items() if same and before["parts"].get(part) == held]
        _write_parts(frame, keys, set(table["parts"]) - set(kept), target.url(table["location"]))
        for part in kept:
            for key in list(target.objects(f"{before['location']}{part}/")):
                target.copy(key, table["location"] + key.removeprefix(before["location"]))
        rows = sum(int(held.split(":")[0]) for held in table["parts"].values())
        _check_written(frame, target.url(table["location"]), name, rows)
        tables[name] = table
    return tables if changed else None


def _write_parts(frame: DataFrame, keys: Sequence[str], parts: set[str], location: str) -> None:
    if keys:
        folder = F.concat_ws("/", *(F.concat(F.lit(f"{key}="), F.col(key).cast("string")) for key in keys))
        writer = frame.where(folder.isin(sorted(parts))).repartition(*keys).write.partitionBy(*keys)
    else:
        writer = frame.coalesce(1).write
    writer.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false").mode("overwrite").parquet(
        location, compression="snappy"
    )


def _check_written(frame: DataFrame, location: str, name: str, rows: int) -> None:
    """What lies in S3 has the rows that were checked.

    Raises
    ------
    QualityError
        It has not.
    """
    if rows:
        found = frame.sparkSession.read.schema(frame.schema).parquet(location).count()
        if found != rows:
            raise QualityError(f"{name} was written with {found} rows instead of {rows} and not published.")


def main(arguments: Sequence[str]) -> None:
    """Run the job once."""
    parser = argparse.ArgumentParser(description="The star schema of classicmodels", allow_abbrev=False)
    for name in ("glue_connection", "glue_database", "target_path"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--allow_empty", choices=("true", "false"), default="false")
    # Glue gives more of its own.
    parser.add_argument("--JOB_RUN_ID", default=uuid.uuid4().hex)
    given, _ = parser.parse_known_args(list(arguments))

    target = Target(given.target_path, given.glue_database)
    if target.published["tables"]:
        # Where a run before this one died between its two last steps.
        target.show()
    database = Database.of_connection(given.glue_connection)
    spark = SparkSession.builder.appName("star-schema").getOrCreate()
    source = database.read(spark)
    star = {name: frame.persist() for name, frame in transform(source).items()}
    figures = check(source, star)
    if given.allow_empty == "false":
        check_none_emptied(target.published, figures)
    run = f"{datetime.now(_UTC):%Y%m%dT%H%M%SZ}-{given.JOB_RUN_ID[-8:]}"
    tables = write(target, run, star)
    if tables is None:
        target.tidy()
        _tell("The source is as it was: nothing to publish.", False, target.published["run"], figures)
        return
    # Queries that began before still read the tables of before; older ones have ended.
    before = sorted({each["run"] for each in target.published["tables"].values()})
    published = datetime.now(_UTC).isoformat()
    target.publish({"run": run, "published": published, "before": before, **figures, "tables": tables})
    target.show()
    target.remove_orphans()
    _tell("Manifest and catalog show the tables of this run.", True, run, figures)


def _tell(outcome: str, published: bool, run: str, figures: Document) -> None:
    """What came of it in words, then as one line of JSON with the run whose tables are published."""
    told = {"published": published, "run": run, **figures}
    sys.stdout.write(f"{outcome}\n{json.dumps(told)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
