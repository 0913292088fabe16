output "arn" {
  description = "The load balancer."
  value       = aws_lb.this.arn
}

output "arn_suffix" {
  description = "The load balancer in CloudWatch's dimensions."
  value       = aws_lb.this.arn_suffix
}

output "dns_name" {
  description = "Name that clients resolve."
  value       = aws_lb.this.dns_name
}

output "url" {
  description = "Where a browser finds the application."
  value       = "${var.certificate_arn == null ? "http" : "https"}://${aws_lb.this.dns_name}"
}

output "target_group_arn" {
  description = "The application's target group."
  value       = aws_lb_target_group.application.arn
}

output "target_group_arn_suffix" {
  description = "The target group in CloudWatch's dimensions."
  value       = aws_lb_target_group.application.arn_suffix
}
