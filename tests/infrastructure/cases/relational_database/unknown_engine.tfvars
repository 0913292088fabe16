engine = "oracle"
