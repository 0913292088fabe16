ssh_cidrs = ["my-laptop"]
