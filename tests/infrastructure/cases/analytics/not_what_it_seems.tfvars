lake        = { bucket = "sourcelab-raw-111122223333", arn = "arn:aws:s3:::sourcelab-lake-111122223333" }
alarm_topic = { arn = "sourcelab-alarms", kms_key_arn = "alias/sourcelab-monitoring" }

source_database = {
  address    = "10.0.128.4"
  port       = 3306
  name       = "classic-models"
  secret_arn = "a-password"
}

network = {
  subnet_id         = "us-east-1a"
  availability_zone = "us-east-1"
  security_group_id = "sg-0123456789abcdef0"
}
