output "alarm_topic_arn" {
  description = "ARN of the SNS topic that every alarm is published to."
  value       = aws_sns_topic.alarms.arn
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the topic and the log groups."
  value       = aws_kms_key.this.arn
}

output "log_group_names" {
  description = "Full log group names by key of `log_groups`, for example { application = \"/sourcelab/application\" }."
  value       = { for key, group in aws_cloudwatch_log_group.this : key => group.name }
}

output "log_group_arns" {
  description = "Log group ARNs by key of `log_groups`."
  value       = { for key, group in aws_cloudwatch_log_group.this : key => group.arn }
}

output "alarm_names" {
  description = "Names of all alarms."
  value = sort(concat(
    values(aws_cloudwatch_metric_alarm.database)[*].alarm_name,
    values(aws_cloudwatch_metric_alarm.dead_letter)[*].alarm_name,
    [aws_cloudwatch_metric_alarm.errors.alarm_name],
  ))
}

output "dashboard_name" {
  description = "Name of the dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}
