output "table_names" {
  description = "Full table names by key of `tables`, for example { Forum = \"sourcelab-Forum\" }."
  value       = { for key, table in aws_dynamodb_table.this : key => table.name }
}

output "table_arns" {
  description = "Table ARNs by key of `tables`."
  value       = { for key, table in aws_dynamodb_table.this : key => table.arn }
}

output "stream_arns" {
  description = "ARNs of the change streams by key of `tables`; tables without a stream are left out."
  value       = { for key, table in aws_dynamodb_table.this : key => table.stream_arn if var.tables[key].stream_view_type != null }
}
