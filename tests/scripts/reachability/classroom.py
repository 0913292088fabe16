"""The network that tests begin with: everything open that a lab needs, and a second VPC beside it.

In ``vpc-1`` a public subnet with a bastion and a NAT gateway, a private one with an app and a database,
an endpoint for S3; in ``vpc-2``, which is peered, a colleague's machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network

from scripts.reachability.model import (
    EgressOnlyGateway,
    Endpoint,
    Instance,
    Interface,
    InternetGateway,
    Network,
    NetworkAcl,
    Peering,
    PrefixList,
    RouteTable,
    SecurityGroup,
)
from tests.scripts.reachability import networks as make

SIX = (
    "100 in allow all 0.0.0.0/0",
    "100 out allow all 0.0.0.0/0",
    "101 in allow all ::/0",
    "101 out allow all ::/0",
)

OUT = ("all 0.0.0.0/0", "all ::/0")

PUBLIC = make.subnet("subnet-public", "vpc-1", "10.0.1.0/24", "us-east-1a", "2600:1f00::/64")
PRIVATE = make.subnet("subnet-private", "vpc-1", "10.0.2.0/24", "us-east-1b", "2600:1f00:0:1::/64")
GUARD = make.subnet("subnet-guard", "vpc-1", "10.0.3.0/24")
OTHER = make.subnet("subnet-other", "vpc-2", "10.1.1.0/24")

PUBLIC_ROUTES = {"10.0.0.0/16": "local", "0.0.0.0/0": "igw-1", "::/0": "igw-1", "10.1.0.0/16": "pcx-1"}
PRIVATE_ROUTES = {
    "10.0.0.0/16": "local",
    "0.0.0.0/0": "nat-1",
    "::/0": "eigw-1",
    "pl-s3": "vpce-s3",
    "10.1.0.0/16": "pcx-1",
}
OTHER_ROUTES = {"10.1.0.0/16": "local", "0.0.0.0/0": "igw-2", "10.0.0.0/16": "pcx-1"}


def classroom() -> Network:
    """Every path that a lab needs is open."""
    return make.network(
        make.vpc("vpc-1", "10.0.0.0/16", ipv6="2600:1f00::/56"), PUBLIC, PRIVATE,
        InternetGateway(id="igw-1", vpc="vpc-1"), EgressOnlyGateway(id="eigw-1", vpc="vpc-1"),
        make.nat("nat-1", PUBLIC, "10.0.1.5"),
        make.table("rtb-public", "vpc-1", PUBLIC_ROUTES, "subnet-public"),
        make.table("rtb-private", "vpc-1", PRIVATE_ROUTES),
        make.acl("acl-public", "vpc-1", SIX, "subnet-public"), make.acl("acl-private", "vpc-1", SIX),
        make.group("sg-bastion", "vpc-1", ["tcp 22 0.0.0.0/0", "tcp 22 ::/0"], OUT),
        make.group("sg-app", "vpc-1", ["tcp 8080 sg-bastion", "icmp 8 10.0.0.0/16"], OUT),
        make.group("sg-db", "vpc-1", ["tcp 5432 sg-bastion", "tcp 5432 sg-app"]),
        make.instance("bastion", PUBLIC, "10.0.1.10", "sg-bastion", public="3.0.0.10", ipv6="2600:1f00::a"),
        make.instance("app", PRIVATE, "10.0.2.30", "sg-app", ipv6="2600:1f00:0:1::1e"),
        make.database("db", PRIVATE, "10.0.2.20", "sg-db"),
        PrefixList(id="pl-s3", name="com.amazonaws.us-east-1.s3", cidrs=(ip_network("52.216.0.0/15"),)),
        Endpoint(id="vpce-s3", vpc="vpc-1", service="s3", prefix_list="pl-s3", route_tables=("rtb-private",)),
        Peering(id="pcx-1", requester="vpc-1", accepter="vpc-2"),
        make.vpc("vpc-2", "10.1.0.0/16"), OTHER, InternetGateway(id="igw-2", vpc="vpc-2"),
        make.table("rtb-other", "vpc-2", OTHER_ROUTES), make.acl("acl-other", "vpc-2"),
        make.group("sg-other", "vpc-2", ["tcp 22 sg-bastion"], ["all 0.0.0.0/0"]),
        make.instance("colleague", OTHER, "10.1.1.10", "sg-other"),
    )  # fmt: skip


def balanced(*nodes: str) -> Network:
    """The classroom with a load balancer ``lb`` before the application; at these addresses of its subnets."""
    places = {
        each: PUBLIC if each.startswith("10.0.1.") else PRIVATE
        for each in nodes or ("10.0.1.40", "10.0.2.40")
    }
    return classroom().having(
        *make.balancer("lb", places, "sg-lb"),
        make.target_group("i-app"),
        make.group("sg-lb", "vpc-1", ["tcp 80 0.0.0.0/0"], ["tcp 8080 sg-app"]),
        make.group("sg-app", "vpc-1", ["tcp 8080 sg-lb"], ["all 0.0.0.0/0"]),
    )


def guarded(*, check: bool = False) -> Network:
    """The classroom with a firewall machine, over which the public subnet reaches the private one."""
    face, box = make.instance("box", GUARD, "10.0.3.9", "sg-box")
    return classroom().having(
        GUARD,
        replace(face, source_dest_check=check),
        box,
        make.group("sg-box", "vpc-1", ["all 0.0.0.0/0"], ["all 0.0.0.0/0"]),
        make.table("rtb-public", "vpc-1", PUBLIC_ROUTES | {"10.0.2.0/24": "eni-box"}, "subnet-public"),
        make.group("sg-db", "vpc-1", ["tcp 5432 10.0.1.0/24"]),
    )


def routed(table: str, routes: Mapping[str, str], where: Network | None = None) -> Network:
    """A network with other routes in one of its tables."""
    where = where or classroom()
    old: RouteTable = where.route_tables[table]
    return where.having(replace(old, routes=tuple(make.route(*each) for each in routes.items())))


def without(routes: Mapping[str, str], *destinations: str) -> dict[str, str]:
    return {each: target for each, target in routes.items() if each not in destinations}


def ruled(group: str, ingress: list[str], egress: list[str], where: Network | None = None) -> Network:
    """A network in which a security group has other rules."""
    where = where or classroom()
    old: SecurityGroup = where.groups[group]
    return where.having(make.group(group, old.vpc, ingress, egress))


def listed(acl: str, entries: list[str], where: Network | None = None) -> Network:
    """A network in which a network ACL has other entries."""
    where = where or classroom()
    old: NetworkAcl = where.acls[acl]
    return where.having(replace(old, entries=tuple(map(make.entry, entries))))


def stopped(identifier: str, where: Network | None = None) -> Network:
    """A network in which an instance is stopped."""
    where = where or classroom()
    old: Instance = where.instances[identifier]
    return where.having(replace(old, state="stopped"))


def private_only(identifier: str, where: Network | None = None) -> Network:
    """A network in which an interface has no public address."""
    where = where or classroom()
    old: Interface = where.interfaces[identifier]
    return where.having(replace(old, public_ip=None))
