import json

import boto3


def source(identifier):
    described = boto3.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)
    instance = described["DBInstances"][0]
    arn = instance["MasterUserSecret"]["SecretArn"]
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=arn)
    login = json.loads(secret["SecretString"])
    return {
        "host": instance["Endpoint"]["Address"],
        "port": instance["Endpoint"]["Port"],
        "user": login["username"],
        "password": login["password"],
    }
