# One document per thing that somebody may do; policies.tf joins them.

data "aws_iam_policy_document" "own_access_keys" {
  statement {
    sid       = "ManageOwnAccessKeys"
    actions   = ["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:GetUser", "iam:ListAccessKeys", "iam:UpdateAccessKey"]
    resources = ["arn:${local.partition}:iam::${local.account_id}:user${local.path}$${aws:username}"]
  }
}

data "aws_iam_policy_document" "write_buckets" {
  # Bucket names end with the account, so they are looked up. The action knows no resource but *: it lists names, no objects.
  statement {
    sid       = "FindBuckets"
    actions   = ["s3:ListAllMyBuckets"]
    resources = ["*"]
  }

  statement {
    sid       = "ListBuckets"
    actions   = ["s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:ListBucket", "s3:ListBucketVersions"]
    resources = local.bucket_arns
  }

  statement {
    sid = "WriteObjects"
    actions = [
      "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:GetObjectVersion",
      "s3:ListMultipartUploadParts", "s3:PutObject",
    ]
    resources = [for arn in local.bucket_arns : "${arn}/*"]
  }
}

data "aws_iam_policy_document" "read_gold" {
  statement {
    sid       = "FindLake"
    actions   = ["s3:GetBucketLocation"]
    resources = [var.lake_bucket_arn]
  }

  statement {
    sid       = "ListGold"
    actions   = ["s3:ListBucket"]
    resources = [var.lake_bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["gold", "gold/*"]
    }
  }

  statement {
    sid       = "ReadGold"
    actions   = ["s3:GetObject"]
    resources = ["${var.lake_bucket_arn}/gold/*"]
  }
}

data "aws_iam_policy_document" "read_tables" {
  dynamic "statement" {
    for_each = length(var.table_arns) == 0 ? [] : [values(var.table_arns)]

    content {
      sid = "ReadTables"
      actions = [
        "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:DescribeTable", "dynamodb:GetItem",
        "dynamodb:Query", "dynamodb:Scan",
      ]
      resources = statement.value
    }
  }
}

data "aws_iam_policy_document" "write_tables" {
  dynamic "statement" {
    for_each = length(var.table_arns) == 0 ? [] : [values(var.table_arns)]

    content {
      sid       = "WriteTables"
      actions   = ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
      resources = statement.value
    }
  }
}

data "aws_iam_policy_document" "use_streams" {
  dynamic "statement" {
    for_each = length(var.table_arns) == 0 ? [] : [[for arn in values(var.table_arns) : "${arn}/stream/*"]]

    content {
      sid       = "ReadTableChanges"
      actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = length(var.stream_arns) == 0 ? [] : [values(var.stream_arns)]

    content {
      sid = "UseStreams"
      actions = [
        "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator",
        "kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords",
      ]
      resources = statement.value
    }
  }
}

data "aws_iam_policy_document" "use_queues" {
  dynamic "statement" {
    for_each = length(var.queue_arns) == 0 ? [] : [values(var.queue_arns)]

    content {
      sid = "UseQueues"
      actions = [
        "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
        "sqs:ReceiveMessage", "sqs:SendMessage",
      ]
      resources = statement.value
    }
  }
}

data "aws_iam_policy_document" "open_databases" {
  dynamic "statement" {
    for_each = length(var.databases) == 0 ? [] : [values(var.databases)]

    content {
      sid       = "FindDatabases"
      actions   = ["rds:DescribeDBInstances"]
      resources = statement.value[*].arn
    }
  }

  dynamic "statement" {
    for_each = length(var.databases) == 0 ? [] : [values(var.databases)]

    content {
      sid       = "ReadMasterPasswords"
      actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
      resources = statement.value[*].secret_arn
    }
  }
}

data "aws_iam_policy_document" "ask_athena" {
  dynamic "statement" {
    for_each = var.analytics == null ? [] : [var.analytics]

    content {
      sid = "AskAthena"
      actions = [
        "athena:BatchGetQueryExecution", "athena:GetNamedQuery", "athena:GetQueryExecution", "athena:GetQueryResults",
        "athena:GetWorkGroup", "athena:ListNamedQueries", "athena:ListQueryExecutions", "athena:StartQueryExecution",
        "athena:StopQueryExecution",
      ]
      resources = [statement.value.work_group_arn]
    }
  }

  dynamic "statement" {
    for_each = var.analytics == null ? [] : [var.analytics]

    content {
      sid       = "FindCatalog"
      actions   = ["athena:GetDataCatalog"]
      resources = [statement.value.data_catalog_arn]
    }
  }

  dynamic "statement" {
    for_each = var.analytics == null ? [] : [var.analytics]

    content {
      sid = "ReadCatalog"
      actions = [
        "glue:BatchGetPartition", "glue:GetDatabase", "glue:GetDatabases", "glue:GetPartition", "glue:GetPartitions",
        "glue:GetTable", "glue:GetTables",
      ]
      resources = statement.value.catalog_arns
    }
  }

  # Athena asks for it whatever a query names, and makes it where there is none.
  dynamic "statement" {
    for_each = var.analytics == null ? [] : [var.analytics]

    content {
      sid       = "FindDefaultDatabase"
      actions   = ["glue:CreateDatabase", "glue:GetDatabase"]
      resources = statement.value.default_database_arns
    }
  }

  dynamic "statement" {
    for_each = var.analytics == null ? [] : [var.analytics]

    content {
      sid       = "KeepResults"
      actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
      resources = [statement.value.results_arn]
    }
  }
}

data "aws_iam_policy_document" "run_pipeline" {
  dynamic "statement" {
    for_each = var.analytics == null ? [] : [var.analytics]

    content {
      sid       = "RunJob"
      actions   = ["glue:BatchStopJobRun", "glue:GetJob", "glue:GetJobRun", "glue:GetJobRuns", "glue:StartJobRun"]
      resources = [statement.value.job_arn]
    }
  }

  dynamic "statement" {
    for_each = var.analytics == null ? [] : [var.analytics]

    content {
      sid       = "Crawl"
      actions   = ["glue:GetCrawler", "glue:StartCrawler", "glue:StopCrawler"]
      resources = [statement.value.crawler_arn]
    }
  }

  dynamic "statement" {
    for_each = var.analytics == null ? [] : [var.analytics]

    content {
      sid       = "RunPipeline"
      actions   = ["states:DescribeStateMachine", "states:ListExecutions", "states:StartExecution"]
      resources = [statement.value.state_machine_arn]
    }
  }
}
