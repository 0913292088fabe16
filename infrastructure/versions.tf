terraform {
  required_version = ">= 1.9.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }

  # The path of TARGET=local. TARGET=aws initialises with -backend-config=path=<checkout>/.aws-state/terraform.tfstate.
  backend "local" {
    path = "../.local/terraform/terraform.tfstate"
  }
}
