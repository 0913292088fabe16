"""What the delivery process knows of a delivery stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Source:
    """A Kinesis data stream: made at `created` (seconds since 1970), read behind a sequence number."""

    stream_arn: str
    role_arn: str
    created: float
    after: str

    @property
    def region(self) -> str:
        """Where the stream is."""
        return self.stream_arn.split(":")[3]


@dataclass(frozen=True)
class Definition:
    """One delivery stream, as it is configured now.

    Attributes
    ----------
    id
        Of this stream and no later one of the same name.
    version
        Counts the configurations, from 1.
    destination
        ``ExtendedS3DestinationDescription`` of the API.
    source
        None where records are put directly.
    """

    id: str
    arn: str
    name: str
    version: str
    destination: Mapping[str, Any]
    source: Source | None = None

    @property
    def account_id(self) -> str:
        """Whose it is."""
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        """Where it is."""
        return self.arn.split(":")[3]

    @property
    def size_limit(self) -> int:
        """Bytes that are collected before they are delivered."""
        return int(self.destination["BufferingHints"]["SizeInMBs"]) << 20

    @property
    def interval(self) -> float:
        """Seconds after which records are delivered at the latest."""
        return float(self.destination["BufferingHints"]["IntervalInSeconds"])

    def to_json(self) -> dict[str, Any]:
        """The definition as plain data."""
        return asdict(self)

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> Definition:
        """What `to_json` made of one."""
        source = fields["source"]
        return Definition(**{**fields, "source": Source(**source) if source else None})
