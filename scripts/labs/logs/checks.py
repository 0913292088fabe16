"""Judges the exercises of `logs`, each on groups, topics and queues that are removed afterwards."""

from scripts.labs.logs.alarming import check_alarm, check_metric_filter
from scripts.labs.logs.finding import check_anomaly, check_filter_events, check_patterns
from scripts.labs.logs.subscribing import check_subscribe
from scripts.labs.logs.writing import (
    check_batches,
    check_log_group,
    check_rejected,
    check_write_events,
)

__all__ = [
    "check_alarm",
    "check_anomaly",
    "check_batches",
    "check_filter_events",
    "check_log_group",
    "check_metric_filter",
    "check_patterns",
    "check_rejected",
    "check_subscribe",
    "check_write_events",
]
