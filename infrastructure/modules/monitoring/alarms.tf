locals {
  database_metrics = {
    cpu = {
      metric      = "CPUUtilization"
      comparison  = "GreaterThanThreshold"
      threshold   = var.thresholds.database_cpu_percent
      description = "mean CPU above ${var.thresholds.database_cpu_percent} % for 15 minutes: look for a query without an index, or take a larger instance class"
    }
    connections = {
      metric      = "DatabaseConnections"
      comparison  = "GreaterThanThreshold"
      threshold   = var.thresholds.database_connections
      description = "more than ${var.thresholds.database_connections} connections for 15 minutes: look for clients that do not close theirs"
    }
    free-storage = {
      metric      = "FreeStorageSpace"
      comparison  = "LessThanThreshold"
      threshold   = var.thresholds.database_free_storage_gib * pow(1024, 3)
      description = "less than ${var.thresholds.database_free_storage_gib} GiB free for 15 minutes: a replication slot that nobody reads, or a volume that is too small"
    }
  }

  database_alarms = merge([
    for database, identifier in var.databases : {
      for metric, settings in local.database_metrics :
      "${database}-${metric}" => merge(settings, { identifier = identifier })
    }
  ]...)
}

resource "aws_cloudwatch_metric_alarm" "database" {
  for_each = local.database_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "DB instance ${each.value.identifier}: ${each.value.description}"
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
  statistic           = "Average"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  treat_missing_data  = "missing"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  tags = { Name = "${var.name}-${each.key}" }
}

resource "aws_cloudwatch_metric_alarm" "dead_letter" {
  for_each = var.dead_letter_queues

  alarm_name          = "${var.name}-${each.key}-dead-letter"
  alarm_description   = "Dead-letter queue ${each.value}: ${var.thresholds.dead_letter_messages} or more messages that no consumer could handle: read one, mend the consumer, then redrive"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.thresholds.dead_letter_messages
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  tags = { Name = "${var.name}-${each.key}-dead-letter" }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.name}-errors"
  alarm_description   = "${var.thresholds.error_events} or more error events in the watched log groups within 5 minutes"
  namespace           = var.name
  metric_name         = local.error_metric
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.thresholds.error_events
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  tags = { Name = "${var.name}-errors" }
}
