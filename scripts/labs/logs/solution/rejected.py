import boto3


def write_checked(group, stream, events):
    answer = boto3.client("logs").put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    rejected = answer.get("rejectedLogEventsInfo", {})
    too_old = rejected.get("tooOldLogEventEndIndex", 0)
    too_new = rejected.get("tooNewLogEventStartIndex", len(events))
    return events[:too_old] + events[too_new:]
