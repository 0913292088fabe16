output "bastion_instance_id" {
  description = "The bastion."
  value       = aws_instance.this["bastion"].id
}

output "bastion_public_ip" {
  description = "Public address of the bastion."
  value       = aws_instance.this["bastion"].public_ip
}

output "application_instance_id" {
  description = "The application instance."
  value       = aws_instance.this["application"].id
}

output "application_private_ip" {
  description = "Private address of the application instance."
  value       = aws_instance.this["application"].private_ip
}

output "instance_types" {
  description = "Type of each instance."
  value       = var.instance_types
}

output "role_arns" {
  description = "Role of each instance."
  value       = { for instance, role in aws_iam_role.this : instance => role.arn }
}

output "role_names" {
  description = "Name of each instance's role."
  value       = { for instance, role in aws_iam_role.this : instance => role.name }
}
