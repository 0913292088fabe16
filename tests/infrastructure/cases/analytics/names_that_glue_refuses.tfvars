job      = { glue_version = "3.0", worker_type = "Standard" }
script   = "glue_jobs/star_schema.scala"
schedule = { expression = "every night" }
