output "load_balancer_security_group_id" {
  description = "Group of the load balancer."
  value       = aws_security_group.load_balancer.id

  # Whoever asks for a group gets it with its rules: an instance that boots before them reaches nothing.
  depends_on = [
    aws_vpc_security_group_ingress_rule.load_balancer_from_internet,
    aws_vpc_security_group_egress_rule.load_balancer_to_application,
  ]
}

output "application_security_group_id" {
  description = "Group of the application."
  value       = aws_security_group.application.id

  depends_on = [
    aws_vpc_security_group_ingress_rule.application_from_load_balancer,
    aws_vpc_security_group_egress_rule.application_to_database,
    aws_vpc_security_group_egress_rule.application_to_internet,
  ]
}

output "bastion_security_group_id" {
  description = "Group of the bastion."
  value       = aws_security_group.bastion.id

  depends_on = [
    aws_vpc_security_group_ingress_rule.bastion_from_people,
    aws_vpc_security_group_egress_rule.bastion_to_database,
    aws_vpc_security_group_egress_rule.bastion_to_internet,
  ]
}

output "jobs_security_group_id" {
  description = "Group of the Glue jobs."
  value       = aws_security_group.jobs.id

  depends_on = [
    aws_vpc_security_group_ingress_rule.jobs_from_jobs,
    aws_vpc_security_group_egress_rule.jobs_to_jobs,
    aws_vpc_security_group_egress_rule.jobs_to_database,
    aws_vpc_security_group_egress_rule.jobs_to_internet,
  ]
}

output "database_security_group_id" {
  description = "Group of the databases."
  value       = aws_security_group.database.id

  depends_on = [
    aws_vpc_security_group_ingress_rule.database_from_application,
    aws_vpc_security_group_ingress_rule.database_from_bastion,
    aws_vpc_security_group_ingress_rule.database_from_jobs,
  ]
}
