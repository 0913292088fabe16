locals {
  alarm_arns = concat(
    values(aws_cloudwatch_metric_alarm.database)[*].arn,
    values(aws_cloudwatch_metric_alarm.dead_letter)[*].arn,
    [aws_cloudwatch_metric_alarm.errors.arn],
  )

  database_graphs = {
    "CPU (%)"             = "CPUUtilization"
    "Connections"         = "DatabaseConnections"
    "Free storage (byte)" = "FreeStorageSpace"
  }

  # A graph without a metric is refused by CloudWatch, so it is left out.
  graphs = concat(
    length(var.databases) == 0 ? [] : [
      for title, metric in local.database_graphs : {
        title   = "Databases: ${title}"
        stat    = "Average"
        metrics = [for identifier in values(var.databases) : ["AWS/RDS", metric, "DBInstanceIdentifier", identifier]]
      }
    ],
    length(var.dead_letter_queues) == 0 ? [] : [{
      title   = "Dead-letter queues: messages"
      stat    = "Maximum"
      metrics = [for queue in values(var.dead_letter_queues) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue]]
    }],
    [{
      title   = "Error events"
      stat    = "Sum"
      metrics = [[var.name, local.error_metric]]
    }],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type       = "alarm"
        x          = 0
        y          = 0
        width      = 24
        height     = 3
        properties = { title = "Alarms", alarms = local.alarm_arns }
      }],
      [
        for index, graph in local.graphs : {
          type   = "metric"
          x      = index % 3 * 8
          y      = 3 + floor(index / 3) * 6
          width  = 8
          height = 6
          properties = {
            title   = graph.title
            region  = data.aws_region.current.name
            view    = "timeSeries"
            stat    = graph.stat
            period  = 300
            metrics = graph.metrics
          }
        }
      ],
    )
  })
}
