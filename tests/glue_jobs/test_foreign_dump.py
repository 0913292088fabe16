"""A classicmodels that nobody here wrote: older types and engines, another order of columns, other rows."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from scripts import connections
from scripts.connections import Access
from scripts.seed import dump_loader
from scripts.seed.dump import inspect
from tests.glue_jobs.conftest import DATABASE, NAME, Job

THEIRS = Path(__file__).with_name("another_hand.sql")
#: Of the dump's lines, by hand: 3 x 120 + 3 x 0.1, 119.99, 7 x 1100.07, 0 + 2 x 99.95.
AMOUNT = Decimal("360.30") + Decimal("119.99") + Decimal("7700.49") + Decimal("199.90")


def published(s3: Any, bucket: str, prefix: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that the manifest names."""
    manifest = json.loads(s3.get_object(Bucket=bucket, Key=f"{prefix}/_manifest.json")["Body"].read())
    tables: dict[str, list[dict[str, Any]]] = {}
    for name, table in manifest["tables"].items():
        found = s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/{table['location']}")["Contents"]
        files = [s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in found]
        tables[name] = [row for file in files for row in pq.read_table(io.BytesIO(file)).to_pylist()]
    return tables


def test_a_dump_by_another_hand_runs_through_the_job_to_the_cent(
    job: Job, lake: str, source: Access, client: Callable[[str], Any], tmp_path: Path
) -> None:
    dump = tmp_path / "mysqldump.sql"
    dump.write_bytes(THEIRS.read_text().encode("latin-1"))
    loaded = dump_loader.into_mysql(inspect(dump), source, "theirs")
    assert len(loaded.rows) == 8
    with connections.mysql(source, "theirs") as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*), SUM(quantityOrdered * CAST(priceEach AS DECIMAL(10,2))) FROM orderdetails"
        )
        assert cursor.fetchone() == (6, AMOUNT)
    glue = client("glue")
    properties = glue.get_connection(Name=f"{NAME}-source")["Connection"]["ConnectionProperties"]
    url = properties["JDBC_CONNECTION_URL"].replace("/classicmodels", "/theirs")
    glue.create_connection(
        ConnectionInput={
            "Name": f"{NAME}-theirs",
            "ConnectionType": "JDBC",
            "ConnectionProperties": {**properties, "JDBC_CONNECTION_URL": url},
        }
    )
    database = f"{DATABASE}_theirs"
    glue.create_database(DatabaseInput={"Name": database})
    target = f"s3://{lake}/gold/theirs"
    job.run(glue_connection=f"{NAME}-theirs", glue_database=database, target_path=target)

    star = published(client("s3"), lake, "gold/theirs")
    facts = star["fact_orders"]
    assert sum((row["orderAmount"] for row in facts), Decimal(0)) == AMOUNT
    by_order = {row["orderNumber"]: row for row in facts}
    assert len(facts) == 6
    assert by_order[500]["shippedDate"] == date(2000, 1, 11)
    cancelled = by_order[77001]
    assert (cancelled["status"], cancelled["requiredDate"], cancelled["shippedDate"]) == (
        "Cancelled", date(2002, 7, 9), None,
    )  # fmt: skip
    places = {
        row["locationKey"]: (row["city"], row["state"], row["postalCode"]) for row in star["dim_locations"]
    }
    assert set(places.values()) == {
        ("München", None, "80001"), ("Cork", None, None), ("Cádiz", None, "80001"),
        ("Cádiz", "Andalucía", "80001"), ("Orléans", None, ""),
    }  # fmt: skip
    assert {number: places[row["locationKey"]][0] for number, row in by_order.items()} == {
        500: "München", 501: "Cork", 502: "Cádiz", 77001: "Cádiz",
    }  # fmt: skip
    assert {row["customerNumber"] for row in star["dim_customers"]} == {7, 19, 20, 33, 905}
    assert {row["productCode"]: row["productLineDescription"] for row in star["dim_products"]} == {
        "N 1/160": None, "H0-ä": 'Wide "enough"', "Z": 'Wide "enough"',
    }  # fmt: skip
    assert len(star["dim_dates"]) == 365 + 366 + 365 + 365
    types = {
        each["Name"]: each["Type"]
        for each in glue.get_table(DatabaseName=database, Name="fact_orders")["Table"]["StorageDescriptor"][
            "Columns"
        ]
    }
    assert (types["orderdate"], types["priceeach"], types["msrp"]) == (
        "date", "decimal(10,2)", "decimal(10,2)",
    )  # fmt: skip
