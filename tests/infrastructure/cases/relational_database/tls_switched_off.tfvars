parameters = {
  require_secure_transport = { value = "0" }
  max_connections          = { value = "200", apply_method = "later" }
}
