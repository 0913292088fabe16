name            = "sourcelab"
raw_bucket_arn  = "arn:aws:s3:::sourcelab-raw-111122223333"
lake_bucket_arn = "arn:aws:s3:::sourcelab-lake-111122223333"
