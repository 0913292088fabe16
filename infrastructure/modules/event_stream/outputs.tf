output "stream_names" {
  description = "Full stream names by key of `streams`, for example { browse-events = \"sourcelab-browse-events\" }."
  value       = { for key, stream in aws_kinesis_stream.this : key => stream.name }
}

output "stream_arns" {
  description = "Stream ARNs by key of `streams`."
  value       = { for key, stream in aws_kinesis_stream.this : key => stream.arn }
}

output "delivery_stream_names" {
  description = "Delivery stream names by key of `streams`; streams without delivery are left out."
  value       = { for key, stream in aws_kinesis_firehose_delivery_stream.this : key => stream.name }
}

output "delivery_stream_arns" {
  description = "Delivery stream ARNs by key of `streams`; streams without delivery are left out."
  value       = { for key, stream in aws_kinesis_firehose_delivery_stream.this : key => stream.arn }
}

output "delivery_log_group_names" {
  description = "Names of the delivery streams' error log groups by key of `streams`."
  value       = { for key, group in aws_cloudwatch_log_group.delivery : key => group.name }
}
