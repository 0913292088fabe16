output "database_name" {
  description = "Name of the catalog's database."
  value       = aws_glue_catalog_database.gold.name
}

output "connection_name" {
  description = "Name of the Glue connection to the source."
  value       = aws_glue_connection.source.name
}

output "job_name" {
  description = "Name of the Glue job."
  value       = aws_glue_job.star_schema.name
}

output "crawler_name" {
  description = "Name of the crawler."
  value       = aws_glue_crawler.gold.name
}

output "work_group_name" {
  description = "Name of the Athena work group."
  value       = aws_athena_workgroup.this.name
}

output "named_query_ids" {
  description = "Ids of the named queries by the name of their file, with hyphens."
  value       = { for key, query in aws_athena_named_query.this : key => query.id }
}

output "state_machine_arn" {
  description = "ARN of the state machine that runs job, crawler and quality check."
  value       = aws_sfn_state_machine.pipeline.arn
}

output "schedule_rule_name" {
  description = "Name of the rule that starts it by the clock."
  value       = aws_cloudwatch_event_rule.schedule.name
}

output "untold_rule_arn" {
  description = "ARN of the rule that tells `alarm_topic` of executions that could not tell of their end themselves; the topic's policy and its key's must let it."
  value       = aws_cloudwatch_event_rule.untold.arn
}

output "log_group_name" {
  description = "Log group of the state machine."
  value       = aws_cloudwatch_log_group.pipeline.name
}

output "role_arns" {
  description = "ARNs of the roles: job, crawler, pipeline, scheduler."
  value = {
    job       = aws_iam_role.job.arn
    crawler   = aws_iam_role.crawler.arn
    pipeline  = aws_iam_role.pipeline.arn
    scheduler = aws_iam_role.scheduler.arn
  }
}

output "grants" {
  description = "What policies of people name: ARNs of work group, data catalog, databases and tables, job, crawler, state machine, and of Athena's results."
  value = {
    work_group_arn        = aws_athena_workgroup.this.arn
    data_catalog_arn      = local.data_catalog_arn
    catalog_arns          = local.catalog_arns
    default_database_arns = local.default_database_arns
    job_arn               = aws_glue_job.star_schema.arn
    crawler_arn           = aws_glue_crawler.gold.arn
    state_machine_arn     = aws_sfn_state_machine.pipeline.arn
    results_arn           = "${var.lake.arn}/${local.results}/*"
  }
}
