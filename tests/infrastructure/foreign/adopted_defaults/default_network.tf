# Without tags: the provider sends them with the second apply only.
resource "aws_default_vpc_dhcp_options" "default" {}

# The default network keeps the rules that AWS gave its group: adopting them changes nothing.
resource "aws_default_security_group" "default" {
  vpc_id = aws_default_vpc.default.id

  ingress {
    protocol  = -1
    self      = true
    from_port = 0
    to_port   = 0
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
