"""Protocols and ports as people read them, the same from every source."""

from __future__ import annotations

from typing import Any

_NUMBERS = {"-1": "all traffic", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}


def traffic(protocol: Any, first: Any, last: Any) -> str:
    """``tcp 80``, ``udp 1024-65535``, ``icmp`` or ``all traffic``.

    Parameters
    ----------
    protocol
        AWS's name or number of it; ``-1`` is all.
    first, last
        Ports, both included; of no meaning where the protocol has none, and None while not known.
    """
    name = _NUMBERS.get(str(protocol), str(protocol))
    if name not in ("tcp", "udp"):
        return name
    if first is None or last is None:
        return f"{name} ?"
    first, last = int(first), int(last)
    if (first, last) in ((0, 65535), (-1, -1)):
        return f"{name} all ports"
    return f"{name} {first}" if first == last else f"{name} {first}-{last}"
