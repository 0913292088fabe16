# What is left when every part that can be left out is left out.
components = {
  load_balancer        = false
  relational_databases = false
  key_value_store      = false
  event_stream         = false
  analytics            = false
}
nat_gateway = "none"
