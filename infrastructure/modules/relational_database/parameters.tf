locals {
  # Loadable in bulk, with a row-based binary log for change data capture; only logs that are files can be exported.
  # Nobody has SUPER on RDS, so a dump with triggers or functions loads beside a binary log only if creators are trusted.
  mysql_parameters = {
    require_secure_transport        = "1"
    binlog_format                   = "ROW"
    local_infile                    = "1"
    log_bin_trust_function_creators = "1"
    log_output                      = "FILE"
    slow_query_log                  = "1"
    long_query_time                 = "1"
  }

  default_parameters = {
    mysql = local.mysql_parameters

    # RDS for MariaDB would else create databases in latin1.
    mariadb = merge(local.mysql_parameters, { character_set_server = "utf8mb4" })

    postgres = {
      "rds.force_ssl"            = "1"
      "rds.logical_replication"  = "1"
      log_min_duration_statement = "1000"
      log_statement              = "ddl"
      log_connections            = "1"
    }
  }

  # For a value that equals its default RDS answers "pending-reboot" whatever it was told, and "immediate" would then
  # differ in every plan. The instance starts with the group, so nothing waits for a reboot.
  parameters = merge(
    { for name, value in local.default_parameters[var.engine] : name => { value = value, apply_method = "pending-reboot" } },
    var.parameters,
  )
}

resource "aws_db_parameter_group" "this" {
  # A group's family cannot be changed, and a group in use cannot be deleted: the version in the name
  # lets the next major version's group exist beside this one during an upgrade.
  name        = "${var.identifier}-${replace(local.family, ".", "-")}"
  family      = local.family
  description = "Parameters of the DB instance ${var.identifier}"

  dynamic "parameter" {
    for_each = local.parameters

    content {
      name         = parameter.key
      value        = parameter.value.value
      apply_method = parameter.value.apply_method
    }
  }

  tags = { Name = "${var.identifier}-${local.family}" }

  lifecycle {
    create_before_destroy = true
  }
}
