"""The whole diagnosis: the network's answer for each leg of the way, and the layers above the last one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from scripts.doctor import storage
from scripts.doctor.layer import Layer, Outcome
from scripts.doctor.storage import Place
from scripts.errors import BadInputError
from scripts.reachability import ends, engine
from scripts.reachability.answer import Answer, Question
from scripts.reachability.ends import End
from scripts.reachability.model import PORTS, DbInstance, GlueConnection, Interface, Network
from scripts.reachability.ranges import Range


@dataclass(frozen=True)
class Request:
    """What somebody asks.

    Attributes
    ----------
    source, destination
        Ends, as `ends.resolve` knows them; the destination may be ``s3://BUCKET/KEY``.
    through
        Ends between them that pass a request on (a load balancer, an application), with their ports where
        they are not their own: each leg is asked for itself, on TCP.
    protocol, ports
        Of the last leg.
    version
        4 or 6; None for what both ends have.
    prefix
        The stack's prefix: ``bastion`` means ``sourcelab-bastion`` where nothing is called ``bastion``.
    """

    source: str
    destination: str
    through: tuple[tuple[str, Range | None], ...] = ()
    protocol: str = "tcp"
    ports: Range | None = None
    version: int | None = None
    prefix: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Attributes
    ----------
    network
        What the answers are about.
    answers
        One for each leg, in their order.
    layers
        What probes of the destination saw; empty where none were sent.
    notes
        What whoever reads the layers must know.
    """

    network: Network
    answers: tuple[Answer, ...]
    layers: tuple[Layer, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def well(self) -> bool:
        """Whether the network lets every leg pass and no layer failed."""
        return self.reachable and all(layer.outcome is not Outcome.FAILED for layer in self.layers)

    @property
    def reachable(self) -> bool:
        """The network's verdict alone."""
        return all(answer.reachable for answer in self.answers)


def answers(network: Network, request: Request) -> tuple[Answer, ...]:
    """The network's answer for each leg.

    Raises
    ------
    BadInputError
        An end is unknown or ambiguous, with candidates.
    """
    questions = dict.fromkeys(_questions(network, request))
    return tuple(engine.ask(network, question) for question in questions)


def _questions(network: Network, request: Request) -> Iterator[Question]:
    source = meant(network, request.source, request.prefix)
    yield from _needed_by_jobs(network, source)
    for name, ports in request.through:
        passed_on = meant(network, name, request.prefix)
        yield Question(source, passed_on, "tcp", ports, request.version)
        source = passed_on
    last = "s3" if storage.place(request.destination) else request.destination
    destination = meant(network, last, request.prefix)
    yield Question(source, destination, request.protocol, request.ports, request.version)


def _needed_by_jobs(network: Network, source: str) -> Iterator[Question]:
    """What Glue asks of a connection before any job with it does its work; nothing for another source.

    The workers reach each other on every TCP port, and S3, where the script lies. Source: AWS Glue's guide,
    "Setting up Amazon VPC for JDBC connections to Amazon RDS data stores" and "Amazon VPC endpoints for
    Amazon S3".
    """
    found = ends.resolve(network, source).component
    if isinstance(found, GlueConnection):
        one, other = found.interfaces
        yield Question(one, other, "tcp", PORTS)
        yield Question(source, "s3", "tcp")


def meant(network: Network, text: str, prefix: str) -> str:
    """A name, or that name behind the stack's prefix where only this one exists.

    Raises
    ------
    BadInputError
        There is neither; the candidates are those of the name as it was given.
    """
    try:
        ends.resolve(network, text)
    except BadInputError:
        if not prefix:
            raise
        longer = f"{prefix}-{text}"
        try:
            ends.resolve(network, longer)
        except BadInputError:
            longer = text
        if longer == text:
            raise
        return longer
    return text


@dataclass(frozen=True)
class Probed:
    """What the destination of a request is, for whoever probes it.

    Attributes
    ----------
    database
        Identifier of a DB instance.
    place
        A bucket in S3.
    service
        Whether it is S3, with or without a bucket.
    addresses
        Those of its interfaces, where they are no assumptions.
    """

    database: str = ""
    place: Place | None = None
    service: bool = False
    addresses: tuple[IPv4Address | IPv6Address, ...] = ()


def probed(network: Network, request: Request) -> Probed:
    """What there is to probe; nothing where the destination is neither a DB instance nor S3."""
    place = storage.place(request.destination)
    if place is not None:
        return Probed(place=place, service=True)
    end = ends.resolve(network, meant(network, request.destination, request.prefix))
    if end.is_outside:
        return Probed(service=end.component.id == "s3")
    found = end.component
    owner = ends.owner_of(network, found) if isinstance(found, Interface) else found
    if isinstance(owner, DbInstance):
        return Probed(database=owner.id, addresses=_addresses(network, end))
    return Probed()


def _addresses(network: Network, end: End) -> tuple[IPv4Address | IPv6Address, ...]:
    found: Sequence[Interface] = [network.interfaces[each] for each in end.interfaces]
    return tuple(
        address
        for each in found
        if not each.assumed
        for address in (*each.private_ips, *each.ipv6_addresses, each.public_ip)
        if address is not None
    )
