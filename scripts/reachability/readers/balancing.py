"""What load balancers do by themselves, whoever describes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from scripts.reachability.model import TCP, UDP, Listener

#: IP protocols of a listener's or target group's protocol.
PROTOCOLS: Mapping[str, Sequence[int]] = {
    "HTTP": (TCP,),
    "HTTPS": (TCP,),
    "TCP": (TCP,),
    "TLS": (TCP,),
    "UDP": (UDP,),
    "QUIC": (UDP,),
    "TCP_UDP": (TCP, UDP),
    "TCP_QUIC": (TCP, UDP),
}

#: Actions that answer without a target.
_ANSWERS = {"redirect", "fixed-response"}


def of_listener(actions: Iterable[tuple[str, Sequence[tuple[str, int]]]]) -> tuple[tuple[str, ...], bool]:
    """Target groups that actions forward to, and whether some action answers itself.

    Parameters
    ----------
    actions
        Type of each, and the target groups that it forwards to with their weights: what has the weight 0
        gets nothing.
    """
    found: dict[str, None] = {}
    itself = False
    for kind, groups in actions:
        itself = itself or kind in _ANSWERS
        found |= {group: None for group, weight in groups if weight != 0}
    return tuple(found), itself


def listeners(
    identifier: str,
    port: int,
    protocol: str,
    groups: tuple[str, ...],
    answers_itself: bool,
    address: str = "",
) -> list[Listener]:
    """A listener, once for each IP protocol that it takes.

    Raises
    ------
    ValueError
        Nobody here knows its protocol.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"the protocol {protocol} of a listener is not known")
    return [
        Listener(
            id=identifier,
            address=address,
            port=port,
            protocol=number,
            target_groups=groups,
            answers_itself=answers_itself,
        )
        for number in PROTOCOLS[protocol]
    ]


def keeps_client(attribute: str | None, target_type: str, protocol: str) -> bool:
    """Whether a Network Load Balancer's targets see the client's address.

    Source: Elastic Load Balancing, "Edit target group attributes for your Network Load Balancer", client IP
    preservation: on for instances and for UDP, off for targets by address over TCP and TLS, unless it is set.
    """
    if attribute is not None:
        return attribute == "true"
    return target_type == "instance" or protocol not in ("TCP", "TLS")
