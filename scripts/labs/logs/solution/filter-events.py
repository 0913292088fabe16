import json

import boto3


def slow_errors(group, milliseconds):
    pages = (
        boto3.client("logs")
        .get_paginator("filter_log_events")
        .paginate(
            logGroupName=group,
            filterPattern=f'{{ $.level = "ERROR" && $.duration_ms > {milliseconds} }}',
        )
    )
    return [json.loads(event["message"])["request"] for page in pages for event in page["events"]]
