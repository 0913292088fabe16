data "aws_default_tags" "current" {}

# EC2 resolves an SSM parameter only in a launch template, and only when it launches: a newer image changes no plan.
# The provider cannot tell the root device of an image that it does not know, so the volume is named here.
resource "aws_launch_template" "newest_image" {
  for_each = local.image_is_id ? {} : local.instances

  name        = "${var.name}-${each.key}"
  description = "The newest Amazon Linux with an encrypted root volume."
  image_id    = var.image

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted             = true
      volume_type           = "gp3"
      volume_size           = var.root_volume_gib
      delete_on_termination = true
    }
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  # What EC2 makes along with an instance gets its tags from here: the provider's default tags do not reach it.
  dynamic "tag_specifications" {
    for_each = toset(["network-interface", "volume"])

    content {
      resource_type = tag_specifications.key
      tags          = merge(data.aws_default_tags.current.tags, { Name = "${var.name}-${each.key}" })
    }
  }

  tags = { Name = "${var.name}-${each.key}" }
}
