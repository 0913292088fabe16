# The account's free key for SNS cannot be used by alarms: its policy, which nobody can change, does not name CloudWatch,
# and an alarm then says nothing. One customer key serves the topic and the log groups.
resource "aws_kms_key" "this" {
  description             = "${var.name}: alarm topic and log groups"
  enable_key_rotation     = true
  deletion_window_in_days = 7

  tags = { Name = "${var.name}-monitoring" }
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}-monitoring"
  target_key_id = aws_kms_key.this.key_id
}

data "aws_region" "current" {}

locals {
  # arn:<partition>:kms:<region>:<account>:key/...
  key_arn    = split(":", aws_kms_key.this.arn)
  partition  = local.key_arn[1]
  account_id = local.key_arn[4]
}

data "aws_iam_policy_document" "key" {
  statement {
    sid       = "LetAccountManageKey"
    actions   = ["kms:*"]
    resources = [aws_kms_key.this.arn]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
  }

  statement {
    sid       = "LetAlarmsPublish"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = [aws_kms_key.this.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }

  # EventBridge tells KMS of no account and no rule ("aws:SourceArn ... not supported for EventBridge-to-encrypted
  # topics", Amazon SNS Developer Guide, Key management): what it may encrypt for is the topic, whose policy names the rules.
  # SNS tells KMS of the topic (the same guide, "Setting up Amazon SNS topic encryption": aws:sns:topicArn).
  dynamic "statement" {
    for_each = length(var.event_rules) == 0 ? [] : ["any"]

    content {
      sid       = "LetRulesPublish"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
      resources = [aws_kms_key.this.arn]

      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:sns:topicArn"
        values   = [aws_sns_topic.alarms.arn]
      }
    }
  }

  statement {
    sid       = "LetLogsEncrypt"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = [aws_kms_key.this.arn]

    principals {
      type        = "Service"
      identifiers = ["logs.${data.aws_region.current.name}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${local.partition}:logs:${data.aws_region.current.name}:${local.account_id}:log-group:/${var.name}/*"]
    }
  }
}

resource "aws_kms_key_policy" "this" {
  key_id = aws_kms_key.this.key_id
  policy = data.aws_iam_policy_document.key.json
}
