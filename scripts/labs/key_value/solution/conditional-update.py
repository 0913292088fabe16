import boto3
from botocore.exceptions import ClientError


def lower_price(table_name, product_id, price):
    table = boto3.resource("dynamodb").Table(table_name)
    try:
        table.update_item(
            Key={"Id": product_id},
            UpdateExpression="SET Price = :price",
            ConditionExpression="Price > :price",
            ExpressionAttributeValues={":price": price},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True
