allocated_storage_gib     = 100
max_allocated_storage_gib = 105
