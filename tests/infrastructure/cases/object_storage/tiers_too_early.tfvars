tiers                       = { warm_after_days = 7, cold_after_days = 36, cold_storage_class = "COLD", expire_after_days = 20 }
noncurrent_version_days     = 0
abort_multipart_upload_days = 1.5
kms_key_arn                 = "mine"
