name = "SourceLab"
