locals {
  path   = "/${var.name}/"
  groups = toset(["data-engineers", "analysts"])

  members = {
    for group in local.groups : group => [for user, settings in var.users : user if contains(settings.groups, group)]
  }
}

# Access keys and console passwords are made by the users themselves or by an administrator: made here, they would stand in the state.
resource "aws_iam_user" "this" {
  for_each = var.users

  # checkov:skip=CKV_AWS_273:the course teaches IAM users, groups and roles; single sign-on needs an organisation
  name          = "${var.name}-${each.key}"
  path          = local.path
  force_destroy = var.force_destroy_users

  tags = { Name = "${var.name}-${each.key}" }
}

resource "aws_iam_user_group_membership" "this" {
  for_each = var.users

  user   = aws_iam_user.this[each.key].name
  groups = [for group in each.value.groups : aws_iam_group.this[group].name]
}

resource "aws_iam_group" "this" {
  for_each = local.groups

  name = "${var.name}-${each.key}"
  path = local.path
}

resource "aws_iam_group_policy_attachment" "this" {
  for_each = local.groups

  group      = aws_iam_group.this[each.key].name
  policy_arn = aws_iam_policy.this[each.key].arn
}

resource "aws_iam_account_password_policy" "this" {
  count = var.manage_account_password_policy ? 1 : 0

  minimum_password_length        = 14
  require_lowercase_characters   = true
  require_uppercase_characters   = true
  require_numbers                = true
  require_symbols                = true
  allow_users_to_change_password = true
  max_password_age               = 90
  password_reuse_prevention      = 24
}
