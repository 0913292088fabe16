bucket = "Sourcelab_Lake"
