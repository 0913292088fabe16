"""Moto's CloudWatch Logs: its groups, streams and events, as plain data."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localstack.services.logs.models import logs_stores
from moto.core.utils import unix_time_millis
from moto.logs.models import LogEvent, SubscriptionFilter, logs_backends

#: Held while events are read or added: Moto's lists are not made for concurrent requests.
LOCK = threading.RLock()


@dataclass(frozen=True, order=True)
class Event:
    """One log event; events sort by time, and by arrival within a millisecond.

    Attributes
    ----------
    timestamp, ingestion_time
        Milliseconds since 1970.
    number
        Counts all events of this life of the local cloud, from 1.
    """

    timestamp: int
    number: int
    ingestion_time: int
    message: str
    stream: str


def backend(account_id: str, region: str) -> Any:
    """Moto's backend of one account and region."""
    return logs_backends[account_id][region]


def group_names(account_id: str, region: str) -> list[str]:
    """The log groups, by name."""
    return sorted(backend(account_id, region).groups)


def describe_group(account_id: str, region: str, name: str) -> dict[str, Any]:
    """A log group in the API's shape; Moto counts no metric filters and LocalStack leaves out two fields."""
    group = backend(account_id, region).groups[name]
    with LOCK:
        shown: dict[str, Any] = dict(group.to_describe_dict())
    arn: str = group.arn
    return shown | {
        "arn": f"{arn}:*",
        "logGroupArn": arn,
        "logGroupClass": getattr(group, "log_group_class", "STANDARD"),
        "metricFilterCount": sum(item["logGroupName"] == name for item in metric_filters(account_id, region)),
    }


def create_group(
    account_id: str, region: str, name: str, *, kms_key: str | None, group_class: str, tags: Mapping[str, str]
) -> None:
    """Make a log group that does not exist."""
    group = backend(account_id, region).create_log_group(name, {}, kmsKeyId=kms_key)
    group.log_group_class = group_class
    set_tags(account_id, region, group.arn, tags)


def delete_group(account_id: str, region: str, name: str) -> None:
    """Delete a log group with its metric filters and tags, which emulators leave to the next of its name."""
    owner = backend(account_id, region)
    arn = owner.groups[name].arn
    owner.delete_log_group(name)
    filters = owner.filters.metric_filters
    filters[:] = [item for item in filters if item["logGroupName"] != name]
    logs_stores[account_id][region].TAGS.pop(arn, None)


def set_group(account_id: str, region: str, name: str, **attributes: Any) -> None:
    """Change ``kms_key_id`` or ``retention_in_days`` of a log group; None takes them away."""
    group = backend(account_id, region).groups[name]
    for attribute, value in attributes.items():
        setattr(group, attribute, value)


def retention(account_id: str, region: str, name: str) -> int | None:
    """Days that a log group keeps its events; None: for ever."""
    days: int | None = backend(account_id, region).groups[name].retention_in_days
    return days


def tags(account_id: str, region: str, arn: str) -> dict[str, str]:
    """The tags of a log group."""
    return dict(logs_stores[account_id][region].TAGS.get(arn, {}))


def set_tags(account_id: str, region: str, arn: str, wanted: Mapping[str, str]) -> None:
    """Add tags to a log group; LocalStack loses those of one that had none."""
    if wanted:
        logs_stores[account_id][region].TAGS.setdefault(arn, {}).update(wanted)


def remove_tags(account_id: str, region: str, arn: str, keys: Iterable[str]) -> None:
    """Take tags from a log group."""
    present = logs_stores[account_id][region].TAGS.get(arn, {})
    for key in keys:
        present.pop(key, None)


def stream_names(account_id: str, region: str, group: str) -> list[str]:
    """The log streams of a group."""
    return sorted(backend(account_id, region).groups[group].streams)


def events(account_id: str, region: str, group: str, streams: Iterable[str]) -> list[Event]:
    """The events of some streams of a group, sorted."""
    with LOCK:
        return sorted(_events(backend(account_id, region).groups[group], streams))


def append(account_id: str, region: str, group: str, stream: str, added: Sequence[Mapping[str, Any]]) -> str:
    """Add events to a stream and to nothing else; the next sequence token."""
    with LOCK:
        target = backend(account_id, region).groups[group].streams[stream]
        if added:
            target.last_ingestion_time = int(unix_time_millis())
            target.stored_bytes += sum(len(event["message"].encode()) + 26 for event in added)
            target.events += [LogEvent(target.last_ingestion_time, dict(event)) for event in added]
        target.upload_sequence_token += 1
        return f"{target.upload_sequence_token:056d}"


def metric_filters(account_id: str, region: str) -> list[dict[str, Any]]:
    """The metric filters of every group, in the API's shape."""
    return list(backend(account_id, region).filters.metric_filters)


def put_metric_filter(account_id: str, region: str, wanted: Mapping[str, Any]) -> None:
    """Add a metric filter, or replace the one of its group and name; Moto would keep both."""
    filters = backend(account_id, region).filters.metric_filters
    kept = [item for item in filters if not _same_filter(item, wanted)]
    filters[:] = [*kept, dict(wanted)]


def delete_metric_filter(account_id: str, region: str, group: str, name: str) -> bool:
    """Remove a metric filter; whether there was one."""
    filters = backend(account_id, region).filters.metric_filters
    kept = [item for item in filters if not _same_filter(item, {"logGroupName": group, "filterName": name})]
    found = len(kept) < len(filters)
    filters[:] = kept
    return found


def subscription_filters(account_id: str, region: str, group: str) -> list[dict[str, Any]]:
    """The subscription filters of a group in the API's shape, by name."""
    found = backend(account_id, region).groups[group].subscription_filters
    return [
        item.to_json() | {"distribution": getattr(item, "distribution", "ByLogStream")}
        for _, item in sorted(found.items())
    ]


def put_subscription_filter(
    account_id: str,
    region: str,
    group: str,
    *,
    name: str,
    pattern: str,
    destination: str,
    role: str | None,
    distribution: str,
) -> None:
    """Add a subscription filter or replace the one of that name, which Moto refuses when there are two."""
    made = SubscriptionFilter(name, group, pattern, destination, role)
    made.distribution = distribution
    backend(account_id, region).groups[group].subscription_filters[name] = made


def delete_subscription_filter(account_id: str, region: str, group: str, name: str) -> bool:
    """Remove a subscription filter; whether there was one."""
    found = backend(account_id, region).groups[group].subscription_filters
    return found.pop(name, None) is not None


def _same_filter(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[key] == other[key] for key in ("logGroupName", "filterName"))


def _events(group: Any, streams: Iterable[str]) -> Iterator[Event]:
    for name in streams:
        stream = group.streams.get(name)
        for event in stream.events if stream else ():
            yield Event(event.timestamp, event.event_id + 1, event.ingestion_time, event.message, name)
