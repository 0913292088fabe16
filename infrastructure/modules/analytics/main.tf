locals {
  # Folders of the lake. The crawler and Athena read what is below gold, and only the job writes there.
  gold      = "gold"
  scripts   = "glue/scripts"
  temporary = "glue/temporary"
  results   = "athena"

  # arn:<partition>:glue:<region>:<account>:database/...
  database_arn = split(":", aws_glue_catalog_database.gold.arn)
  partition    = local.database_arn[1]
  region       = local.database_arn[3]
  account_id   = local.database_arn[4]
  glue         = "arn:${local.partition}:glue:${local.region}:${local.account_id}"
  ec2          = "arn:${local.partition}:ec2:${local.region}:${local.account_id}"

  # What an action on tables of the catalog names: the catalog, the database, its tables.
  catalog_arns = [
    "${local.glue}:catalog",
    aws_glue_catalog_database.gold.arn,
    "${local.glue}:table/${aws_glue_catalog_database.gold.name}/*",
  ]

  # Athena asks for the database `default` whatever a query names, and makes it in an account that has none ("Configure
  # access to databases and tables in the AWS Glue Data Catalog", Amazon Athena User Guide).
  default_database_arns = ["${local.glue}:catalog", "${local.glue}:database/default"]
  data_catalog_arn      = "arn:${local.partition}:athena:${local.region}:${local.account_id}:datacatalog/AwsDataCatalog"
}

resource "aws_glue_catalog_database" "gold" {
  # Athena's names know no hyphen.
  name         = "${replace(var.name, "-", "_")}_gold"
  description  = "Star schema of the orders, as Parquet in the lake"
  location_uri = "s3://${var.lake.bucket}/${local.gold}/"

  tags = { Name = "${var.name}-gold" }
}

# Of the runs that lie in the lake only what the catalog's tables point at is published: the crawler looks there, and
# nowhere else.
resource "aws_glue_crawler" "gold" {
  # checkov:skip=CKV_AWS_195:the lake encrypts its objects itself; a security configuration would add a key for lab logs only
  name          = "${var.name}-gold"
  description   = "Reads schema and partitions of what the job published, and writes them to the catalog"
  role          = aws_iam_role.crawler.arn
  database_name = aws_glue_catalog_database.gold.name

  catalog_target {
    database_name = aws_glue_catalog_database.gold.name
    tables        = [for table in aws_glue_catalog_table.gold : table.name]
  }

  # Glue refuses any other delete behaviour for tables of the catalog.
  schema_change_policy {
    update_behavior = "UPDATE_IN_DATABASE"
    delete_behavior = "LOG"
  }

  configuration = jsonencode({
    Version       = 1.0
    Grouping      = { TableGroupingPolicy = "CombineCompatibleSchemas" }
    CrawlerOutput = { Partitions = { AddOrUpdateBehavior = "InheritFromTable" } }
  })

  tags = { Name = "${var.name}-gold" }

  depends_on = [aws_iam_role_policy.crawler]
}
