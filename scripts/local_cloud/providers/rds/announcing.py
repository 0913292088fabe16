"""RDS's events on the account's event bus, so that rules of EventBridge can act on them as on AWS."""

from __future__ import annotations

import json
import logging
import queue
import threading
from typing import Any

from botocore.exceptions import ClientError
from localstack.services.plugins import SERVICE_PLUGINS, ServiceState

from scripts.local_cloud.providers.gate import GATE
from scripts.local_cloud.providers.rds.model import Event, follow_events
from scripts.local_cloud.providers.rds.neighbours import client

LOG = logging.getLogger(__name__)

#: ``detail-type`` and ``SourceType``, by the source type of DescribeEvents.
_KINDS = {
    "db-instance": ("RDS DB Instance Event", "DB_INSTANCE"),
    "db-parameter-group": ("RDS DB Parameter Group Event", "DB_PARAM"),
    "db-snapshot": ("RDS DB Snapshot Event", "SNAPSHOT"),
}

#: RDS's numbers of the messages that it has in common with us, by their beginning. The others have none.
_NUMBERS = {
    "DB instance deleted": "0003",
    "DB instance created": "0005",
    "DB instance restarted": "0006",
    "Allocated storage has been exhausted": "0007",
    "Multi-AZ instance failover started": "0013",
    "Reset master credentials": "0016",
    "Recovery of the DB instance has started": "0020",
    "Recovery of the DB instance is complete": "0021",
    "The DB instance failed": "0031",
    "Updated parameter": "0037",
    "Deleted manual snapshot": "0041",
    "Manual snapshot created": "0042",
    "Restored from snapshot": "0043",
    "Multi-AZ instance failover completed": "0049",
    "DB instance stopped": "0087",
    "DB instance started": "0088",
}


class Announcer:
    """Puts each event on the default bus of its account and region, in order, in a thread of its own."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="rds-events", daemon=True)

    def start(self) -> None:
        """From now on."""
        follow_events(self._events.put)
        self._thread.start()

    def _run(self) -> None:
        while True:
            event = self._events.get()
            # Nobody has a rule where nobody has used EventBridge: it need not be started for that.
            if SERVICE_PLUGINS.get_states().get("events") is ServiceState.RUNNING:
                with GATE.working(f"event of {event.source}"):
                    _put(event)


def _put(event: Event) -> None:
    _, _, _, region, account_id, *_ = event.source_arn.split(":")
    try:
        client("events", account_id, region).put_events(Entries=[entry(event)])
    except ClientError as refused:
        LOG.warning("An event of %s is not on the bus: %s", event.source, refused)


def entry(event: Event) -> dict[str, Any]:
    """``PutEventsRequestEntry`` of an event."""
    kind, source_type = _KINDS[event.source_type]
    number = next((each for words, each in _NUMBERS.items() if event.message.startswith(words)), None)
    detail = {
        "EventCategories": list(event.categories),
        "SourceType": source_type,
        "SourceArn": event.source_arn,
        "Date": event.date.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "Message": event.message,
        "SourceIdentifier": event.source,
        **({"EventID": f"RDS-EVENT-{number}"} if number else {}),
    }
    return {
        "Source": "aws.rds",
        "DetailType": kind,
        "Time": event.date,
        "Resources": [event.source_arn],
        "Detail": json.dumps(detail),
    }
