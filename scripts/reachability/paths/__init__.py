"""The kinds of paths: inside a VPC and over a peering, out to the internet or a service, in from outside."""
