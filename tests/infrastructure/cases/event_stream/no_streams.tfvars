streams = {}
