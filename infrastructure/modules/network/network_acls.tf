# Network ACLs are stateless: every conversation needs a rule for the request and one, on the caller's ephemeral
# ports, for the answer. Sources are whole tiers; who within a tier is the security groups' matter.
locals {
  anywhere        = "0.0.0.0/0"
  ephemeral_ports = { from = 1024, to = 65535 }

  network_acl_rules = {
    public = {
      ingress = merge(
        {
          100 = { cidr = local.anywhere, from = 80, to = 80 }   # clients to the load balancer
          110 = { cidr = local.anywhere, from = 443, to = 443 } # the same, and the application to the NAT gateway
          900 = merge({ cidr = local.anywhere }, local.ephemeral_ports)
        },
        # A rule's number is its identity, so it follows from the network and not from its place in the list: removing one
        # network replaces no other's rule. All rules allow, so their order does not matter.
        { for cidr in toset(var.ssh_cidrs) : 1000 + parseint(substr(sha256(cidr), 0, 8), 16) % 30000 => { cidr = cidr, from = 22, to = 22 } },
      )
      egress = {
        100 = { cidr = local.anywhere, from = 443, to = 443 } # the bastion and the NAT gateway to AWS and packages
        110 = { cidr = local.tier_cidrs.application, from = var.application_port, to = var.application_port }
        120 = { cidr = local.tier_cidrs.database, from = var.database_ports.mysql, to = var.database_ports.mysql }
        130 = { cidr = local.tier_cidrs.database, from = var.database_ports.postgres, to = var.database_ports.postgres }
        900 = merge({ cidr = local.anywhere }, local.ephemeral_ports)
      }
    }

    application = {
      ingress = {
        100 = { cidr = local.tier_cidrs.public, from = var.application_port, to = var.application_port }
        900 = merge({ cidr = local.anywhere }, local.ephemeral_ports)
      }
      egress = {
        100 = { cidr = local.anywhere, from = 443, to = 443 }
        120 = { cidr = local.tier_cidrs.database, from = var.database_ports.mysql, to = var.database_ports.mysql }
        130 = { cidr = local.tier_cidrs.database, from = var.database_ports.postgres, to = var.database_ports.postgres }
        900 = merge({ cidr = local.tier_cidrs.public }, local.ephemeral_ports)
      }
    }

    database = {
      ingress = {
        100 = { cidr = local.tier_cidrs.application, from = var.database_ports.mysql, to = var.database_ports.mysql }
        110 = { cidr = local.tier_cidrs.application, from = var.database_ports.postgres, to = var.database_ports.postgres }
        120 = { cidr = local.tier_cidrs.public, from = var.database_ports.mysql, to = var.database_ports.mysql }
        130 = { cidr = local.tier_cidrs.public, from = var.database_ports.postgres, to = var.database_ports.postgres }
      }
      egress = {
        900 = merge({ cidr = local.tier_cidrs.application }, local.ephemeral_ports)
        910 = merge({ cidr = local.tier_cidrs.public }, local.ephemeral_ports)
      }
    }
  }

  network_acl_rules_by_key = merge([
    for tier, directions in local.network_acl_rules : merge([
      for direction, rules in directions : {
        for number, rule in rules : "${tier}-${direction}-${number}" => merge(rule, {
          tier = tier, egress = direction == "egress", number = tonumber(number)
        })
      }
    ]...)
  ]...)

  subnet_ids = {
    public      = [for subnet in aws_subnet.public : subnet.id]
    application = [for subnet in aws_subnet.application : subnet.id]
    database    = [for subnet in aws_subnet.database : subnet.id]
  }
}

resource "aws_network_acl" "this" {
  # checkov:skip=CKV2_AWS_1:attached by subnet_ids, which the check does not follow through for_each
  for_each = toset(["public", "application", "database"])

  vpc_id     = aws_vpc.this.id
  subnet_ids = local.subnet_ids[each.key]

  tags = { Name = "${var.name}-${each.key}" }
}

resource "aws_network_acl_rule" "this" {
  for_each = local.network_acl_rules_by_key

  network_acl_id = aws_network_acl.this[each.value.tier].id
  egress         = each.value.egress
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}
