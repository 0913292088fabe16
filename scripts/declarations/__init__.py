"""What Terraform declares, read from its state or from a plan: resource instances, and who refers to whom."""
