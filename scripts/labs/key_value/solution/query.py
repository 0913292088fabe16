import boto3
from boto3.dynamodb.conditions import Key


def newest_replies(table_name, thread, count):
    table = boto3.resource("dynamodb").Table(table_name)
    answer = table.query(KeyConditionExpression=Key("Id").eq(thread), ScanIndexForward=False, Limit=count)
    return answer["Items"]
