locals {
  trust = {
    seed-loader = data.aws_iam_policy_document.trust_data_engineers.json
  }

  role_descriptions = {
    seed-loader = "Loads the seed data into buckets, tables and databases; taken by data engineers"
  }
}

data "aws_iam_policy_document" "trust_data_engineers" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [for user in local.members["data-engineers"] : aws_iam_user.this[user].arn]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = local.trust

  name               = "${var.name}-${each.key}"
  path               = local.path
  description        = local.role_descriptions[each.key]
  assume_role_policy = each.value

  tags = { Name = "${var.name}-${each.key}" }
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.trust

  role       = aws_iam_role.this[each.key].name
  policy_arn = aws_iam_policy.this[each.key].arn
}
