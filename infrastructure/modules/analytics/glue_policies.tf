# What the job and the crawler may do.

data "aws_iam_policy_document" "write_logs" {
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws-glue/*"]
  }
}

# Glue puts a network interface of each worker into the subnet, with the job's role.
data "aws_iam_policy_document" "enter_network" {
  # The actions know no resource but *: they list, and change nothing.
  statement {
    sid = "LookAtNetwork"
    actions = [
      "ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets",
      "ec2:DescribeVpcEndpoints",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "LookAtNamesOfNetwork"
    actions   = ["ec2:DescribeVpcAttribute"]
    resources = ["${local.ec2}:vpc/*"]
  }

  statement {
    sid     = "MakeInterfaces"
    actions = ["ec2:CreateNetworkInterface"]
    resources = [
      "${local.ec2}:network-interface/*",
      "${local.ec2}:security-group/${var.network.security_group_id}",
      "${local.ec2}:subnet/${var.network.subnet_id}",
    ]
  }

  statement {
    sid       = "RemoveOwnInterfaces"
    actions   = ["ec2:DeleteNetworkInterface"]
    resources = ["${local.ec2}:network-interface/*"]

    condition {
      test     = "Null"
      variable = "aws:ResourceTag/aws-glue-service-resource"
      values   = ["false"]
    }
  }

  statement {
    sid       = "TagInterfaces"
    actions   = ["ec2:CreateTags", "ec2:DeleteTags"]
    resources = ["${local.ec2}:network-interface/*"]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["aws-glue-service-resource"]
    }
  }
}

data "aws_iam_policy_document" "job" {
  source_policy_documents = [
    data.aws_iam_policy_document.write_logs.json,
    data.aws_iam_policy_document.enter_network.json,
  ]

  # Not by prefix: whoever may not list hears of an object that is not there yet, as before the first run the manifest,
  # that it is forbidden.
  statement {
    sid       = "FindLake"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket"]
    resources = [var.lake.arn]
  }

  statement {
    sid       = "ReadScript"
    actions   = ["s3:GetObject"]
    resources = ["${var.lake.arn}/${local.scripts}/*"]
  }

  statement {
    sid     = "WriteGold"
    actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    # Spark marks a folder with an empty object beside it.
    resources = [
      "${var.lake.arn}/${local.gold}/*", "${var.lake.arn}/${local.gold}_$folder$", "${var.lake.arn}/${local.temporary}/*",
    ]
  }

  statement {
    sid = "ShowInCatalog"
    actions = [
      "glue:BatchCreatePartition", "glue:BatchDeletePartition", "glue:BatchUpdatePartition", "glue:CreateTable",
      "glue:GetDatabase", "glue:GetPartitions", "glue:GetTable", "glue:UpdateTable",
    ]
    resources = local.catalog_arns
  }

  statement {
    sid       = "FindSource"
    actions   = ["glue:GetConnection"]
    resources = ["${local.glue}:catalog", aws_glue_connection.source.arn]
  }

  statement {
    sid       = "ReadSourcePassword"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.source_database.secret_arn]
  }
}

data "aws_iam_policy_document" "crawler" {
  source_policy_documents = [data.aws_iam_policy_document.write_logs.json]

  statement {
    sid       = "FindLake"
    actions   = ["s3:GetBucketLocation"]
    resources = [var.lake.arn]
  }

  statement {
    sid       = "ListGold"
    actions   = ["s3:ListBucket"]
    resources = [var.lake.arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = [local.gold, "${local.gold}/*"]
    }
  }

  statement {
    sid       = "ReadGold"
    actions   = ["s3:GetObject"]
    resources = ["${var.lake.arn}/${local.gold}/*"]
  }

  statement {
    sid = "WriteCatalog"
    actions = [
      "glue:BatchCreatePartition", "glue:BatchGetPartition", "glue:BatchUpdatePartition", "glue:CreatePartition",
      "glue:CreateTable", "glue:GetDatabase", "glue:GetPartition", "glue:GetPartitions", "glue:GetTable",
      "glue:GetTables", "glue:UpdatePartition", "glue:UpdateTable",
    ]
    resources = local.catalog_arns
  }
}
