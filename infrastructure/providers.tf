# Endpoint and keys come from the environment (AWS_ENDPOINT_URL, AWS_PROFILE ...), as with every other AWS tool.
provider "aws" {
  region            = var.region
  s3_use_path_style = var.s3_use_path_style

  default_tags {
    tags = local.tags
  }
}
