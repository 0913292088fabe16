"""What Terraform's expressions come to before an apply, as far as that is certain; the rest stays unknown."""
