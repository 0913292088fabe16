"""Protocols and ports as AWS and Terraform write them."""

from __future__ import annotations

from scripts.reachability.model import ALL, ICMP, ICMPV6, TCP, UDP, Traffic

#: Names that AWS or Terraform's provider take in place of a number.
_NUMBERS = {
    "all": ALL, "-1": ALL, "tcp": TCP, "udp": UDP, "icmp": ICMP, "icmpv6": ICMPV6, "esp": 50, "ah": 51,
}  # fmt: skip


def protocol_number(name: object) -> int:
    """IANA's number of a protocol, or -1 for all of them.

    Raises
    ------
    ValueError
        Nobody knows such a protocol.
    """
    written = str(name).lower()
    number = _NUMBERS.get(written)
    if number is None:
        number = int(written)
    if not -1 <= number <= 255:
        raise ValueError(f"{name} is no protocol's number")
    return number


def traffic(protocol: object, first: int | None, last: int | None) -> Traffic:
    """What a rule speaks of.

    Parameters
    ----------
    protocol
        A name or a number; ``-1`` and ``all`` are every protocol.
    first, last
        Range of ports, or ICMP type and code; None and -1 are any.

    Raises
    ------
    ValueError
        Nobody knows such a protocol, or the range ends before it begins.
    """
    number = protocol_number(protocol)
    if number not in (TCP, UDP, ICMP, ICMPV6):
        return Traffic(number)
    begin, end = (-1 if each is None else int(each) for each in (first, last))
    if number in (TCP, UDP):
        if begin == -1:
            return Traffic(number)
        if not 0 <= begin <= end <= 65535:
            raise ValueError(f"{begin}-{end} is no range of ports")
    return Traffic(number, begin, end)
