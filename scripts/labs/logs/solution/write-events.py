import json

import boto3


def write(group, stream, events):
    logs = boto3.client("logs")
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    logs.put_log_events(
        logGroupName=group,
        logStreamName=stream,
        logEvents=[
            {
                "timestamp": event["time"],
                "message": json.dumps({name: value for name, value in event.items() if name != "time"}),
            }
            for event in sorted(events, key=lambda event: event["time"])
        ],
    )
