name       = "sourcelab"
bucket_arn = "arn:aws:s3:::sourcelab-lake-111122223333"
streams    = { browse-events = { delivery_prefix = "events/browse" } }
