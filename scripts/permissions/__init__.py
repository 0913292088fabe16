"""`lab can`: a question about who may do what, from people's words to an answer in people's words."""
