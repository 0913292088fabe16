module "network" {
  source = "./modules/network"

  name                       = var.name
  region                     = var.region
  availability_zones         = local.availability_zones
  vpc_cidr                   = var.vpc_cidr
  tier_cidrs                 = var.tier_cidrs
  nat_gateway                = var.nat_gateway
  application_port           = var.application_port
  database_ports             = local.database_ports
  ssh_cidrs                  = var.ssh_cidrs
  flow_log_retention_in_days = var.log_retention_days
}

module "security" {
  source = "./modules/security"

  name             = var.name
  vpc_id           = module.network.vpc_id
  application_port = var.application_port
  database_ports   = local.database_ports
  ssh_cidrs        = var.ssh_cidrs
}

module "compute" {
  source = "./modules/compute"

  name             = var.name
  image            = var.image
  instance_types   = var.instance_types
  application_port = var.application_port
  key_name         = var.key_name

  subnet_ids = {
    bastion     = module.network.public_subnet_ids[module.network.home_zone]
    application = module.network.application_subnet_ids[module.network.home_zone]
  }

  security_group_ids = {
    bastion     = module.security.bastion_security_group_id
    application = module.security.application_security_group_id
  }

  # Databases are reached from inside the VPC only, so the bastion may seed them.
  policy_arns = {
    bastion = { seed-loader = module.identity.policy_arns["seed-loader"] }
  }
}

module "load_balancer" {
  source = "./modules/load_balancer"
  count  = var.components.load_balancer ? 1 : 0

  name                = var.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = values(module.network.public_subnet_ids)
  security_group_id   = module.security.load_balancer_security_group_id
  application_port    = var.application_port
  targets             = { application = module.compute.application_instance_id }
  certificate_arn     = var.certificate_arn
  deletion_protection = var.deletion_protection
}

module "relational_database" {
  source   = "./modules/relational_database"
  for_each = local.databases

  identifier                = "${var.name}-${each.key}"
  engine                    = each.value.engine
  engine_version            = each.value.engine_version
  instance_class            = each.value.instance_class
  allocated_storage_gib     = each.value.allocated_storage_gib
  max_allocated_storage_gib = each.value.max_allocated_storage_gib
  multi_az                  = each.value.multi_az
  port                      = each.value.engine == "postgres" ? local.database_ports.postgres : local.database_ports.mysql
  subnet_ids                = values(module.network.database_subnet_ids)
  security_group_ids        = [module.security.database_security_group_id]
  backup_retention_days     = var.backup_retention_days
  log_retention_days        = var.log_retention_days
  deletion_protection       = var.deletion_protection
  final_snapshot            = var.final_snapshot
}

module "key_value_store" {
  source = "./modules/key_value_store"
  count  = var.components.key_value_store ? 1 : 0

  name                        = var.name
  deletion_protection_enabled = var.deletion_protection
}

# A plan asks no API, so the account is learned from the first ARN that an apply returns, and kept in the state: read from
# the key each time it would be unknown whenever the key is replaced, and an unknown name replaces the buckets with all
# that is in them. Replacing this resource itself would do the same; var.account_id overrides it.
resource "terraform_data" "account" {
  input = split(":", module.monitoring.kms_key_arn)[4]

  lifecycle {
    ignore_changes = [input]
  }
}

module "object_storage" {
  source   = "./modules/object_storage"
  for_each = local.buckets

  bucket        = "${var.name}-${each.key}-${local.account_id}"
  force_destroy = !var.deletion_protection
  tiers         = { cold_storage_class = each.value.cold_storage_class }
}

module "event_stream" {
  source = "./modules/event_stream"
  count  = var.components.event_stream ? 1 : 0

  name               = var.name
  streams            = var.event_streams
  bucket_arn         = module.object_storage["lake"].arn
  log_retention_days = var.log_retention_days
}

module "message_queue" {
  source = "./modules/message_queue"

  name = "${var.name}-orders"
}

module "identity" {
  source = "./modules/identity"

  name            = var.name
  raw_bucket_arn  = module.object_storage["raw"].arn
  lake_bucket_arn = module.object_storage["lake"].arn
  table_arns      = var.components.key_value_store ? module.key_value_store[0].table_arns : {}
  stream_arns     = var.components.event_stream ? module.event_stream[0].stream_arns : {}
  queue_arns      = { orders = module.message_queue.arn }
  analytics       = local.analytics ? module.analytics[0].grants : null

  databases = {
    for name, database in module.relational_database : name => {
      arn        = database.arn
      secret_arn = database.master_user_secret_arn
    }
  }
}

module "monitoring" {
  source = "./modules/monitoring"

  name               = var.name
  log_groups         = { application = { retention_days = var.log_retention_days } }
  databases          = { for name, database in module.relational_database : name => database.identifier }
  dead_letter_queues = { orders = module.message_queue.dead_letter_queue_name }
  event_rules        = local.analytics ? { pipeline = module.analytics[0].untold_rule_arn } : {}
  alarm_emails       = var.alarm_emails
  thresholds         = var.alarm_thresholds

  watched_log_groups = {
    for name, database in module.relational_database :
    "${name}-errors" => database.log_group_names[local.error_logs[local.databases[name].engine]]
  }
}

module "analytics" {
  source = "./modules/analytics"
  count  = local.analytics ? 1 : 0

  name                    = var.name
  lake                    = { bucket = module.object_storage["lake"].bucket, arn = module.object_storage["lake"].arn }
  script                  = "${path.root}/../glue_jobs/star_schema.py"
  schedule                = var.pipeline_schedule
  bytes_scanned_limit_mib = var.bytes_scanned_limit_mib
  log_retention_days      = var.log_retention_days

  source_database = {
    address    = module.relational_database["mysql"].address
    port       = module.relational_database["mysql"].port
    secret_arn = module.relational_database["mysql"].master_user_secret_arn
  }

  network = {
    subnet_id         = module.network.application_subnet_ids[module.network.home_zone]
    availability_zone = module.network.home_zone
    security_group_id = module.security.jobs_security_group_id
  }

  alarm_topic = {
    arn         = module.monitoring.alarm_topic_arn
    kms_key_arn = module.monitoring.kms_key_arn
  }
}
