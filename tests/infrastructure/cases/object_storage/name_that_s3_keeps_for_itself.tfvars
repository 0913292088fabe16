bucket = "sourcelab-s3alias"
