locals {
  identifier = "shop-db"
  logs       = ["error", "slowquery"]
}

# Made before the instance makes them, so that they are kept for a week and not for ever.
resource "aws_cloudwatch_log_group" "database" {
  for_each = toset(local.logs)

  name              = "/aws/rds/instance/${local.identifier}/${each.key}"
  retention_in_days = 7
}

resource "aws_security_group" "database" {
  name        = "shop-database"
  description = "Database"
  vpc_id      = data.aws_vpc.default.id
}

resource "aws_security_group_rule" "database" {
  type                     = "ingress"
  description              = "MariaDB"
  security_group_id        = aws_security_group.database.id
  source_security_group_id = aws_security_group.balancer.id
  protocol                 = "tcp"
  from_port                = 3307
  to_port                  = 3307
}

resource "aws_db_subnet_group" "this" {
  name_prefix = "shop-"
  description = "Default subnets"
  subnet_ids  = data.aws_subnets.default.ids

  tags = { Name = "shop" }
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "shop-"
  family      = "mariadb10.11"
  description = "Shop"

  parameter {
    name  = "character_set_server"
    value = "utf8mb4"
  }

  parameter {
    name         = "max_connections"
    value        = "60"
    apply_method = "pending-reboot"
  }

  parameter {
    name  = "slow_query_log"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  identifier     = local.identifier
  engine         = "mariadb"
  engine_version = "10.11"
  instance_class = "db.t3.micro"

  allocated_storage     = 20
  max_allocated_storage = 40
  storage_type          = "gp3"
  storage_encrypted     = true

  db_name                     = "shop"
  username                    = "root_of_shop"
  manage_master_user_password = true
  port                        = 3307

  db_subnet_group_name   = aws_db_subnet_group.this.name
  parameter_group_name   = aws_db_parameter_group.this.name
  vpc_security_group_ids = [aws_security_group.database.id]

  backup_retention_period    = 1
  backup_window              = "03:00-04:00"
  maintenance_window         = "sun:04:30-sun:05:30"
  auto_minor_version_upgrade = true
  copy_tags_to_snapshot      = true
  skip_final_snapshot        = true
  apply_immediately          = true

  enabled_cloudwatch_logs_exports = local.logs

  tags       = { Name = "shop", Service = "orders" }
  depends_on = [aws_cloudwatch_log_group.database]
}

data "aws_db_instance" "by_tags" {
  tags = { Service = "orders" }

  depends_on = [aws_db_instance.this]

  lifecycle {
    postcondition {
      condition     = self.address == aws_db_instance.this.address && self.port == 3307
      error_message = "The instance with the tag was expected."
    }
  }
}

data "aws_db_subnet_group" "this" {
  name = aws_db_subnet_group.this.name

  lifecycle {
    postcondition {
      condition     = toset(self.subnet_ids) == toset(data.aws_subnets.default.ids)
      error_message = "The default subnets were expected."
    }
  }
}

data "aws_secretsmanager_secret" "master" {
  arn = aws_db_instance.this.master_user_secret[0].secret_arn
}

data "aws_db_parameter_group" "this" {
  name = aws_db_parameter_group.this.name
}
