"""What packets come from and go to: interfaces, and what stands behind them."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import ClassVar

from scripts.reachability.model.base import Component


@dataclass(frozen=True, kw_only=True)
class Interface(Component):
    """An elastic network interface.

    Attributes
    ----------
    private_ips
        IPv4 addresses, the primary one first.
    public_ip
        Address that the internet knows it by, where it has one.
    assumed
        True where only an apply will tell its addresses: those given here are possible ones of its subnet.
    owner
        Id of what it belongs to: an instance, a NAT gateway, a load balancer's ARN, a DB instance's
        identifier, a VPC endpoint; empty where nobody is known.
    label
        What to call it in a sentence while AWS has not named it: its owner, and the subnet; else empty. Not a
        name that it can be asked for by.
    """

    kind: ClassVar[str] = "network-interface"
    vpc: str
    subnet: str
    private_ips: tuple[IPv4Address, ...] = ()
    ipv6_addresses: tuple[IPv6Address, ...] = ()
    public_ip: IPv4Address | None = None
    groups: tuple[str, ...] = ()
    source_dest_check: bool = True
    status: str = "in-use"
    owner: str = ""
    assumed: bool = False
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Instance(Component):
    """``state`` is AWS's: only a ``running`` one sends and answers."""

    kind: ClassVar[str] = "instance"
    interfaces: tuple[str, ...] = ()
    state: str = "running"


@dataclass(frozen=True)
class Target:
    """One registered target: an instance's id or an IP address, with the port that it is spoken to at."""

    id: str
    port: int


@dataclass(frozen=True, kw_only=True)
class TargetGroup(Component):
    """``id`` is the ARN. ``health_port`` is None where each target is checked at its own port."""

    kind: ClassVar[str] = "target-group"
    vpc: str | None = None
    by_ip: bool = False
    protocol: int = 6
    health_port: int | None = None
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Listener(Component):
    """``target_groups`` are those that its default action and its rules forward to."""

    kind: ClassVar[str] = "listener"
    port: int
    protocol: int = 6
    target_groups: tuple[str, ...] = ()
    #: True where some action answers without a target: redirect, fixed response.
    answers_itself: bool = False


@dataclass(frozen=True, kw_only=True)
class LoadBalancer(Component):
    """``id`` is the ARN; ``type`` is ``application`` or ``network``."""

    kind: ClassVar[str] = "load-balancer"
    vpc: str
    type: str = "application"
    internet_facing: bool = True
    subnets: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    listeners: tuple[Listener, ...] = ()
    cross_zone: bool = True
    state: str = "active"


@dataclass(frozen=True, kw_only=True)
class DbInstance(Component):
    """A DB instance; ``id`` is its identifier.

    Attributes
    ----------
    interfaces
        Those in whose place it may be: one, or before an apply one for each subnet that it may be put into.
    host
        Name of its endpoint; empty while there is none.
    """

    kind: ClassVar[str] = "db-instance"
    engine: str
    port: int
    interfaces: tuple[str, ...] = ()
    publicly_accessible: bool = False
    host: str = ""
    status: str = "available"


@dataclass(frozen=True, kw_only=True)
class GlueConnection(Component):
    """Where the workers of Glue's jobs stand that use this connection; ``id`` is its name.

    Attributes
    ----------
    interfaces
        Those that two workers of a job would get, and never others: Glue makes them when a job runs, and each
        worker has the connection's subnet and security groups. A question is about the first.
    jobs
        Names and Terraform addresses of the jobs, which it can be asked for by, too.
    state
        AWS's word: only a ``READY`` one is used.
    """

    kind: ClassVar[str] = "glue-connection"
    vpc: str
    subnet: str
    interfaces: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    state: str = "READY"
