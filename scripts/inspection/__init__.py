"""What an environment is made of, on paper: an inventory and a network drawing, from AWS, state or plan."""
