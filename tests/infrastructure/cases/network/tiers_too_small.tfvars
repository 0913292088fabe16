tier_cidrs = { public = "10.0.0.0/25", application = "10.0.64.0/18", database = "10.0.128.0/18" }
