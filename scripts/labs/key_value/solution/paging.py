import boto3
from boto3.dynamodb.conditions import Key


def pages(table_name, thread, size):
    table = boto3.resource("dynamodb").Table(table_name)
    request = {"KeyConditionExpression": Key("Id").eq(thread), "Limit": size}
    found = []
    while True:
        answer = table.query(**request)
        if answer["Items"]:
            found.append(answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return found
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
