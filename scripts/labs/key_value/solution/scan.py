import boto3


def scan(table_name):
    table = boto3.resource("dynamodb").Table(table_name)
    answer = table.scan()
    items = answer["Items"]
    while "LastEvaluatedKey" in answer:
        answer = table.scan(ExclusiveStartKey=answer["LastEvaluatedKey"])
        items.extend(answer["Items"])
    return items
