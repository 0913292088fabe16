resource "aws_dynamodb_table" "this" {
  for_each = var.tables

  # checkov:skip=CKV_AWS_119:the AWS-managed key is free; kms_key_arn names a customer key where one is wanted
  # checkov:skip=CKV2_AWS_16:the course reads consumed against bought capacity, which autoscaling would move
  name         = "${var.name}-${each.key}"
  billing_mode = var.billing_mode
  hash_key     = each.value.hash_key.name
  range_key    = try(each.value.range_key.name, null)

  read_capacity  = var.billing_mode == "PROVISIONED" ? each.value.read_capacity : null
  write_capacity = var.billing_mode == "PROVISIONED" ? each.value.write_capacity : null

  stream_enabled              = each.value.stream_view_type != null
  stream_view_type            = each.value.stream_view_type
  deletion_protection_enabled = var.deletion_protection_enabled

  dynamic "attribute" {
    for_each = [for key in [each.value.hash_key, each.value.range_key] : key if key != null]

    content {
      name = attribute.value.name
      type = attribute.value.type
    }
  }

  dynamic "ttl" {
    for_each = each.value.ttl_attribute == null ? [] : [each.value.ttl_attribute]

    content {
      attribute_name = ttl.value
      enabled        = true
    }
  }

  point_in_time_recovery {
    enabled = var.point_in_time_recovery_enabled
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  tags = { Name = "${var.name}-${each.key}" }
}
