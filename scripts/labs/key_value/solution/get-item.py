import boto3


def get_item(table_name, product_id, consistent):
    table = boto3.resource("dynamodb").Table(table_name)
    answer = table.get_item(Key={"Id": product_id}, ConsistentRead=consistent, ReturnConsumedCapacity="TOTAL")
    return answer["Item"], answer["ConsumedCapacity"]["CapacityUnits"]
