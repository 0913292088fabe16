data "aws_partition" "current" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = local.instances

  name               = "${var.name}-${each.key}-instance"
  description        = "The ${each.key} instance."
  assume_role_policy = data.aws_iam_policy_document.trust.json

  tags = { Name = "${var.name}-${each.key}-instance" }
}

resource "aws_iam_role_policy_attachment" "session_manager" {
  for_each = local.instances

  role       = aws_iam_role.this[each.key].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy_attachment" "bastion" {
  for_each = var.policy_arns.bastion

  role       = aws_iam_role.this["bastion"].name
  policy_arn = each.value
}

resource "aws_iam_role_policy_attachment" "application" {
  for_each = var.policy_arns.application

  role       = aws_iam_role.this["application"].name
  policy_arn = each.value
}

resource "aws_iam_instance_profile" "this" {
  for_each = local.instances

  name = "${var.name}-${each.key}"
  role = aws_iam_role.this[each.key].name

  tags = { Name = "${var.name}-${each.key}" }
}
