"""Networks from what describes them: answers of the AWS API, saved ones, Terraform's state or plan."""
