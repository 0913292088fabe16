locals {
  tags = merge(var.tags, { Project = var.name, ManagedBy = "terraform" })

  availability_zones = coalesce(var.availability_zones, ["${var.region}a", "${var.region}b"])

  database_ports = { mysql = 3306, postgres = 5432 }

  databases = var.components.relational_databases ? var.databases : {}

  # The pipeline begins at the orders in MySQL: where they are not, there is nothing to analyse.
  analytics = var.components.analytics && contains(keys(local.databases), "mysql")

  # Which exported log of an engine tells of errors.
  error_logs = { mysql = "error", mariadb = "error", postgres = "postgresql" }

  # Names of buckets are unique in all of AWS, so they end with the account.
  account_id = coalesce(var.account_id, terraform_data.account.output)

  # What lies in GLACIER must be restored before it can be read, and Athena leaves it out without a word. A table of gold
  # that does not change lies where it was first written, so the lake is read at once in every tier.
  buckets = {
    raw  = { cold_storage_class = "GLACIER" }
    lake = { cold_storage_class = "GLACIER_IR" }
  }
}
