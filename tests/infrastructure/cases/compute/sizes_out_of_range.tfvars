root_volume_gib = 4
instance_types  = { bastion = "micro" }
key_name        = ""
