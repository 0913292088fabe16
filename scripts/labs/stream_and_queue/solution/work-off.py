import json

import boto3


def work_off(queue_url, totals_table):
    sqs = boto3.client("sqs")
    totals = boto3.resource("dynamodb").Table(totals_table)
    while True:
        answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        if not answer.get("Messages"):
            return
        for message in answer["Messages"]:
            session = json.loads(message["Body"])
            quantity = sum(int(product["quantity"]) for product in session["browse_history"])
            totals.put_item(Item={"session_id": session["session_id"], "product_quantity": quantity})
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
