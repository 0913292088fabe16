image = "amazon-linux-2023"
