"""The layers above the network, in their order: each is asked only where the one before lets it be judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from scripts import connections
from scripts.config import Settings
from scripts.connections import Access, Credentials
from scripts.doctor import login, names, permission, storage, tcp, tls
from scripts.doctor.layer import Layer, Outcome, Spot, stopped
from scripts.doctor.storage import Place
from scripts.errors import MissingError, RemoteError

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True)
class _Asked:
    """A layer to ask.

    Attributes
    ----------
    needed
        False where the next can be asked though nobody can judge this one.
    stops
        False where the next does not rest on it at all.
    """

    name: str
    ask: Callable[[], Layer]
    needed: bool = True
    stops: bool = True


def of_database(
    settings: Settings,
    session: boto3.Session,
    identifier: str,
    *,
    port: int | None = None,
    user: Credentials | None = None,
    database: str | None = None,
    expected: Sequence[IPv4Address | IPv6Address] = (),
    seconds: float = tcp.SECONDS,
) -> list[Layer]:
    """Name, TCP, TLS and login of a DB instance.

    Parameters
    ----------
    identifier
        ``DBInstanceIdentifier``.
    port
        Another port than its own: then nobody knows what is spoken there, and TCP is the last layer.
    user
        Who logs in; the master user, from Secrets Manager, when not given.
    database
        Which database is used.
    expected
        Addresses of its interface in the model of the network.
    seconds
        How long each silence is waited for.

    Raises
    ------
    InstanceNotFoundError
        There is none of that identifier.
    """
    endpoint = connections.find(session, identifier)
    layers = [names.NAME, tcp.NAME, tls.NAME, login.NAME]
    if endpoint.host is None or endpoint.port is None:
        return stopped(layers, f"DB instance {identifier} is {endpoint.status} and has no endpoint yet.")
    spot = Spot(
        endpoint.host,
        port or endpoint.port,
        "mysql" if endpoint.speaks_mysql else "postgres",
        settings.tunnels.get(identifier),
        tuple(expected),
        identifier if endpoint.status == "stopped" else "",
    )
    if port not in (None, endpoint.port):
        asked, reason = (
            _ground(spot, seconds),
            f"The DB instance speaks at port {endpoint.port}, not at {port}.",
        )
        return [*_in_order(asked), *stopped([tls.NAME, login.NAME], reason)]

    def shake_hands() -> Layer:
        return tls.shake_hands(spot, connections.authority(settings), seconds)

    def log_in() -> Layer:
        who = user or connections.credentials(session, endpoint)
        to = Access(endpoint, who, connections.authority(settings), spot.tunnel)
        return login.log_in(to, database, given=user is not None)

    return _in_order([*_ground(spot, seconds), _Asked(tls.NAME, shake_hands), _Asked(login.NAME, log_in)])


def of_storage(
    session: boto3.Session,
    place: Place | None,
    *,
    authorized: Callable[[], Layer] | None = None,
    seconds: float = tcp.SECONDS,
) -> list[Layer]:
    """Name, TCP, TLS of S3's endpoint, what policies say of the source, and S3's answer to this machine.

    Parameters
    ----------
    place
        A bucket or an object; without one the service alone is asked.
    authorized
        Judges whether the source may read there; None where the source has no role that could be judged.
    """
    spot = storage.spot(session)

    def answer() -> Layer:
        if place is None:
            return Layer(storage.NAME, Outcome.NOT_JUDGED, "no bucket is named", "Name one: s3://BUCKET/KEY")
        return storage.ask(session, place)

    judged = [_Asked(permission.NAME, authorized, stops=False)] if authorized else []
    return _in_order(
        [
            *_ground(spot, seconds),
            _Asked(tls.NAME, lambda: tls.shake_hands(spot, None, seconds), needed=spot.speaks == "https"),
            *judged,
            _Asked(storage.NAME, answer),
        ]
    )


def _ground(spot: Spot, seconds: float) -> list[_Asked]:
    resolved = names.resolve(spot)
    return [
        # Through a tunnel it is the far end that looks the name up.
        _Asked(names.NAME, lambda: resolved.layer, needed=spot.tunnel is None),
        _Asked(tcp.NAME, lambda: tcp.connect(spot, resolved.addresses, seconds)),
    ]


def _in_order(asked: Sequence[_Asked]) -> list[Layer]:
    """Ask one after the other, until one is not passed."""
    found: list[Layer] = []
    for number, each in enumerate(asked):
        try:
            layer = each.ask()
        except MissingError as missing:
            meaning = "What is needed to ask is missing."
            layer = Layer(each.name, Outcome.NOT_JUDGED, missing.what, meaning, missing.hint)
        except RemoteError as refused:
            meaning = "AWS does not show what is needed to ask."
            layer = Layer(each.name, Outcome.NOT_JUDGED, refused.what, meaning, refused.hint)
        except ClientError as refused:
            meaning = "AWS does not show what is needed to ask."
            layer = Layer(each.name, Outcome.NOT_JUDGED, str(refused), meaning)
        found.append(layer)
        if not each.stops:
            continue
        if layer.outcome is Outcome.FAILED or (layer.outcome is Outcome.NOT_JUDGED and each.needed):
            said = "not passed" if layer.outcome is Outcome.FAILED else "not judged"
            rest = [later.name for later in asked[number + 1 :]]
            return found + stopped(rest, f"It rests on {layer.name}, which is {said}.")
    return found
