# A role each for the job, the crawler, the pipeline and the rule: none may pass a role, and none may do what another's part is.
locals {
  roles = {
    job       = { service = "glue.amazonaws.com", description = "Glue job: reads the source and writes gold" }
    crawler   = { service = "glue.amazonaws.com", description = "Crawler: reads gold and writes the catalog" }
    pipeline  = { service = "states.amazonaws.com", description = "Step Functions: starts job, crawler and check, and tells of failures" }
    scheduler = { service = "events.amazonaws.com", description = "EventBridge: starts the pipeline" }
  }
}

data "aws_iam_policy_document" "trust" {
  for_each = local.roles

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.value.service]
    }

    # Only for work of this account: nobody else's job or state machine can borrow the role. IfExists, as Glue's guide does
    # not say that Glue tells whose work it is; nobody can hand a role of this account to it in another anyway.
    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_iam_role" "job" {
  name               = "${var.name}-star-schema-job"
  description        = local.roles.job.description
  path               = "/${var.name}/"
  assume_role_policy = data.aws_iam_policy_document.trust["job"].json

  tags = { Name = "${var.name}-star-schema-job" }
}

resource "aws_iam_role" "crawler" {
  name               = "${var.name}-gold-crawler"
  description        = local.roles.crawler.description
  path               = "/${var.name}/"
  assume_role_policy = data.aws_iam_policy_document.trust["crawler"].json

  tags = { Name = "${var.name}-gold-crawler" }
}

resource "aws_iam_role" "pipeline" {
  name               = "${var.name}-star-schema-pipeline"
  description        = local.roles.pipeline.description
  path               = "/${var.name}/"
  assume_role_policy = data.aws_iam_policy_document.trust["pipeline"].json

  tags = { Name = "${var.name}-star-schema-pipeline" }
}

resource "aws_iam_role" "scheduler" {
  name               = "${var.name}-star-schema-scheduler"
  description        = local.roles.scheduler.description
  path               = "/${var.name}/"
  assume_role_policy = data.aws_iam_policy_document.trust["scheduler"].json

  tags = { Name = "${var.name}-star-schema-scheduler" }
}

resource "aws_iam_role_policy" "job" {
  name   = "job"
  role   = aws_iam_role.job.id
  policy = data.aws_iam_policy_document.job.json
}

resource "aws_iam_role_policy" "crawler" {
  name   = "crawler"
  role   = aws_iam_role.crawler.id
  policy = data.aws_iam_policy_document.crawler.json
}

resource "aws_iam_role_policy" "pipeline" {
  name   = "pipeline"
  role   = aws_iam_role.pipeline.id
  policy = data.aws_iam_policy_document.pipeline.json
}

resource "aws_iam_role_policy" "scheduler" {
  name   = "scheduler"
  role   = aws_iam_role.scheduler.id
  policy = data.aws_iam_policy_document.scheduler.json
}
