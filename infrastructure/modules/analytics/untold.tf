# An execution that is stopped, or takes longer than it may, ends wherever it is: no state of its own can tell of it. Nor
# can one whose TellOfFailure failed, or that failed where nothing is caught. EventBridge tells of them, in its own name.
resource "aws_cloudwatch_event_rule" "untold" {
  name        = "${local.pipeline}-untold"
  description = "Executions of ${local.pipeline} that ended without having told of it"
  state       = "ENABLED"

  event_pattern = jsonencode({
    source        = ["aws.states"]
    "detail-type" = ["Step Functions Execution Status Change"]
    detail = {
      stateMachineArn = [aws_sfn_state_machine.pipeline.arn]
      "$or" = [
        { status = ["TIMED_OUT", "ABORTED"] },
        # Told already: whoever comes to the state Failed has been at TellOfFailure.
        { status = ["FAILED"], error = [{ "anything-but" = [local.states.Failed.Error] }] },
      ]
    }
  })

  tags = { Name = "${local.pipeline}-untold" }
}

# No role: the policies of the topic and of its key let the rule in. What cannot be delivered is tried again for a day.
resource "aws_cloudwatch_event_target" "alarm_topic" {
  rule       = aws_cloudwatch_event_rule.untold.name
  target_id  = "alarm-topic"
  arn        = var.alarm_topic.arn
  input_path = "$.detail"
}
