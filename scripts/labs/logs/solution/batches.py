import boto3

MOST_EVENTS, MOST_BYTES, OVERHEAD = 10_000, 1_048_576, 26


def write_all(group, stream, events):
    logs = boto3.client("logs")

    def send(batch):
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=batch)

    batch, size = [], 0
    for event in events:
        needed = len(event["message"].encode()) + OVERHEAD
        if batch and (len(batch) == MOST_EVENTS or size + needed > MOST_BYTES):
            send(batch)
            batch, size = [], 0
        batch.append(event)
        size += needed
    if batch:
        send(batch)
