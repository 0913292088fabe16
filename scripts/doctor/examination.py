"""Probes of a destination, and what whoever reads them must know: they come from this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scripts.config import Settings
from scripts.connections import Credentials
from scripts.doctor import diagnosis, permission, probes
from scripts.doctor.diagnosis import Diagnosis, Probed, Request
from scripts.doctor.layer import Layer
from scripts.reachability import ends
from scripts.reachability.model import Instance

if TYPE_CHECKING:
    import boto3


def examine(
    settings: Settings,
    session: boto3.Session,
    found: Diagnosis,
    request: Request,
    *,
    user: Credentials | None = None,
    database: str | None = None,
) -> Diagnosis:
    """The diagnosis with the layers above the network, where the destination has any that can be asked.

    Parameters
    ----------
    found
        The network's answers, also where they are a no: what else must change is known at once.
    user
        Who logs in; the master user when not given.
    database
        Which database is logged in to.
    """
    target = diagnosis.probed(found.network, request)
    first, last = found.answers[-1].question.ports or (0, 0)
    if request.protocol != "tcp" or first != last:
        return replace(found, notes=("Only a single TCP port can be probed: the network's verdict is all.",))
    layers: Sequence[Layer] = ()
    if target.service:
        authorized = _authorized(session, found, target)
        layers = probes.of_storage(session, target.place, authorized=authorized)
    elif target.database:
        layers = probes.of_database(
            settings,
            session,
            target.database,
            port=first or None,
            user=user,
            database=database,
            expected=target.addresses,
        )
    return replace(found, layers=tuple(layers), notes=tuple(_notes(settings, target, request)))


def _authorized(session: boto3.Session, found: Diagnosis, target: Probed) -> Callable[[], Layer] | None:
    """What judges the policies for the instance that asks S3; None where no instance does, or for nothing."""
    answer, place = found.answers[-1], target.place
    source = ends.resolve(found.network, answer.question.source).component
    if place is None or not isinstance(source, Instance):
        return None
    return lambda: permission.judge(session, source.id, place, answer)


def _notes(settings: Settings, target: Probed, request: Request) -> Iterator[str]:
    if not (target.service or target.database):
        yield (
            f"{request.destination} is not probed: only DB instances and S3 have an endpoint that can be "
            "asked from here."
        )
        return
    tunnel = settings.tunnels.get(target.database)
    way = f"through the tunnel at {tunnel[0]}:{tunnel[1]}" if tunnel else "from this machine"
    yield (
        f"Asked {way}, not from {request.source}: these layers say how the destination is, whatever the "
        "network lets through."
    )
