import json

import boto3


def make_queues(name, dead_letter_name):
    sqs = boto3.client("sqs")
    fourteen_days = 14 * 24 * 60 * 60
    dead_letters = sqs.create_queue(
        QueueName=dead_letter_name, Attributes={"MessageRetentionPeriod": str(fourteen_days)}
    )["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])["Attributes"]
    policy = {"deadLetterTargetArn": attributes["QueueArn"], "maxReceiveCount": 3}
    sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": json.dumps(policy)})
