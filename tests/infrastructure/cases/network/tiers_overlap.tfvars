tier_cidrs = { public = "10.0.0.0/18", application = "10.0.32.0/19", database = "10.0.128.0/18" }
