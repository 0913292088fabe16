output "identifier" {
  description = "Identifier of the DB instance: the DBInstanceIdentifier dimension of its metrics."
  value       = aws_db_instance.this.identifier
}

output "arn" {
  description = "ARN of the DB instance."
  value       = aws_db_instance.this.arn
}

output "resource_id" {
  description = "Region-wide immutable id (db-...), as IAM database authentication names the instance."
  value       = aws_db_instance.this.resource_id
}

output "engine" {
  description = "Engine: mysql, mariadb or postgres."
  value       = aws_db_instance.this.engine
}

output "address" {
  description = "Host name of the instance."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "Port that the instance listens on."
  value       = aws_db_instance.this.port
}

output "database_name" {
  description = "Database created with the instance."
  value       = aws_db_instance.this.db_name
}

output "master_username" {
  description = "Name of the master user."
  value       = aws_db_instance.this.username
}

output "master_user_secret_arn" {
  description = "ARN of the secret that holds the master user's name and password."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}

output "parameter_group_name" {
  description = "Name of the parameter group."
  value       = aws_db_parameter_group.this.name
}

output "subnet_group_name" {
  description = "Name of the subnet group."
  value       = aws_db_subnet_group.this.name
}

output "log_group_names" {
  description = "Names of the log groups by exported log (error, slowquery; postgresql, upgrade)."
  value       = { for log, group in aws_cloudwatch_log_group.export : log => group.name }
}
