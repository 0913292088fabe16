locals {
  image_is_id = startswith(var.image, "ami-")

  instances = {
    bastion = {
      public    = true
      key_name  = var.key_name
      user_data = file("${path.module}/user_data/bastion.yaml")
    }
    application = {
      public    = false
      key_name  = null
      user_data = templatefile("${path.module}/user_data/application.yaml", { port = var.application_port })
    }
  }
}

resource "aws_instance" "this" {
  # checkov:skip=CKV_AWS_126:the free five-minute metrics are enough for a lab; detailed ones are paid by the instance
  for_each = local.instances

  ami                         = local.image_is_id ? var.image : null
  instance_type               = var.instance_types[each.key]
  subnet_id                   = var.subnet_ids[each.key]
  vpc_security_group_ids      = [var.security_group_ids[each.key]]
  iam_instance_profile        = aws_iam_instance_profile.this[each.key].name
  key_name                    = each.value.key_name
  associate_public_ip_address = each.value.public
  ebs_optimized               = true
  user_data                   = each.value.user_data
  user_data_replace_on_change = true

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  # A launch template brings its own root volume (launch_template.tf).
  dynamic "root_block_device" {
    for_each = local.image_is_id ? [var.root_volume_gib] : []

    content {
      encrypted   = true
      volume_type = "gp3"
      volume_size = root_block_device.value
      tags        = { Name = "${var.name}-${each.key}" }
    }
  }

  dynamic "launch_template" {
    for_each = local.image_is_id ? [] : [aws_launch_template.newest_image[each.key]]

    content {
      id      = launch_template.value.id
      version = launch_template.value.latest_version
    }
  }

  tags = { Name = "${var.name}-${each.key}" }

  # An instance whose role has no rights yet would give up registering with Session Manager for a while.
  depends_on = [aws_iam_role_policy_attachment.session_manager]
}
