data "aws_internet_gateway" "of_vpc" {
  filter {
    name   = "attachment.vpc-id"
    values = [aws_vpc.this.id]
  }

  depends_on = [aws_internet_gateway.this]
}

data "aws_network_acls" "of_vpc" {
  vpc_id = aws_vpc.this.id

  filter {
    name   = "default"
    values = ["true"]
  }

  lifecycle {
    postcondition {
      condition     = one(self.ids) == aws_vpc.this.default_network_acl_id
      error_message = "Exactly the default ACL was expected."
    }
  }
}

data "aws_network_interfaces" "of_group" {
  filter {
    name   = "group-id"
    values = [aws_security_group.this["web"].id]
  }

  depends_on = [aws_instance.this]

  lifecycle {
    postcondition {
      condition     = one(self.ids) == aws_instance.this.primary_network_interface_id
      error_message = "Exactly the instance's interface was expected."
    }
  }
}

data "aws_network_interface" "of_instance" {
  filter {
    name   = "attachment.instance-id"
    values = [aws_instance.this.id]
  }

  lifecycle {
    postcondition {
      condition     = self.private_ip == aws_instance.this.private_ip
      error_message = "The instance's interface was expected."
    }
  }
}

data "aws_instance" "by_filter" {
  filter {
    name   = "image-id"
    values = [data.aws_ami.amazon_linux.id]
  }

  filter {
    name   = "tag:Name"
    values = ["looked-up"]
  }

  filter {
    name   = "instance-state-name"
    values = ["pending", "running"]
  }

  depends_on = [aws_instance.this]
}

data "aws_instances" "by_tag" {
  instance_tags        = { Name = "looked-up" }
  instance_state_names = ["running"]

  depends_on = [aws_instance.this]
}

data "aws_eip" "by_tag" {
  filter {
    name   = "instance-id"
    values = [aws_instance.this.id]
  }

  depends_on = [aws_eip.this]
}

data "aws_ebs_volumes" "of_instance" {
  filter {
    name   = "attachment.instance-id"
    values = [aws_instance.this.id]
  }
}

data "aws_key_pair" "this" {
  key_name = aws_key_pair.this.key_name
}

data "aws_ec2_instance_type" "this" {
  instance_type = "t3.micro"
}

data "aws_ec2_instance_type_offerings" "zones" {
  location_type = "availability-zone"

  filter {
    name   = "instance-type"
    values = ["t3.micro"]
  }
}

data "aws_prefix_list" "s3" {
  name = "com.amazonaws.${data.aws_region.current.name}.s3"
}

data "aws_ec2_managed_prefix_list" "dynamodb" {
  filter {
    name   = "prefix-list-name"
    values = ["com.amazonaws.${data.aws_region.current.name}.dynamodb"]
  }
}

data "aws_vpc_endpoint_service" "s3" {
  service      = "s3"
  service_type = "Gateway"
}

data "aws_vpc_security_group_rules" "of_default" {
  filter {
    name   = "group-id"
    values = [data.aws_security_group.default.id]
  }
}

locals {
  # What the filters found, each beside what was made.
  found = {
    gateway  = data.aws_internet_gateway.of_vpc.id == aws_internet_gateway.this.id
    subnet   = data.aws_subnet.by_block.id == aws_subnet.this[data.aws_availability_zones.available.names[0]].id
    group    = data.aws_security_group.by_name.id == aws_security_group.this["web"].id
    default  = data.aws_security_group.default.id == aws_vpc.this.default_security_group_id
    rules    = length(data.aws_vpc_security_group_rules.of_default.ids) == 2
    route    = data.aws_route.internet.gateway_id == aws_internet_gateway.this.id
    instance = data.aws_instance.by_filter.id == aws_instance.this.id
    running  = one(data.aws_instances.by_tag.ids) == aws_instance.this.id
    address  = data.aws_eip.by_tag.id == aws_eip.this.id
    volumes  = one(data.aws_ebs_volumes.of_instance.ids) == aws_instance.this.root_block_device[0].volume_id
    key      = data.aws_key_pair.this.key_pair_id == aws_key_pair.this.key_pair_id
    type     = data.aws_ec2_instance_type.this.default_vcpus == 2
    offered  = contains(data.aws_ec2_instance_type_offerings.zones.locations, "us-east-1a")
    s3       = length(data.aws_prefix_list.s3.cidr_blocks) > 0
    dynamodb = length(data.aws_ec2_managed_prefix_list.dynamodb.entries) > 0
    service  = data.aws_vpc_endpoint_service.s3.service_name == "com.amazonaws.us-east-1.s3"
    account  = data.aws_caller_identity.current.account_id == aws_vpc.this.owner_id
  }
}

output "missed" {
  description = "Names of what the filters did not find."
  value       = [for name, right in local.found : name if !right]

  precondition {
    condition     = alltrue(values(local.found))
    error_message = "Filters found something else for: ${join(", ", [for name, right in local.found : name if !right])}."
  }
}
