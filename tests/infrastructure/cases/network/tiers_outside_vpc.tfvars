tier_cidrs = { public = "10.0.0.0/18", application = "10.0.64.0/18", database = "10.1.0.0/18" }
