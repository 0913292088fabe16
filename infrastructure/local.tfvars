# On a laptop: one endpoint for every service, so a bucket cannot be part of the host name.
s3_use_path_style = true

# Amazon Linux 2023, under the id that us-east-1 gave it.
image = "ami-03c3da4cfa8e8943a"
