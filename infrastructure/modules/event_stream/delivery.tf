locals {
  deliveries = { for key, stream in var.streams : key => stream.delivery_prefix if stream.delivery_prefix != null }
  hour_path  = "year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}"
}

resource "aws_cloudwatch_log_group" "delivery" {
  for_each = local.deliveries

  # checkov:skip=CKV_AWS_158:CloudWatch Logs encrypts at rest; a customer key costs a dollar a month and guards lab logs only
  # checkov:skip=CKV_AWS_338:delivery errors are read within days; log_retention_days lengthens it
  name              = "/aws/kinesisfirehose/${var.name}-${each.key}"
  retention_in_days = var.log_retention_days
}

resource "aws_cloudwatch_log_stream" "delivery" {
  for_each = local.deliveries

  name           = "DestinationDelivery"
  log_group_name = aws_cloudwatch_log_group.delivery[each.key].name
}

resource "aws_kinesis_firehose_delivery_stream" "this" {
  for_each = local.deliveries

  # checkov:skip=CKV_AWS_240:a delivery stream that reads a Kinesis stream inherits that stream's encryption and refuses its own
  # checkov:skip=CKV_AWS_241:see CKV_AWS_240
  name        = "${var.name}-${each.key}"
  destination = "extended_s3"

  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.this[each.key].arn
    role_arn           = aws_iam_role.delivery[each.key].arn
  }

  extended_s3_configuration {
    role_arn            = aws_iam_role.delivery[each.key].arn
    bucket_arn          = var.bucket_arn
    prefix              = "${each.value}/${local.hour_path}/"
    error_output_prefix = "errors/${each.value}/!{firehose:error-output-type}/${local.hour_path}/"

    buffering_size     = var.buffering.size_mib
    buffering_interval = var.buffering.interval_seconds
    compression_format = "GZIP"

    # Firehose joins records as they come: without a line break Athena would read only the first one of an object.
    processing_configuration {
      enabled = true

      processors {
        type = "AppendDelimiterToRecord"
      }
    }

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.delivery[each.key].name
      log_stream_name = aws_cloudwatch_log_stream.delivery[each.key].name
    }
  }

  tags = { Name = "${var.name}-${each.key}" }

  # Firehose tries the role when it is created, and a delivery stream that is being deleted still reads with it.
  depends_on = [aws_iam_role_policy.delivery]
}
