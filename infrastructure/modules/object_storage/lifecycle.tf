resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "tiers"
    status = "Enabled"

    filter {}

    transition {
      days          = var.tiers.warm_after_days
      storage_class = "STANDARD_IA"
    }

    transition {
      days          = var.tiers.cold_after_days
      storage_class = var.tiers.cold_storage_class
    }

    dynamic "expiration" {
      for_each = var.tiers.expire_after_days == null ? [] : [var.tiers.expire_after_days]

      content {
        days = expiration.value
      }
    }
  }

  rule {
    id     = "noncurrent-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_version_days
    }
  }

  rule {
    id     = "unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = var.abort_multipart_upload_days
    }
  }

  # Rules for noncurrent versions mean nothing before versions exist.
  depends_on = [aws_s3_bucket_versioning.this]
}
