"""Environments as plain data, for tests of what is drawn and listed."""

from __future__ import annotations

from scripts.inspection.from_terraform import environment
from scripts.inspection.model import (
    AclRule,
    Alarm,
    Bucket,
    DbInstance,
    DeliveryStream,
    Endpoint,
    Environment,
    GroupRule,
    Instance,
    InternetGateway,
    Listener,
    LoadBalancer,
    NatGateway,
    NetworkAcl,
    Queue,
    Resource,
    Route,
    RouteTable,
    SecurityGroup,
    Stream,
    Subnet,
    Table,
    Target,
    Topic,
    Vpc,
)

TIERS = ("public", "application", "database")


def lab(zones: int, *, nat_per_zone: bool = False, name: str = "sourcelab") -> Environment:
    """The course's environment in so many zones, as AWS shows it after an apply."""
    letters = "abcdefgh"[:zones]
    found: list[Resource] = [
        Vpc(id="vpc-1", name=name, cidrs=("10.0.0.0/16",), state="available"),
        InternetGateway(id="igw-1", name=name, vpc="vpc-1"),
    ]
    for number, tier in enumerate(TIERS):
        found += [
            Subnet(
                id=f"subnet-{number}{letter}",
                name=f"{name}-{tier}-us-east-1{letter}",
                vpc="vpc-1",
                zone=f"us-east-1{letter}",
                cidr=f"10.0.{number * 64 + place * 8}.0/21",
                tier=tier,
            )
            for place, letter in enumerate(letters)
        ]
        rule = AclRule(egress=False, number=100, allow=True, traffic="tcp 80", cidr="0.0.0.0/0")
        subnets = tuple(f"subnet-{number}{letter}" for letter in letters)
        found.append(
            NetworkAcl(id=f"acl-{number}", name=f"{name}-{tier}", vpc="vpc-1", subnets=subnets, rules=(rule,))
        )
    found += _routing(letters, nat_per_zone, name)
    found += _groups(name)
    found += _machines(letters, name)
    found += [
        Bucket(id=f"{name}-lake", name=f"{name}-lake"),
        Stream(id=f"{name}-events", name=f"{name}-events", shards=1),
        DeliveryStream(
            id=f"{name}-events",
            name=f"{name}-events",
            source=f"{name}-events",
            bucket=f"{name}-lake",
            prefix="bronze/events/year=!{timestamp:yyyy}/",
        ),
        Queue(id=f"{name}-orders", name=f"{name}-orders", dead_letters=f"{name}-dead"),
        Queue(id=f"{name}-dead", name=f"{name}-dead"),
        Topic(id=f"{name}-alarms", name=f"{name}-alarms"),
        Alarm(id=f"{name}-cpu", name=f"{name}-cpu", state="INSUFFICIENT_DATA", topics=(f"{name}-alarms",)),
        Table(id=f"{name}-Forum", name=f"{name}-Forum", keys=("Name",), state="ACTIVE"),
    ]
    return environment(name, "a test", found)


def _routing(letters: str, nat_per_zone: bool, name: str) -> list[Resource]:
    nats = [
        NatGateway(
            id=f"nat-{letter}", name=f"{name}-{letter}", subnet=f"subnet-0{letter}", public_ip="54.1.2.3"
        )
        for letter in (letters if nat_per_zone else letters[:1])
    ]
    local = Route("VPC", "local")
    tables = [
        RouteTable(
            id=f"rtb-1{letter}",
            name=f"{name}-application-{letter}",
            vpc="vpc-1",
            subnets=(f"subnet-1{letter}",),
            routes=(
                local,
                Route("0.0.0.0/0", f"nat-{letter if nat_per_zone else letters[0]}"),
                Route("s3", "vpce-s3"),
            ),
        )
        for letter in letters
    ]
    return [
        *nats,
        *tables,
        RouteTable(
            id="rtb-0",
            name=f"{name}-public",
            vpc="vpc-1",
            subnets=tuple(f"subnet-0{letter}" for letter in letters),
            routes=(local, Route("0.0.0.0/0", "igw-1")),
        ),
        RouteTable(id="rtb-main", name="rtb-main", vpc="vpc-1", main=True, routes=(local,)),
        Endpoint(
            id="vpce-s3",
            name=f"{name}-s3",
            vpc="vpc-1",
            service="s3",
            route_tables=tuple(table.id for table in tables),
        ),
    ]


def _groups(name: str) -> list[Resource]:
    return [
        SecurityGroup(
            id="sg-lb", name=f"{name}-load-balancer", vpc="vpc-1",
            rules=(
                GroupRule(egress=False, peer="0.0.0.0/0", traffic="tcp 80"),
                GroupRule(egress=True, peer="sg-app", traffic="tcp 80"),
            ),
        ),
        SecurityGroup(
            id="sg-app", name=f"{name}-application", vpc="vpc-1",
            rules=(GroupRule(egress=False, peer="sg-lb", traffic="tcp 80"),),
        ),
        SecurityGroup(
            id="sg-db", name=f"{name}-database", vpc="vpc-1",
            rules=(
                GroupRule(egress=False, peer="sg-app", traffic="tcp 3306"),
                GroupRule(egress=False, peer="sg-app", traffic="tcp 5432"),
                GroupRule(egress=False, peer="sg-bastion", traffic="tcp 5432"),
            ),
        ),
        SecurityGroup(id="sg-bastion", name=f"{name}-bastion", vpc="vpc-1"),
    ]  # fmt: skip


def _machines(letters: str, name: str) -> list[Resource]:
    return [
        LoadBalancer(
            id=name,
            name=name,
            state="active",
            subnets=tuple(f"subnet-0{letter}" for letter in letters),
            groups=("sg-lb",),
            listeners=(Listener(80, "HTTP", "forward", (Target("i-1", 80, "unhealthy"),)),),
        ),
        Instance(
            id="i-1", name=f"{name}-application", state="running", type="t3.micro", subnets=("subnet-1a",),
            groups=("sg-app",), private_ip="10.0.64.4",
        ),
        Instance(
            id="i-2", name=f"{name}-bastion", state="stopped", type="t3.micro", subnets=("subnet-0a",),
            groups=("sg-bastion",), private_ip="10.0.0.4", public_ip="54.1.2.4",
        ),
        DbInstance(
            id=f"{name}-mysql", name=f"{name}-mysql", state="available", engine="mysql", version="8.4.6",
            instance_class="db.t4g.micro", endpoint="127.20.0.2", port=3306, zone="us-east-1b",
            subnets=tuple(f"subnet-2{letter}" for letter in letters), groups=("sg-db",),
        ),
        DbInstance(
            id=f"{name}-postgres", name=f"{name}-postgres", state="creating", engine="postgres", version="16",
            instance_class="db.t4g.micro", port=5432,
            subnets=tuple(f"subnet-2{letter}" for letter in letters), groups=("sg-db",),
        ),
    ]  # fmt: skip
