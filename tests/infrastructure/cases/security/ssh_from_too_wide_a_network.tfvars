ssh_cidrs = ["96.0.0.0/6"]
