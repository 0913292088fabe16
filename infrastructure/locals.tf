locals {
  tags = merge(var.tags, { Project = var.name, ManagedBy = "terraform" })

  availability_zones = coalesce(var.availability_zones, ["${var.region}a", "${var.region}b"])

  database_ports = { mysql = 3306, postgres = 5432 }

  databases = var.components.relational_databases ? var.databases : {}

  # Which exported log of an engine tells of errors.
  error_logs = { mysql = "error", mariadb = "error", postgres = "postgresql" }

  # Names of buckets are unique in all of AWS, so they end with the account: taken from a resource that nothing replaces,
  # since a plan asks no API, and a name that became unknown would replace the bucket and all that is in it.
  account_id = split(":", module.monitoring.kms_key_arn)[4]

  bucket_purposes = toset(["raw", "lake"])
}
