name               = "Source Lab"
streams            = { "browse events" = { delivery_prefix = "/events/" } }
bucket_arn         = "sourcelab-lake"
bucket_kms_key_arn = "alias/mine"
