locals {
  # What the job publishes, with the columns that it writes; a test holds them to it.
  tables = {
    dim_customers = "customernumber int, customername string, contactlastname string, contactfirstname string, phone string, addressline1 string, addressline2 string, creditlimit decimal(10,2)"
    dim_dates     = "calendardate date, year int, quarter int, month int, monthname string, day int, dayofweek int, dayname string"
    dim_locations = "locationkey bigint, country string, state string, city string, postalcode string"
    dim_products  = "productcode string, productname string, productline string, productscale string, productvendor string, productdescription string, productlinedescription string"
    fact_orders   = "ordernumber int, orderlinenumber int, customernumber int, locationkey bigint, productcode string, orderdate date, requireddate date, shippeddate date, status string, comments string, quantityordered int, priceeach decimal(10,2), orderamount decimal(20,2), buyprice decimal(10,2), msrp decimal(10,2)"
  }

  partition_keys = { fact_orders = ["order_year", "order_month"] }

  parquet = "org.apache.hadoop.hive.ql.io.parquet"
}

# Glue looks for what a crawler is to crawl when the crawler is made, so the tables are there before the job has ever run,
# and have no rows. With its first run they become the job's: it says where they lie, and which columns they have.
resource "aws_glue_catalog_table" "gold" {
  for_each = local.tables

  name          = each.key
  database_name = aws_glue_catalog_database.gold.name
  table_type    = "EXTERNAL_TABLE"
  parameters    = { EXTERNAL = "TRUE", classification = "parquet" }

  dynamic "partition_keys" {
    for_each = lookup(local.partition_keys, each.key, [])

    content {
      name = partition_keys.value
      type = "int"
    }
  }

  storage_descriptor {
    location      = "s3://${var.lake.bucket}/${local.gold}/runs/none/${each.key}/"
    input_format  = "${local.parquet}.MapredParquetInputFormat"
    output_format = "${local.parquet}.MapredParquetOutputFormat"

    ser_de_info {
      serialization_library = "${local.parquet}.serde.ParquetHiveSerDe"
      parameters            = { "serialization.format" = "1" }
    }

    dynamic "columns" {
      for_each = [for column in split(", ", each.value) : split(" ", column)]

      content {
        name = columns.value[0]
        type = columns.value[1]
      }
    }
  }

  lifecycle {
    ignore_changes = all
  }
}
