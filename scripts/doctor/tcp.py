"""TCP: whether anybody takes the connection. Silence and refusal tell different things."""

from __future__ import annotations

import os
import socket

from scripts.doctor.layer import Layer, Outcome, Spot
from scripts.doctor.names import Addresses

NAME = "TCP"

#: A connection inside a region takes milliseconds; what takes longer than this is silence.
SECONDS = 5.0


def connect(spot: Spot, addresses: Addresses, seconds: float = SECONDS) -> Layer:
    """Connect, and close again.

    Parameters
    ----------
    spot
        Where to.
    addresses
        What its name was resolved to: a silent private address says nothing of another machine's way.
    seconds
        How long silence is waited for.
    """
    host, port = spot.door
    where = f"{host}:{port}" + (f" (the tunnel to {spot.host}:{spot.port})" if spot.tunnel else "")
    try:
        with socket.create_connection((host, port), seconds):
            return Layer(NAME, Outcome.OK, f"{where} took the connection", "Somebody listens there.")
    except TimeoutError:
        return _silent(spot, where, addresses, seconds)
    except ConnectionRefusedError:
        return _refused(spot, where)
    except OSError as error:
        said = error.strerror or os.strerror(error.errno or 0)
        return _no_way(where, said, addresses, tunnel=bool(spot.tunnel))


def _refused(spot: Spot, where: str) -> Layer:
    if spot.tunnel:
        meaning = "Nothing listens at this end of the tunnel: it is not open."
        step = "Open it again (README, On AWS), with the port that LAB_DB_TUNNELS names."
    elif spot.stopped:
        meaning = f"DB instance {spot.stopped} is stopped: nobody listens there until it is started."
        step = f"Start it: awslocal rds start-db-instance --db-instance-identifier {spot.stopped}"
    else:
        meaning = (
            "The machine is there and answers that nobody listens at this port. Packets pass in both "
            "directions: no route, network ACL or security group is at fault."
        )
        step = "Start the server, or ask for the port that it listens on (lab status)."
    return Layer(NAME, Outcome.FAILED, f"{where} refused the connection at once", meaning, step)


def _silent(spot: Spot, where: str, addresses: Addresses, seconds: float) -> Layer:
    seen = f"{where} did not answer within {seconds:g} s"
    if not spot.tunnel and _elsewhere(addresses):
        return _from_here_alone(seen)
    return Layer(
        NAME,
        Outcome.FAILED,
        seen,
        "Silence: packets are dropped on the way there or back (a security group, a network ACL, a route "
        "that is missing), or the machine is off or too busy to take connections.",
        "Repair what the network's verdict names; if it names nothing, look whether the server runs.",
    )


def _no_way(where: str, said: str, addresses: Addresses, *, tunnel: bool) -> Layer:
    seen = f"{where}: {said}"
    if not tunnel and _elsewhere(addresses):
        return _from_here_alone(seen)
    return Layer(
        NAME,
        Outcome.FAILED,
        seen,
        "This machine has no way there.",
        "Check this machine's own network and VPN.",
    )


def _from_here_alone(seen: str) -> Layer:
    return Layer(
        NAME,
        Outcome.NOT_JUDGED,
        seen,
        "The address is private: unless this machine is in that network, its silence here says nothing of "
        "the source.",
        "Run this on the source itself, or open a tunnel through the bastion and set LAB_DB_TUNNELS "
        "(README, On AWS).",
    )


def _elsewhere(addresses: Addresses) -> bool:
    """Whether these are addresses inside a VPC, which only machines in it reach."""
    return bool(addresses) and all(each.is_private and not each.is_loopback for each in addresses)
