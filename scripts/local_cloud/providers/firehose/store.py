"""What the handlers share: the table of operations, the delivery streams, one call at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.stores import (
    AccountRegionBundle,
    BaseStore,
    CrossAccountAttribute,
    LocalAttribute,
)
from localstack.utils.tagging import TaggingService

from scripts.config import LOCAL_ACCOUNT, LOCAL_REGION
from scripts.local_cloud.delivery.definition import Definition, Source
from scripts.local_cloud.providers.framework import (
    Fidelity,
    Operations,
    Request,
    error,
    one_at_a_time,
)

DESTINATION_ID = "destinationId-000000000001"


@dataclass
class DeliveryStream:
    """A delivery stream.

    Attributes
    ----------
    id
        Of this one, and of no later one of its name.
    description
        As the API describes it.
    source
        The Kinesis stream, with where reading begins; None where records are put directly.
    """

    id: str
    description: dict[str, Any]
    source: Source | None = None

    @property
    def arn(self) -> str:
        return str(self.description["DeliveryStreamARN"])

    @property
    def deleting(self) -> bool:
        """Whether nothing more of it is to be delivered."""
        return self.description["DeliveryStreamStatus"] == "DELETING"

    @property
    def destination(self) -> dict[str, Any]:
        """Its one destination, as the API describes it."""
        extended: dict[str, Any] = self.description["Destinations"][0]["ExtendedS3DestinationDescription"]
        return extended

    def definition(self) -> Definition:
        """What the delivery process must know."""
        return Definition(
            self.id,
            self.arn,
            self.description["DeliveryStreamName"],
            self.description["VersionId"],
            self.destination,
            self.source,
        )


class FirehoseStore(BaseStore):
    """One account's delivery streams in one region by name, and their tags by ARN.

    `undelivered` is the spool's content while the state is saved or loaded, of all accounts.
    """

    streams: dict[str, DeliveryStream] = LocalAttribute(default=dict)
    tags: TaggingService = LocalAttribute(default=TaggingService)
    undelivered: dict[str, list[tuple[Any, ...]]] = CrossAccountAttribute(default=dict)


operations = Operations("firehose")
stores: AccountRegionBundle = AccountRegionBundle("firehose", FirehoseStore)
lock = threading.RLock()
#: Decorator: the function answers the operation, one call at a time.
answers = one_at_a_time(operations, lock, Fidelity.REAL)


def store_of(context: RequestContext) -> FirehoseStore:
    """The caller's account and region."""
    store: FirehoseStore = stores[context.account_id][context.region]
    return store


def shared_store() -> FirehoseStore:
    """A store through which what all accounts share is reached."""
    store: FirehoseStore = stores[LOCAL_ACCOUNT][LOCAL_REGION]
    return store


def every_stream() -> Iterator[DeliveryStream]:
    """The delivery streams of every account and region."""
    for _account, _region, store in stores.iter_stores():
        yield from store.streams.values()


def stream_of(context: RequestContext, request: Request) -> DeliveryStream:
    """The delivery stream that a request names, or AWS's error."""
    name = request["DeliveryStreamName"]
    found = store_of(context).streams.get(name)
    if found is None:
        raise error(
            "ResourceNotFoundException", f"Firehose {name} under account {context.account_id} not found."
        )
    return found
