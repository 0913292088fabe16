resource "aws_kinesis_stream" "this" {
  for_each = var.streams

  # checkov:skip=CKV_AWS_185:the AWS-managed key is free; a customer key costs a dollar a month and guards lab events only
  name             = "${var.name}-${each.key}"
  shard_count      = each.value.shard_count
  retention_period = each.value.retention_hours

  encryption_type = "KMS"
  kms_key_id      = "alias/aws/kinesis"

  # A registered consumer must not keep the lab from being destroyed.
  enforce_consumer_deletion = true

  stream_mode_details {
    stream_mode = "PROVISIONED"
  }

  tags = { Name = "${var.name}-${each.key}" }
}
