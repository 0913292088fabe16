import boto3
from botocore.exceptions import ClientError


def delete_unanswered(table_name, forum, subject):
    table = boto3.resource("dynamodb").Table(table_name)
    try:
        answer = table.delete_item(
            Key={"ForumName": forum, "Subject": subject},
            ConditionExpression="Answered = :no",
            ExpressionAttributeValues={":no": 0},
            ReturnValues="ALL_OLD",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return None
        raise
    return answer["Attributes"]
