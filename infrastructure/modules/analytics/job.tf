resource "aws_s3_object" "script" {
  # checkov:skip=CKV_AWS_186:the bucket encrypts it; a customer key costs a dollar a month and guards a public script only
  bucket       = var.lake.bucket
  key          = "${local.scripts}/${basename(var.script)}"
  source       = var.script
  source_hash  = filemd5(var.script)
  content_type = "text/x-python"

  tags = { Name = "${var.name}-star-schema" }
}

# The password stays in Secrets Manager: whoever uses the connection reads it there, with its own role.
resource "aws_glue_connection" "source" {
  name            = "${var.name}-source"
  description     = "JDBC over TLS to ${var.source_database.name}"
  connection_type = "JDBC"

  connection_properties = {
    JDBC_CONNECTION_URL = "jdbc:mysql://${var.source_database.address}:${var.source_database.port}/${var.source_database.name}"
    JDBC_ENFORCE_SSL    = "true"
    SECRET_ID           = var.source_database.secret_arn
  }

  physical_connection_requirements {
    subnet_id              = var.network.subnet_id
    availability_zone      = var.network.availability_zone
    security_group_id_list = [var.network.security_group_id]
  }

  tags = { Name = "${var.name}-source" }
}

resource "aws_glue_job" "star_schema" {
  # checkov:skip=CKV_AWS_195:the lake encrypts its objects itself; a security configuration would add a key for lab logs only
  name        = "${var.name}-star-schema"
  description = "Reads ${var.source_database.name} over JDBC, and publishes the star schema as Parquet"
  role_arn    = aws_iam_role.job.arn

  glue_version      = var.job.glue_version
  worker_type       = var.job.worker_type
  number_of_workers = var.job.workers
  timeout           = var.job.timeout_minutes
  max_retries       = var.job.max_retries
  connections       = [aws_glue_connection.source.name]

  # Two runs would publish over each other.
  execution_property {
    max_concurrent_runs = 1
  }

  command {
    name            = "glueetl"
    python_version  = "3"
    script_location = "s3://${aws_s3_object.script.bucket}/${aws_s3_object.script.key}"
  }

  default_arguments = {
    "--job-language"                     = "python"
    "--enable-continuous-cloudwatch-log" = "true"
    "--TempDir"                          = "s3://${var.lake.bucket}/${local.temporary}/"
    "--glue_connection"                  = aws_glue_connection.source.name
    "--glue_database"                    = aws_glue_catalog_database.gold.name
    "--target_path"                      = "s3://${var.lake.bucket}/${local.gold}"
  }

  tags = { Name = "${var.name}-star-schema" }

  depends_on = [aws_iam_role_policy.job]
}
