locals {
  # Loadable in bulk over TLS alone, with a row-based binary log for change data capture.
  mysql_parameters = {
    require_secure_transport = { value = "1", apply_method = "immediate" }
    binlog_format            = { value = "ROW", apply_method = "immediate" }
    local_infile             = { value = "1", apply_method = "immediate" }
    slow_query_log           = { value = "1", apply_method = "immediate" }
    long_query_time          = { value = "1", apply_method = "immediate" }
    # Only logs that are files can be exported.
    log_output = { value = "FILE", apply_method = "immediate" }
  }

  default_parameters = {
    mysql = local.mysql_parameters

    # RDS for MariaDB would else create databases in latin1.
    mariadb = merge(local.mysql_parameters, {
      character_set_server = { value = "utf8mb4", apply_method = "immediate" }
    })

    postgres = {
      "rds.force_ssl"            = { value = "1", apply_method = "immediate" }
      "rds.logical_replication"  = { value = "1", apply_method = "pending-reboot" }
      log_min_duration_statement = { value = "1000", apply_method = "immediate" }
      log_statement              = { value = "ddl", apply_method = "immediate" }
      log_connections            = { value = "1", apply_method = "immediate" }
    }
  }

  parameters = merge(local.default_parameters[var.engine], var.parameters)
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
