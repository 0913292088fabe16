"""A network from Terraform's state or plan."""

from scripts.reachability.readers.terraform.reader import network

__all__ = ["network"]
