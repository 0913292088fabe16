bucket = "sourcelab-lake-111122223333"
