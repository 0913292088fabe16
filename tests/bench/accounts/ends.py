"""Of a made-up VPC who sends and answers: load balancers, DB instances, instances."""

from __future__ import annotations

from tests.bench.accounts.account import ABOUT, ACCOUNT, REGION, ZONES, Vpc, tags
from tests.bench.accounts.filters import group, permission

_ENGINES = {"mysql": 3306, "postgres": 5432}
#: Interfaces for each load balancer and for each DB instance.
_PER_BALANCER, _PER_DATABASE = 100, 50


def populate(vpc: Vpc) -> None:
    """As many ends as the VPC is to have interfaces."""
    for number in range(max(1, vpc.size // _PER_BALANCER)):
        _balancer(vpc, number)
    for number in range(max(1, vpc.size // _PER_DATABASE)):
        _database(vpc, number)
    number = 0
    while vpc.left:
        _instance(vpc, number)
        number += 1


def _instance(vpc: Vpc, number: int) -> str:
    random = vpc.account.random
    tier = "public" if number % 10 == 0 else "application"
    instance = vpc.account.id("i")
    groups = (vpc.admin,) if tier == "public" else (vpc.services[number % len(vpc.services)],)
    if number % 4 == 1:
        groups += (random.choice(vpc.services),)
    interface = vpc.interface(tier, ZONES[number % 3], groups, public=tier == "public", instance=instance)
    attached = {"DeviceIndex": 0, "Status": "attached"}
    held = {"NetworkInterfaceId": interface["NetworkInterfaceId"], "Attachment": attached}
    described = {
        "InstanceId": instance,
        "State": {"Name": "stopped" if number % 50 == 49 else "running"},
        "VpcId": vpc.id,
        "SubnetId": interface["SubnetId"],
        "NetworkInterfaces": [held],
        "Tags": tags(f"vpc-{vpc.number}-instance-{number}"),
    }
    vpc.account.add("describe-instances", {"Instances": [described]})
    return instance


def _balancer(vpc: Vpc, number: int) -> None:
    name = f"vpc-{vpc.number}-balancer-{number}"
    base = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
    arn = f"{base}:loadbalancer/app/{name}/{number:016x}"
    group = f"{base}:targetgroup/{name}/{number:016x}"
    described = f"ELB app/{name}/{number:016x}"
    for zone in ZONES:
        vpc.interface("public", zone, (vpc.front,), public=True, description=described)
    add = vpc.account.add
    add(
        "describe-load-balancers",
        {
            "LoadBalancerArn": arn,
            "LoadBalancerName": name,
            "Type": "application",
            "Scheme": "internet-facing",
            "VpcId": vpc.id,
            "State": {"Code": "active"},
            "SecurityGroups": [vpc.front],
            "AvailabilityZones": [
                {"ZoneName": f"{REGION}{zone}", "SubnetId": vpc.subnets["public", zone][0]} for zone in ZONES
            ],
        },
    )
    forward = {"Type": "forward", "TargetGroupArn": group}
    add(
        "describe-listeners",
        {
            ABOUT: arn,
            "ListenerArn": f"{base}:listener/app/{name}/{number:016x}/{number:016x}",
            "LoadBalancerArn": arn,
            "Port": 80,
            "Protocol": "HTTP",
            "DefaultActions": [forward],
        },
    )
    add(
        "describe-target-groups",
        {
            "TargetGroupArn": group,
            "TargetGroupName": name,
            "Protocol": "HTTP",
            "Port": 80,
            "VpcId": vpc.id,
            "TargetType": "instance",
            "HealthCheckPort": "traffic-port",
            "LoadBalancerArns": [arn],
        },
    )
    targets = [_instance(vpc, each) for each in (1, 6)]
    _targets(vpc, group, targets)


def _targets(vpc: Vpc, group: str, instances: list[str]) -> None:
    for instance in instances:
        vpc.account.add(
            "describe-target-health",
            {
                ABOUT: group,
                "Target": {"Id": instance, "Port": 80},
                "TargetHealth": {"State": "healthy"},
            },
        )


def _database(vpc: Vpc, number: int) -> None:
    engine = list(_ENGINES)[number % 2]
    port = _ENGINES[engine]
    name = f"vpc-{vpc.number}-database-{number}"
    users = vpc.account.random.sample(vpc.services, min(3, len(vpc.services)))
    own = group(vpc, name, [permission("tcp", port, group=each) for each in users], [])
    zone = ZONES[number % 3]
    interface = vpc.interface("data", zone, (own,), description="RDSNetworkInterface")
    subnets = [
        {
            "SubnetIdentifier": vpc.subnets["data", each][0],
            "SubnetAvailabilityZone": {"Name": f"{REGION}{each}"},
        }
        for each in ZONES
    ]
    vpc.account.add(
        "describe-db-instances",
        {
            "DBInstanceIdentifier": name,
            "DBInstanceStatus": "available",
            "Engine": engine,
            "AvailabilityZone": f"{REGION}{zone}",
            "PubliclyAccessible": False,
            "Endpoint": {"Address": interface["PrivateIpAddress"], "Port": port},
            "VpcSecurityGroups": [{"VpcSecurityGroupId": own, "Status": "active"}],
            "DBSubnetGroup": {
                "DBSubnetGroupName": f"vpc-{vpc.number}",
                "VpcId": vpc.id,
                "Subnets": subnets,
            },
        },
    )
