import csv
import json
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def measure(rows, column, folder):
    place = Path(folder)
    files = {kind: place / f"rows.{kind}" for kind in ("csv", "json", "parquet")}
    with files["csv"].open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    files["json"].write_text("".join(json.dumps(row) + "\n" for row in rows))
    pq.write_table(pa.Table.from_pylist(rows), files["parquet"], compression="snappy")

    def of_csv():
        with files["csv"].open(newline="") as file:
            return sum(int(row[column]) for row in csv.DictReader(file))

    def of_json():
        with files["json"].open() as file:
            return sum(json.loads(line)[column] for line in file)

    def of_parquet():
        return sum(pq.read_table(files["parquet"], columns=[column])[column].to_pylist())

    found = {}
    for kind, summed in (("csv", of_csv), ("json", of_json), ("parquet", of_parquet)):
        begun = time.perf_counter()
        total = summed()
        found[kind] = {
            "sum": total,
            "seconds": time.perf_counter() - begun,
            "bytes": files[kind].stat().st_size,
        }
    metadata = pq.ParquetFile(files["parquet"]).metadata
    number = metadata.schema.names.index(column)
    groups = range(metadata.num_row_groups)
    found["parquet"]["bytes"] = sum(
        metadata.row_group(each).column(number).total_compressed_size for each in groups
    )
    return found
