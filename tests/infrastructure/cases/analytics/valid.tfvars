name   = "sourcelab"
lake   = { bucket = "sourcelab-lake-111122223333", arn = "arn:aws:s3:::sourcelab-lake-111122223333" }
script = "glue_jobs/star_schema.py"

source_database = {
  address    = "sourcelab-mysql.abcdefghijkl.us-east-1.rds.amazonaws.com"
  port       = 3306
  secret_arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!db-1234-AbCdEf"
}

network = {
  subnet_id         = "subnet-0123456789abcdef0"
  availability_zone = "us-east-1a"
  security_group_id = "sg-0123456789abcdef0"
}

alarm_topic = {
  arn         = "arn:aws:sns:us-east-1:111122223333:sourcelab-alarms"
  kms_key_arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}
