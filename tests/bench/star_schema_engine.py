"""One engine's star schema, in a process of its own: ``ENGINE FOLDER SCALE``; prints what it cost."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from glue_jobs import star_schema
from scripts.seed.classicmodels import CLASSICMODELS

SEED = 42
_ARROW = {"int": pa.int32(), "date": pa.date32(), "decimal(10,2)": pa.decimal128(10, 2)}
_KINDS = {
    "orderNumber": "int", "customerNumber": "int", "quantityOrdered": "int", "orderLineNumber": "int",
    "orderDate": "date", "requiredDate": "date", "shippedDate": "date", "priceEach": "decimal(10,2)",
    "creditLimit": "decimal(10,2)", "buyPrice": "decimal(10,2)", "MSRP": "decimal(10,2)",
}  # fmt: skip
_KEY = """CASE WHEN {c} IS NULL THEN '-' ELSE concat(length({c}), ':', {c}) END"""


def write_source(folder: Path, scale: int) -> None:
    """The tables that the job reads, one Parquet file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in CLASSICMODELS.tables:
        wanted = star_schema.SOURCE.get(table.name)
        if wanted is None:
            continue
        kinds = {name: _ARROW.get(_KINDS.get(name, ""), pa.string()) for name in table.columns}
        writer = None
        for chunk in table.chunks(scale, SEED):
            read = pc.read_csv(
                pa.BufferReader(chunk.data),
                read_options=pc.ReadOptions(column_names=list(table.columns)),
                parse_options=pc.ParseOptions(delimiter="\t", quote_char=False),
                convert_options=pc.ConvertOptions(
                    column_types=kinds,
                    include_columns=list(wanted),
                    null_values=["\\N"],
                    strings_can_be_null=True,
                ),
            )
            writer = writer or pq.ParquetWriter(folder / f"{table.name}.parquet", read.schema)
            writer.write_table(read)
        if writer:
            writer.close()


def spark(folder: Path) -> tuple[float, Callable[[], Any], Callable[[], int]]:
    from pyspark.sql import SparkSession  # noqa: PLC0415 - its start is measured

    start = time.perf_counter()
    session = (
        SparkSession.builder.master("local[*]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "4g")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    session.range(1).count()
    started = time.perf_counter() - start

    def work() -> Any:
        source = {name: session.read.parquet(str(folder / f"{name}.parquet")) for name in star_schema.SOURCE}
        for name, frame in star_schema.transform(source).items():
            writer = frame.write.mode("overwrite")
            if name == "fact_orders":
                keys = star_schema.PARTITIONS
                writer = frame.repartition(*keys).write.mode("overwrite").partitionBy(*keys)
            writer.parquet(str(folder / "spark" / name))
        return (
            session.read.parquet(str(folder / "spark" / "fact_orders"))
            .selectExpr("sum(orderAmount)")
            .first()[0]
        )

    def memory() -> int:
        family = [psutil.Process(), *psutil.Process().children(recursive=True)]
        return max(int(_peak(each)) for each in family)

    return started, work, memory


def duckdb(folder: Path) -> tuple[float, Callable[[], Any], Callable[[], int]]:
    import duckdb as library  # noqa: PLC0415

    start = time.perf_counter()
    database = library.connect()
    started = time.perf_counter() - start

    def work() -> Any:
        for name in star_schema.SOURCE:
            database.execute(f"CREATE VIEW {name} AS SELECT * FROM '{folder}/{name}.parquet'")
        text = ", ".join(_KEY.format(c=name) for name in star_schema.LOCATION)
        key = f"CAST(concat('0x', substr(sha256(concat({text})), 1, 15)) AS BIGINT)"
        facts = "SELECT d.orderNumber, orderLineNumber, customerNumber, locationKey, productCode, orderDate, "
        facts += "requiredDate, shippedDate, status, comments, quantityOrdered, priceEach, "
        facts += "CAST(quantityOrdered * priceEach AS DECIMAL(20,2)) AS orderAmount, buyPrice, MSRP, "
        facts += "year(orderDate) AS order_year, month(orderDate) AS order_month FROM orderdetails d "
        facts += "LEFT JOIN orders USING (orderNumber) LEFT JOIN products USING (productCode) "
        facts += (
            f"LEFT JOIN (SELECT customerNumber, {key} AS locationKey FROM customers) USING (customerNumber)"
        )
        ends = "SELECT date_trunc('year', min(least(orderDate, requiredDate, shippedDate))) AS a, "
        ends += (
            "make_date(year(max(greatest(orderDate, requiredDate, shippedDate))), 12, 31) AS b FROM orders"
        )
        tables = {
            "dim_customers": "SELECT * EXCLUDE (city, state, postalCode, country) FROM customers",
            "dim_products": "SELECT p.* EXCLUDE (buyPrice, MSRP), textDescription FROM products p "
            "LEFT JOIN productlines USING (productLine)",
            "dim_locations": f"SELECT DISTINCT {key} AS locationKey, country, state, city, postalCode "
            "FROM customers",
            "dim_dates": "SELECT CAST(unnest(generate_series(CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP), "
            f"INTERVAL 1 DAY)) AS DATE) AS calendarDate FROM ({ends})",
        }
        out = folder / "duckdb"
        out.mkdir(exist_ok=True)
        for name, query in tables.items():
            database.execute(f"COPY ({query}) TO '{out}/{name}.parquet' (FORMAT parquet, COMPRESSION snappy)")
        database.execute(
            f"COPY ({facts}) TO '{out}/fact_orders' (FORMAT parquet, COMPRESSION snappy, "
            "PARTITION_BY (order_year, order_month), OVERWRITE_OR_IGNORE)"
        )
        found = database.execute(f"SELECT sum(orderAmount) FROM '{out}/fact_orders/*/*/*.parquet'").fetchone()
        return found[0] if found else None

    return started, work, lambda: _peak(psutil.Process())


def pandas(folder: Path) -> tuple[float, Callable[[], Any], Callable[[], int]]:
    import hashlib  # noqa: PLC0415

    import pandas as pd  # noqa: PLC0415

    def key(row: Any) -> int:
        text = "".join("-" if each is None else f"{len(each)}:{each}" for each in row)
        return int(hashlib.sha256(text.encode()).hexdigest()[:15], 16)

    def work() -> Any:
        def read(name: str) -> Any:
            # Arrow's types: decimals as decimals, as the others have them.
            return pd.read_parquet(folder / f"{name}.parquet", dtype_backend="pyarrow")

        customers, orders, products = read("customers"), read("orders"), read("products")
        places = customers[list(star_schema.LOCATION)].astype(object).where(lambda each: each.notna(), None)
        customers["locationKey"] = [key(row) for row in places.itertuples(index=False)]
        facts = (
            read("orderdetails")
            .merge(orders, on="orderNumber", how="left")
            .merge(products[["productCode", "buyPrice", "MSRP"]], on="productCode", how="left")
            .merge(customers[["customerNumber", "locationKey"]], on="customerNumber", how="left")
        )
        facts["orderAmount"] = (
            facts["quantityOrdered"].astype(pd.ArrowDtype(pa.decimal128(10, 0))) * facts["priceEach"]
        )
        facts["order_year"] = facts["orderDate"].dt.year
        facts["order_month"] = facts["orderDate"].dt.month
        out = folder / "pandas"
        out.mkdir(exist_ok=True)
        customers.drop(columns=[*star_schema.LOCATION, "locationKey"]).to_parquet(
            out / "dim_customers.parquet"
        )
        customers[["locationKey", *star_schema.LOCATION]].drop_duplicates().to_parquet(
            out / "dim_locations.parquet"
        )
        products.merge(read("productlines"), on="productLine", how="left").to_parquet(
            out / "dim_products.parquet"
        )
        dates = orders[["orderDate", "requiredDate", "shippedDate"]]
        first, last = dates.min().min(), dates.max().max()
        days = pd.date_range(f"{first.year}-01-01", f"{last.year}-12-31")
        pd.DataFrame({"calendarDate": days, "month": days.month}).to_parquet(out / "dim_dates.parquet")
        facts.to_parquet(
            out / "fact_orders", partition_cols=list(star_schema.PARTITIONS), compression="snappy"
        )
        return facts["orderAmount"].sum()

    return 0.0, work, lambda: _peak(psutil.Process())


def _peak(process: psutil.Process) -> int:
    """Bytes of memory that a process had at most."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) << 10
    return int(process.memory_info().rss)


def main(engine: str, folder: Path, scale: int) -> None:
    if not folder.is_dir():
        write_source(folder, scale)
    started, work, memory = {"spark": spark, "duckdb": duckdb, "pandas": pandas}[engine](folder)
    start = time.perf_counter()
    total = work()
    seconds = time.perf_counter() - start
    lines = pq.ParquetFile(folder / "orderdetails.parquet").metadata.num_rows
    document = {
        "seconds": seconds, "start": started, "memory": memory(), "lines": lines, "total": f"{total:.2f}",
    }  # fmt: skip
    sys.stdout.write(json.dumps(document) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
