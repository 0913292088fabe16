data "aws_iam_policy_document" "delivery_trust" {
  for_each = local.deliveries

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["firehose.amazonaws.com"]
    }

    # Firehose passes the account that it works for: no other account's delivery stream can borrow the role.
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [split(":", aws_kinesis_stream.this[each.key].arn)[4]]
    }
  }
}

resource "aws_iam_role" "delivery" {
  for_each = local.deliveries

  name               = "${var.name}-${each.key}-delivery"
  description        = "Firehose: reads the stream ${var.name}-${each.key} and writes it to the bucket"
  assume_role_policy = data.aws_iam_policy_document.delivery_trust[each.key].json

  tags = { Name = "${var.name}-${each.key}-delivery" }
}

data "aws_iam_policy_document" "delivery" {
  for_each = local.deliveries

  statement {
    sid       = "ReadStream"
    actions   = ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
    resources = [aws_kinesis_stream.this[each.key].arn]
  }

  statement {
    sid       = "FindBucket"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [var.bucket_arn]
  }

  statement {
    sid       = "WriteObjects"
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    resources = ["${var.bucket_arn}/${each.value}/*", "${var.bucket_arn}/errors/${each.value}/*"]
  }

  statement {
    sid       = "LogErrors"
    actions   = ["logs:PutLogEvents"]
    resources = [aws_cloudwatch_log_stream.delivery[each.key].arn]
  }

  dynamic "statement" {
    for_each = var.bucket_kms_key_arn == null ? [] : [var.bucket_kms_key_arn]

    content {
      sid       = "EncryptObjects"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_role_policy" "delivery" {
  for_each = local.deliveries

  name   = "delivery"
  role   = aws_iam_role.delivery[each.key].id
  policy = data.aws_iam_policy_document.delivery[each.key].json
}
