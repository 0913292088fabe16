"""Puts the day of web-server logs where the learner looks for it: a log group of their own."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from scripts.labs.logs import day
from scripts.labs.logs.groups import remove_group
from scripts.labs.workspace import Workspace

if TYPE_CHECKING:
    import boto3

#: Where the learner finds the group's name.
FILE = "log-group.txt"
#: Tag of a group that holds the whole day.
_WHOLE = {"Prepared": "yes"}
_RETENTION_DAYS = 30


def prepare(session: boto3.Session, workspace: Workspace) -> str | None:
    """Make the log group with yesterday's events, unless it is there; says so where it had to be made."""
    logs: Any = session.client("logs")
    group = workspace.name("web")
    (workspace.folder / FILE).write_text(f"{group}\n")
    if _is_whole(logs, group):
        return None
    remove_group(session, group)
    logs.create_log_group(logGroupName=group)
    logs.put_retention_policy(logGroupName=group, retentionInDays=_RETENTION_DAYS)
    today = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    midnight = int((today - dt.timedelta(days=1)).timestamp())
    for host in day.HOSTS:
        logs.create_log_stream(logGroupName=group, logStreamName=host)
        events = [
            {"timestamp": (midnight + each.second) * 1000, "message": each.message}
            for each in day.events()
            if each.host == host
        ]
        logs.put_log_events(logGroupName=group, logStreamName=host, logEvents=events)
    logs.tag_log_group(logGroupName=group, tags=_WHOLE)
    return f"A day of web-server logs is in the log group {group}"


def _is_whole(logs: Any, group: str) -> bool:
    try:
        tags = logs.list_tags_log_group(logGroupName=group)["tags"]
    except logs.exceptions.ResourceNotFoundException:
        return False
    return bool(_WHOLE.items() <= tags.items())
