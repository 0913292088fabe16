import boto3
from boto3.dynamodb.conditions import Attr, Key


def popular_threads(table_name, forum, views):
    table = boto3.resource("dynamodb").Table(table_name)
    answer = table.query(
        KeyConditionExpression=Key("ForumName").eq(forum), FilterExpression=Attr("Views").gt(views)
    )
    return {"items": answer["Items"], "count": answer["Count"], "scanned": answer["ScannedCount"]}
