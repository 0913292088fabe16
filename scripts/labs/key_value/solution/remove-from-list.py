import boto3


def remove_comment(table_name, product_id, position):
    table = boto3.resource("dynamodb").Table(table_name)
    table.update_item(
        Key={"Id": product_id},
        UpdateExpression=f"REMOVE #comment[{position}]",
        ExpressionAttributeNames={"#comment": "Comment"},
    )
