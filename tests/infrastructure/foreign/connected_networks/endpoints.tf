resource "aws_security_group" "endpoints" {
  name        = "endpoints"
  description = "Interface endpoints"
  vpc_id      = aws_vpc.this["hub"].id
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each = {
    hub   = { cidr_ipv4 = local.blocks.hub }
    spoke = { prefix_list_id = aws_ec2_managed_prefix_list.spoke.id }
  }

  security_group_id = aws_security_group.endpoints.id
  description       = "HTTPS from the ${each.key}"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = try(each.value.cidr_ipv4, null)
  prefix_list_id    = try(each.value.prefix_list_id, null)
}

data "aws_iam_policy_document" "endpoint" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = toset(["secretsmanager", "sqs"])

  vpc_id              = aws_vpc.this["hub"].id
  service_name        = "com.amazonaws.us-east-1.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for zone in local.zones : aws_subnet.private["hub ${zone}"].id]
  security_group_ids  = [aws_security_group.endpoints.id]
  policy              = each.key == "secretsmanager" ? data.aws_iam_policy_document.endpoint.json : null

  tags = { Name = each.key }
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = toset(["s3", "dynamodb"])

  vpc_id            = aws_vpc.this["hub"].id
  service_name      = "com.amazonaws.us-east-1.${each.key}"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [for zone in local.zones : aws_route_table.private["hub ${zone}"].id]
}

data "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.this["hub"].id
  service_name = "com.amazonaws.us-east-1.s3"

  depends_on = [aws_vpc_endpoint.gateway]
}

# What the applications may reach: AWS's own list, by its id.
resource "aws_security_group" "application" {
  name_prefix = "application-"
  vpc_id      = aws_vpc.this["hub"].id
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  security_group_id = aws_security_group.application.id
  description       = "S3"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = data.aws_vpc_endpoint.s3.prefix_list_id
}

resource "aws_vpc_security_group_egress_rule" "endpoints" {
  security_group_id            = aws_security_group.application.id
  description                  = "Interface endpoints"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.endpoints.id
}
