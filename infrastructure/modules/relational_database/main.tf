locals {
  is_postgres = var.engine == "postgres"

  # "16.9" -> "16"; "8.4.6" -> "8.4"
  major_version = local.is_postgres ? split(".", var.engine_version)[0] : join(".", slice(split(".", var.engine_version), 0, 2))
  family        = "${var.engine}${local.major_version}"

  port = coalesce(var.port, local.is_postgres ? 5432 : 3306)
}

resource "aws_db_subnet_group" "this" {
  name        = var.identifier
  description = "Subnets of the DB instance ${var.identifier}"
  subnet_ids  = var.subnet_ids

  tags = { Name = var.identifier }
}

# A snapshot outlives its instance, so a name that the next instance would use again stops its deletion. This id is new
# with every instance that Terraform makes for another of these settings, and with every life of the stack.
resource "terraform_data" "life" {
  triggers_replace = [var.engine, var.database_name, var.master_username, var.kms_key_arn]
}

resource "aws_db_instance" "this" {
  # checkov:skip=CKV_AWS_157:a standby doubles the price; multi_az switches it on where it is worth that
  # checkov:skip=CKV_AWS_161:IAM log-in needs database users made for it; the master password is kept by Secrets Manager, and iam_database_authentication_enabled switches it on
  # checkov:skip=CKV_AWS_118:enhanced monitoring is paid by the log volume; the alarms use the free metrics
  # checkov:skip=CKV_AWS_353:db.t4g.micro has no Performance Insights for MySQL; performance_insights_enabled switches it on elsewhere
  # checkov:skip=CKV_AWS_293:a lab is destroyed and seeded again; deletion_protection switches it on
  identifier     = var.identifier
  engine         = var.engine
  engine_version = var.engine_version

  # Without a word from us AWS keeps an outdated major version alive, for more money than the instance itself.
  engine_lifecycle_support = "open-source-rds-extended-support-disabled"
  instance_class           = var.instance_class

  db_name                       = var.database_name
  username                      = var.master_username
  manage_master_user_password   = true
  master_user_secret_kms_key_id = var.kms_key_arn
  port                          = local.port

  storage_type          = "gp3"
  allocated_storage     = var.allocated_storage_gib
  max_allocated_storage = var.max_allocated_storage_gib
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  db_subnet_group_name                = aws_db_subnet_group.this.name
  vpc_security_group_ids              = var.security_group_ids
  publicly_accessible                 = false
  multi_az                            = var.multi_az
  iam_database_authentication_enabled = var.iam_database_authentication_enabled

  parameter_group_name            = aws_db_parameter_group.this.name
  enabled_cloudwatch_logs_exports = keys(aws_cloudwatch_log_group.export)
  performance_insights_enabled    = var.performance_insights_enabled

  backup_retention_period     = var.backup_retention_days
  backup_window               = var.backup_window
  copy_tags_to_snapshot       = true
  delete_automated_backups    = true
  skip_final_snapshot         = !var.final_snapshot
  final_snapshot_identifier   = var.final_snapshot ? "${var.identifier}-final-${split("-", terraform_data.life.id)[0]}" : null
  deletion_protection         = var.deletion_protection
  maintenance_window          = var.maintenance_window
  auto_minor_version_upgrade  = var.auto_minor_version_upgrade
  apply_immediately           = var.apply_immediately
  allow_major_version_upgrade = var.allow_major_version_upgrade

  tags = { Name = var.identifier }
}
