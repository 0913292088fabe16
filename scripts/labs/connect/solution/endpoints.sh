awslocal rds describe-db-instances \
  --query 'DBInstances[].[DBInstanceIdentifier, Endpoint.Address, Endpoint.Port]' \
  --output text
