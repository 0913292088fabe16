name         = "source lab"
billing_mode = "FREE"

tables = {
  "T?" = {
    hash_key         = { name = "Id", type = "NUMBER" }
    range_key        = { name = "Id", type = "S" }
    read_capacity    = 0
    stream_view_type = "ALL"
  }
}
