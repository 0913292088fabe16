region     = "us-west-1"
account_id = "111122223333 "
