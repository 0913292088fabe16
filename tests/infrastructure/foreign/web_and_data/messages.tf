data "aws_iam_policy_document" "orders" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_sns_topic.orders.arn]
    }
  }
}

resource "aws_sns_topic" "orders" {
  name         = "shop-orders"
  display_name = "Orders"
}

resource "aws_sqs_queue" "dead" {
  name                      = "shop-orders-dead"
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue" "orders" {
  name_prefix                = "shop-orders-"
  visibility_timeout_seconds = 45
  receive_wait_time_seconds  = 10
  sqs_managed_sse_enabled    = true
  policy                     = data.aws_iam_policy_document.orders.json

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 3
  })
}

resource "aws_sns_topic_subscription" "orders" {
  topic_arn            = aws_sns_topic.orders.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.orders.arn
  raw_message_delivery = true
  filter_policy        = jsonencode({ kind = ["placed", { prefix = "can" }] })
}

resource "aws_dynamodb_table" "carts" {
  name         = "shop-carts"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "customer"
  range_key    = "cart"

  attribute {
    name = "customer"
    type = "S"
  }

  attribute {
    name = "cart"
    type = "S"
  }

  attribute {
    name = "state"
    type = "S"
  }

  global_secondary_index {
    name            = "by-state"
    hash_key        = "state"
    projection_type = "KEYS_ONLY"
  }

  ttl {
    attribute_name = "expires"
    enabled        = true
  }
}

resource "aws_cloudwatch_log_group" "shop" {
  name_prefix       = "/shop/"
  retention_in_days = 7
}

resource "aws_cloudwatch_metric_alarm" "dead" {
  alarm_name          = "shop-orders-dead"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead.name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 1
  alarm_actions       = [aws_sns_topic.orders.arn]
}

resource "aws_secretsmanager_secret" "api" {
  name_prefix             = "shop/api-"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "api" {
  secret_id     = aws_secretsmanager_secret.api.id
  secret_string = jsonencode({ key = "not-a-real-one" })
}

resource "aws_kms_key" "shop" {
  description             = "Shop"
  deletion_window_in_days = 7
  enable_key_rotation     = true
}

resource "aws_kms_alias" "shop" {
  name          = "alias/shop"
  target_key_id = aws_kms_key.shop.key_id
}

resource "aws_ssm_parameter" "queue" {
  name  = "/shop/orders/queue"
  type  = "String"
  value = aws_sqs_queue.orders.url
}
