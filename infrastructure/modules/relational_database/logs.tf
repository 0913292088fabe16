locals {
  exported_logs = {
    mysql    = ["error", "slowquery"]
    mariadb  = ["error", "slowquery"]
    postgres = ["postgresql", "upgrade"]
  }
}

# RDS makes these groups itself when they are missing: they would then keep logs for ever and outlive the instance.
resource "aws_cloudwatch_log_group" "export" {
  for_each = toset(local.exported_logs[var.engine])

  # checkov:skip=CKV_AWS_158:CloudWatch Logs encrypts at rest; a customer key costs a dollar a month and guards lab logs only
  # checkov:skip=CKV_AWS_338:a year of database logs costs more than a lab's are worth; log_retention_days lengthens it
  name              = "/aws/rds/instance/${var.identifier}/${each.key}"
  retention_in_days = var.log_retention_days
}
