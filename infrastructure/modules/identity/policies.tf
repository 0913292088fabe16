locals {
  # arn:<partition>:iam::<account>:group/...
  group_arn  = split(":", aws_iam_group.this["data-engineers"].arn)
  partition  = local.group_arn[1]
  account_id = local.group_arn[4]

  bucket_arns = [var.raw_bucket_arn, var.lake_bucket_arn]

  policies = {
    data-engineers = data.aws_iam_policy_document.data_engineers.json
    analysts       = data.aws_iam_policy_document.analysts.json
    seed-loader    = data.aws_iam_policy_document.seed_loader.json
  }

  policy_descriptions = {
    data-engineers = "Works with every data source: buckets, tables, streams, queues and database secrets"
    analysts       = "Reads the gold layer of the data lake and the tables"
    seed-loader    = "Replaces the data in buckets, tables and databases"
  }
}

resource "aws_iam_policy" "this" {
  for_each = local.policies

  name        = "${var.name}-${each.key}"
  path        = local.path
  description = local.policy_descriptions[each.key]
  policy      = each.value

  tags = { Name = "${var.name}-${each.key}" }
}

data "aws_iam_policy_document" "data_engineers" {
  source_policy_documents = [
    data.aws_iam_policy_document.own_access_keys.json,
    data.aws_iam_policy_document.write_buckets.json,
    data.aws_iam_policy_document.read_tables.json,
    data.aws_iam_policy_document.write_tables.json,
    data.aws_iam_policy_document.use_streams.json,
    data.aws_iam_policy_document.use_queues.json,
    data.aws_iam_policy_document.open_databases.json,
    data.aws_iam_policy_document.ask_athena.json,
    data.aws_iam_policy_document.run_pipeline.json,
  ]

  statement {
    sid       = "TakeSeedLoaderRole"
    actions   = ["sts:AssumeRole"]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role${local.path}${var.name}-seed-loader"]
  }
}

data "aws_iam_policy_document" "analysts" {
  source_policy_documents = [
    data.aws_iam_policy_document.own_access_keys.json,
    data.aws_iam_policy_document.read_gold.json,
    data.aws_iam_policy_document.read_tables.json,
    data.aws_iam_policy_document.ask_athena.json,
  ]
}

data "aws_iam_policy_document" "seed_loader" {
  source_policy_documents = [
    data.aws_iam_policy_document.write_buckets.json,
    data.aws_iam_policy_document.read_tables.json,
    data.aws_iam_policy_document.write_tables.json,
    data.aws_iam_policy_document.open_databases.json,
  ]
}
