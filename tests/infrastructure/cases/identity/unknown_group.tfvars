name            = "Source Lab"
users           = { "Jane Doe" = { groups = ["administrators"] } }
raw_bucket_arn  = "sourcelab-raw"
lake_bucket_arn = "arn:aws:dynamodb:us-east-1:111122223333:table/lake"
