# One group for each part of the chain. The rules stand beside the group that they open.
resource "aws_security_group" "load_balancer" {
  # checkov:skip=CKV2_AWS_5:attached by other modules through an output
  name        = "${var.name}-load-balancer"
  description = "Load balancer: open to the internet on 80 and 443."
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-load-balancer" }
}

resource "aws_security_group" "application" {
  # checkov:skip=CKV2_AWS_5:attached by other modules through an output
  name        = "${var.name}-application"
  description = "Application: reached by the load balancer only."
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-application" }
}

resource "aws_security_group" "bastion" {
  # checkov:skip=CKV2_AWS_5:attached by other modules through an output
  name        = "${var.name}-bastion"
  description = "Bastion: the way of people to the databases."
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-bastion" }
}

resource "aws_security_group" "jobs" {
  # checkov:skip=CKV2_AWS_5:attached by other modules through an output
  name        = "${var.name}-jobs"
  description = "Glue jobs: their workers speak with each other and read the databases."
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-jobs" }
}

resource "aws_security_group" "database" {
  # checkov:skip=CKV2_AWS_5:attached by other modules through an output
  name        = "${var.name}-database"
  description = "Databases: reached by the application, the bastion and the jobs only."
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-database" }
}
