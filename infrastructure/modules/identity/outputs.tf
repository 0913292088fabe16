output "user_names" {
  description = "Full user names by key of `users`. Access keys are made outside Terraform, so that no secret enters its state."
  value       = { for key, user in aws_iam_user.this : key => user.name }
}

output "user_arns" {
  description = "User ARNs by key of `users`."
  value       = { for key, user in aws_iam_user.this : key => user.arn }
}

output "group_names" {
  description = "Full group names: data-engineers, analysts."
  value       = { for key, group in aws_iam_group.this : key => group.name }
}

output "role_names" {
  description = "Full role names: seed-loader (for data engineers)."
  value       = { for key, role in aws_iam_role.this : key => role.name }
}

output "role_arns" {
  description = "Role ARNs: seed-loader."
  value       = { for key, role in aws_iam_role.this : key => role.arn }
}

output "policy_arns" {
  description = "Policy ARNs: data-engineers, analysts, seed-loader."
  value       = { for key, policy in aws_iam_policy.this : key => policy.arn }
}
