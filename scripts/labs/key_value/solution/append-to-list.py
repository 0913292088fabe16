import boto3


def add_review(table_name, product_id, text):
    table = boto3.resource("dynamodb").Table(table_name)
    table.update_item(
        Key={"Id": product_id},
        UpdateExpression="SET Reviews.FiveStar = list_append(Reviews.FiveStar, :new)",
        ExpressionAttributeValues={":new": [text]},
    )
