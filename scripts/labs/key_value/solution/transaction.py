import boto3
from botocore.exceptions import ClientError


def post_reply(replies_table, threads_table, forum, subject, reply, token):
    client = boto3.resource("dynamodb").meta.client
    try:
        client.transact_write_items(
            ClientRequestToken=token,
            TransactItems=[
                {"Put": {"TableName": replies_table, "Item": reply}},
                {
                    "Update": {
                        "TableName": threads_table,
                        "Key": {"ForumName": forum, "Subject": subject},
                        "UpdateExpression": "ADD Replies :one",
                        "ConditionExpression": "attribute_exists(Subject)",
                        "ExpressionAttributeValues": {":one": 1},
                    }
                },
            ],
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "TransactionCanceledException":
            return False
        raise
    return True
