"""Documents in, network out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.reachability.model import Network
from scripts.reachability.readers.assembly import Found, assemble
from scripts.reachability.readers.aws.balancers import balancers
from scripts.reachability.readers.aws.documents import Documents, absent
from scripts.reachability.readers.aws.filters import filters
from scripts.reachability.readers.aws.glue import connections
from scripts.reachability.readers.aws.interfaces import interfaces
from scripts.reachability.readers.aws.routing import routing


def network(
    documents: Mapping[str, Any], region: str | None = None, source: str = "What AWS answered"
) -> Network:
    """The network that AWS described.

    Parameters
    ----------
    documents
        Command of the AWS CLI, such as ``describe-vpcs``, to its whole answer. A command that answers about
        one thing at a time (``describe-target-health``) has an object in its place: ARN, id or name of the
        thing to the answer about it.
    region
        Where; None to take it from the subnets' zones.
    source
        What is read, for messages.

    Raises
    ------
    BadInputError
        An answer that is needed is missing, or one has another shape; ids are double, or something that is
        referred to is not there.
    """
    answers = Documents(documents)
    return assemble(_all(answers), region=region or _region(answers), source=source)


def _all(documents: Documents) -> Iterator[Found]:
    yield from routing(documents)
    yield from filters(documents)
    yield from interfaces(documents)
    yield from balancers(documents)
    yield from connections(documents)
    yield from absent(documents)


#: At the beginning of a zone's name: ``us-east-1`` of ``us-east-1a`` and of ``us-east-1-bos-1a``.
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d+")


def _region(documents: Documents) -> str:
    """Region of most of the subnets; AWS's first where there are none."""
    zones = [str(each.get("AvailabilityZone") or "") for each in documents.entries("describe-subnets")]
    regions = Counter(found[0] for zone in zones if (found := _REGION.match(zone)))
    return regions.most_common(1)[0][0] if regions else "us-east-1"
