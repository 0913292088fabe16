name = "sourcelab"
