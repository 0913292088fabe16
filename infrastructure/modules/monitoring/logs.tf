locals {
  error_metric = "ErrorEvents"

  watched_log_groups = merge(
    { for key, group in aws_cloudwatch_log_group.this : key => group.name },
    var.watched_log_groups,
  )
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = var.log_groups

  # checkov:skip=CKV_AWS_338:a year of lab logs costs more than they are worth; retention_days lengthens it
  name              = "/${var.name}/${each.key}"
  retention_in_days = each.value.retention_days
  kms_key_id        = aws_kms_key.this.arn

  tags = { Name = "/${var.name}/${each.key}" }

  # CloudWatch Logs tries the key when the group is created.
  depends_on = [aws_kms_key_policy.this]
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  for_each = local.watched_log_groups

  name           = "${var.name}-errors"
  log_group_name = each.value
  pattern        = var.error_pattern

  metric_transformation {
    namespace     = var.name
    name          = local.error_metric
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}
