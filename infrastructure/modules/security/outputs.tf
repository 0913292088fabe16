output "load_balancer_security_group_id" {
  description = "Group of the load balancer."
  value       = aws_security_group.load_balancer.id
}

output "application_security_group_id" {
  description = "Group of the application."
  value       = aws_security_group.application.id
}

output "bastion_security_group_id" {
  description = "Group of the bastion."
  value       = aws_security_group.bastion.id
}

output "database_security_group_id" {
  description = "Group of the databases."
  value       = aws_security_group.database.id
}
