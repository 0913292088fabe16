import json
import time

import boto3


def send(stream_name, sessions):
    kinesis = boto3.client("kinesis")
    waiting = [
        {"Data": json.dumps(session).encode(), "PartitionKey": session["session_id"]} for session in sessions
    ]
    while waiting:
        batch, waiting = waiting[:500], waiting[500:]
        answer = kinesis.put_records(StreamName=stream_name, Records=batch)
        if answer["FailedRecordCount"]:
            results = zip(batch, answer["Records"], strict=True)
            waiting = [entry for entry, result in results if "ErrorCode" in result] + waiting
            time.sleep(0.1)
