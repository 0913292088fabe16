# What the pipeline and the rule that starts it may do.

data "aws_iam_policy_document" "pipeline" {
  statement {
    sid       = "RunJob"
    actions   = ["glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun"]
    resources = [aws_glue_job.star_schema.arn]
  }

  statement {
    sid       = "Crawl"
    actions   = ["glue:GetCrawler", "glue:StartCrawler"]
    resources = [aws_glue_crawler.gold.arn]
  }

  statement {
    sid = "Query"
    actions = [
      "athena:GetQueryExecution", "athena:GetQueryResults", "athena:GetWorkGroup", "athena:StartQueryExecution",
      "athena:StopQueryExecution",
    ]
    resources = [aws_athena_workgroup.this.arn]
  }

  statement {
    sid       = "FindCatalog"
    actions   = ["athena:GetDataCatalog"]
    resources = [local.data_catalog_arn]
  }

  statement {
    sid = "ReadCatalog"
    actions = [
      "glue:BatchGetPartition", "glue:GetDatabase", "glue:GetPartition", "glue:GetPartitions", "glue:GetTable",
      "glue:GetTables",
    ]
    resources = local.catalog_arns
  }

  statement {
    sid       = "FindDefaultDatabase"
    actions   = ["glue:CreateDatabase", "glue:GetDatabase"]
    resources = local.default_database_arns
  }

  statement {
    sid       = "FindLake"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [var.lake.arn]
  }

  statement {
    sid       = "ReadGold"
    actions   = ["s3:GetObject"]
    resources = ["${var.lake.arn}/${local.gold}/*"]
  }

  statement {
    sid       = "KeepResults"
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
    resources = ["${var.lake.arn}/${local.results}/*"]
  }

  statement {
    sid       = "TellOfFailure"
    actions   = ["sns:Publish"]
    resources = [var.alarm_topic.arn]
  }

  statement {
    sid       = "EncryptForTopic"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.alarm_topic.kms_key_arn]
  }

  # The actions know no resource but *.
  statement {
    sid = "DeliverLogs"
    actions = [
      "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies",
      "logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
    ]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    sid       = "StartPipeline"
    actions   = ["states:StartExecution"]
    resources = [aws_sfn_state_machine.pipeline.arn]
  }
}
