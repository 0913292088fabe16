resource "aws_s3_bucket" "this" {
  # checkov:skip=CKV_AWS_18:access logs need a bucket of their own and are paid by volume; a lab's bucket has a handful of users
  # checkov:skip=CKV_AWS_144:lab data is made again from a seed; a copy in a second region would double its price
  # checkov:skip=CKV2_AWS_62:nothing subscribes to the bucket's events
  # checkov:skip=CKV_AWS_145:SSE-S3 is free; kms_key_arn names a customer key where one is wanted
  bucket        = var.bucket
  force_destroy = var.force_destroy

  tags = { Name = var.bucket }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    # A bucket key saves calls to KMS; without KMS there are none to save.
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}
