locals {
  # Each file of queries/ is a named query; its first line, a comment, says what it asks.
  queries = {
    for file in fileset("${path.module}/queries", "*.sql") :
    replace(trimsuffix(file, ".sql"), "_", "-") => file("${path.module}/queries/${file}")
  }
}

resource "aws_athena_workgroup" "this" {
  name          = var.name
  description   = "Queries on the lake: results below ${local.results}/, at most ${var.bytes_scanned_limit_mib} MiB scanned"
  force_destroy = true

  configuration {
    # What a client asks for otherwise is not heard: results stay in the lake, encrypted, and the limit holds.
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.bytes_scanned_limit_mib * 1048576

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location = "s3://${var.lake.bucket}/${local.results}/"

      encryption_configuration {
        encryption_option = "SSE_S3"
      }
    }
  }

  tags = { Name = var.name }
}

resource "aws_athena_named_query" "this" {
  for_each = local.queries

  name        = "${var.name}-${each.key}"
  description = trimprefix(split("\n", each.value)[0], "-- ")
  workgroup   = aws_athena_workgroup.this.name
  database    = aws_glue_catalog_database.gold.name
  query       = each.value
}
