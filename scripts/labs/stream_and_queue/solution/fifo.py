import boto3


def send_events(queue_name, events):
    sqs = boto3.client("sqs")
    queue_url = sqs.create_queue(QueueName=queue_name, Attributes={"FifoQueue": "true"})["QueueUrl"]
    for event in events:
        sqs.send_message(
            QueueUrl=queue_url,
            MessageBody=event["text"],
            MessageGroupId=event["session_id"],
            MessageDeduplicationId=event["event_id"],
        )
