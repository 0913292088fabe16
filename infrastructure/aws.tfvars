# On AWS. `make apply TARGET=aws` says what costs money by the hour before it asks.

# The newest Amazon Linux 2023, looked up when an instance is launched.
image = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"

# A day's errors are often seen a week later.
log_retention_days    = 30
backup_retention_days = 7

# The course's data can be seeded again, so `make destroy TARGET=aws` may take everything. Keep your own with true.
deletion_protection = false
