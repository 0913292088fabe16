"""The lab `objects`: S3, from the first key to emptying a versioned bucket."""
