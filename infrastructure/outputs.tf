output "region" {
  description = "Region of everything."
  value       = var.region
}

output "vpc_id" {
  description = "The VPC."
  value       = module.network.vpc_id
}

output "subnet_ids" {
  description = "Subnets by tier and zone."
  value = {
    public      = module.network.public_subnet_ids
    application = module.network.application_subnet_ids
    database    = module.network.database_subnet_ids
  }
}

output "security_group_ids" {
  description = "Security groups by what they protect."
  value = {
    load_balancer = module.security.load_balancer_security_group_id
    application   = module.security.application_security_group_id
    bastion       = module.security.bastion_security_group_id
    database      = module.security.database_security_group_id
  }
}

output "bastion" {
  description = "The way of people to the databases: `aws ssm start-session --target <instance_id>`."
  value = {
    instance_id = module.compute.bastion_instance_id
    public_ip   = module.compute.bastion_public_ip
  }
}

output "application" {
  description = "The application: its instance, and where a browser finds it (null without a load balancer)."
  value = {
    instance_id = module.compute.application_instance_id
    private_ip  = module.compute.application_private_ip
    url         = var.components.load_balancer ? module.load_balancer[0].url : null
  }
}

output "databases" {
  description = "DB instances by name: how to connect, and the secret that holds user and password."
  value = {
    for name, database in module.relational_database : name => {
      identifier = database.identifier
      engine     = database.engine
      address    = database.address
      port       = database.port
      database   = database.database_name
      user       = database.master_username
      secret_arn = database.master_user_secret_arn
    }
  }
}

output "tables" {
  description = "DynamoDB tables by the course's names."
  value       = var.components.key_value_store ? module.key_value_store[0].table_names : {}
}

output "buckets" {
  description = "Buckets by purpose."
  value       = { for purpose, bucket in module.object_storage : purpose => bucket.bucket }
}

output "streams" {
  description = "Kinesis streams by name without the prefix."
  value       = var.components.event_stream ? module.event_stream[0].stream_names : {}
}

output "delivery_streams" {
  description = "Firehose delivery streams by the stream that they read."
  value       = var.components.event_stream ? module.event_stream[0].delivery_stream_names : {}
}

output "queues" {
  description = "URLs of the queue and of its dead-letter queue."
  value = {
    orders      = module.message_queue.url
    dead_letter = module.message_queue.dead_letter_queue_url
  }
}

output "users" {
  description = "IAM users by name without the prefix; they have no keys until somebody makes them."
  value       = module.identity.user_names
}

output "roles" {
  description = "IAM roles for people and jobs, by purpose."
  value       = module.identity.role_arns
}

output "analytics" {
  description = "From the orders to answers: job, crawler, catalog database, Athena work group, and the state machine that runs them (null without analytics)."
  value = local.analytics ? {
    job           = module.analytics[0].job_name
    connection    = module.analytics[0].connection_name
    crawler       = module.analytics[0].crawler_name
    database      = module.analytics[0].database_name
    work_group    = module.analytics[0].work_group_name
    state_machine = module.analytics[0].state_machine_arn
  } : null
}

output "monitoring" {
  description = "Where to look when something is wrong."
  value = {
    dashboard   = module.monitoring.dashboard_name
    alarm_topic = module.monitoring.alarm_topic_arn
    log_groups  = merge(module.monitoring.log_group_names, { flow_logs = module.network.flow_log_group_name })
  }
}
