import io

import boto3
import pyarrow.parquet as pq


def inspect(bucket, key):
    body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    metadata = pq.ParquetFile(io.BytesIO(body)).metadata
    return {
        "rows": metadata.num_rows,
        "row_groups": metadata.num_row_groups,
        "columns": list(metadata.schema.names),
        "compression": metadata.row_group(0).column(0).compression.lower(),
    }
