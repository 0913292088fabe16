import time

import boto3


def work(seconds):
    time.sleep(seconds)


def work_long(queue_url, seconds):
    sqs = boto3.client("sqs")
    answer = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=5, VisibilityTimeout=60 + int(seconds))
    for message in answer["Messages"]:
        work(seconds)
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
