resource "aws_cloudwatch_event_rule" "schedule" {
  name                = "${local.pipeline}-schedule"
  description         = "Starts the pipeline ${local.pipeline}"
  schedule_expression = var.schedule.expression
  state               = var.schedule.enabled ? "ENABLED" : "DISABLED"

  tags = { Name = "${local.pipeline}-schedule" }
}

resource "aws_cloudwatch_event_target" "pipeline" {
  rule      = aws_cloudwatch_event_rule.schedule.name
  target_id = "pipeline"
  arn       = aws_sfn_state_machine.pipeline.arn
  role_arn  = aws_iam_role.scheduler.arn
  input     = jsonencode({})
}
