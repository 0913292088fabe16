"""Accounts as they are described: by the AWS API, by saved documents, by a Terraform plan."""
