"""Accounts of any size, as AWS's describe calls tell of them: made up, and the same for the same size.

Most interfaces are those of instances; the others belong to load balancers, databases and NAT gateways. Every
service has a security group that admits the groups of services before it, so that hundreds of groups refer
to each other. Subnets of a tier share a network ACL; those of applications have a route table and a NAT
gateway for each zone. VPCs stand in a ring of peerings.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from itertools import count
from random import Random
from typing import Any

from scripts.reachability.readers.aws import COMMANDS

Document = dict[str, Any]

REGION = "us-east-1"
ACCOUNT = "000000000000"
S3_LIST = "pl-63a5400a"
_ZONES = ("a", "b", "c")
_TIERS = ("public", "application", "data")
_PORTS = (80, 443, 3306, 5432, 6379, 8080, 9092)
_LEAST = 100
#: Key of an item that says what was asked about.
_ABOUT = "about"
_ENGINES = {"mysql": 3306, "postgres": 5432}
#: Interfaces for each VPC, for each group and for each load balancer.
_PER_VPC, _PER_GROUP, _PER_BALANCER = 250, 4, 100


def documents(interfaces: int) -> dict[str, Document]:
    """The answers of the describe calls of an account.

    Parameters
    ----------
    interfaces
        How many network interfaces it has: 100 at least.

    Returns
    -------
    dict
        The command line's name of each call (``describe-vpcs``) to its whole answer.
    """
    if interfaces < _LEAST:
        raise ValueError(f"an account of {interfaces} interfaces: {_LEAST} are the least")
    account = _Account(Random(interfaces))
    vpcs = max(2, interfaces // _PER_VPC)
    for number in range(vpcs):
        size = interfaces // vpcs + (number < interfaces % vpcs)
        _Vpc(account, number, vpcs, size).build()
    return account.documents()


@dataclass
class _Account:
    """What all VPCs of the account add to."""

    random: Random
    items: defaultdict[str, list[Document]] = field(default_factory=lambda: defaultdict(list))
    ids: count[int] = field(default_factory=lambda: count(1))
    public: count[int] = field(default_factory=lambda: count(int(IPv4Address("54.0.0.1"))))

    def __post_init__(self) -> None:
        name = f"com.amazonaws.{REGION}.s3"
        cidrs = ["52.216.0.0/15", "3.5.0.0/19", "16.15.176.0/20"]
        self.items["describe-prefix-lists"].append(
            {"PrefixListId": S3_LIST, "PrefixListName": name, "Cidrs": cidrs}
        )

    def documents(self) -> dict[str, Document]:
        """Every command's answer; of those that are asked about one thing, the answer about each."""
        found: dict[str, Document] = {}
        for command in COMMANDS.values():
            items = self.items[command.name]
            if not command.asked:
                found[command.name] = {command.member: items}
                continue
            about: defaultdict[str, list[Document]] = defaultdict(list)
            for item in items:
                about[item.pop(_ABOUT)].append(item)
            found[command.name] = {thing: {command.member: listed} for thing, listed in about.items()}
        return found

    def id(self, kind: str) -> str:
        return f"{kind}-{next(self.ids):017x}"

    def add(self, command: str, item: Document) -> Document:
        self.items[command].append(item)
        return item


class _Vpc:
    """One VPC of ``size`` interfaces, in the ring of ``of`` VPCs."""

    def __init__(self, account: _Account, number: int, of: int, size: int) -> None:
        self.account, self.number, self.of, self.left = account, number, of, size
        self.size = size
        self.id = f"vpc-{number:017x}"
        self.cidr = IPv4Network((int(IPv4Address("10.0.0.0")) + number * 2**16, 16))
        self.subnets: dict[tuple[str, str], tuple[str, IPv4Network]] = {}
        self.used: defaultdict[str, count[int]] = defaultdict(lambda: count(4))
        self.services: list[str] = []

    def build(self) -> None:
        add = self.account.add
        associated = {"CidrBlock": str(self.cidr), "CidrBlockState": {"State": "associated"}}
        add(
            "describe-vpcs",
            {
                "VpcId": self.id,
                "CidrBlock": str(self.cidr),
                "CidrBlockAssociationSet": [associated],
                "Ipv6CidrBlockAssociationSet": [],
                "IsDefault": False,
                "State": "available",
                "Tags": _name(f"vpc-{self.number}"),
            },
        )
        self._subnets()
        self._routing()
        self._acls()
        self._groups()
        for number in range(max(1, self.size // _PER_BALANCER)):
            self._balancer(number)
        for number in range(max(1, self.size // 50)):
            self._database(number)
        number = 0
        while self.left:
            self._instance(number)
            number += 1

    def _subnets(self) -> None:
        blocks = self.cidr.subnets(new_prefix=20)
        for tier in _TIERS:
            for zone in _ZONES:
                cidr, id_ = next(blocks), self.account.id("subnet")
                self.subnets[tier, zone] = id_, cidr
                self.account.add(
                    "describe-subnets",
                    {
                        "SubnetId": id_,
                        "VpcId": self.id,
                        "CidrBlock": str(cidr),
                        "AvailabilityZone": f"{REGION}{zone}",
                        "MapPublicIpOnLaunch": tier == "public",
                        "Ipv6CidrBlockAssociationSet": [],
                        "State": "available",
                        "Tags": _name(f"vpc-{self.number}-{tier}-{zone}"),
                    },
                )

    def _routing(self) -> None:
        add, id_ = self.account.add, self.account.id
        gateway, endpoint = id_("igw"), id_("vpce")
        attached = [{"VpcId": self.id, "State": "available"}]
        add("describe-internet-gateways", {"InternetGatewayId": gateway, "Attachments": attached, "Tags": []})
        everywhere = {"DestinationCidrBlock": "0.0.0.0/0"}
        peers = [
            {"DestinationCidrBlock": cidr, "VpcPeeringConnectionId": peering}
            for peering, cidr in self._peerings()
        ]
        self._table("public", _ZONES, [{**everywhere, "GatewayId": gateway}, *peers])
        self._table("data", _ZONES, [], main=True)
        service = {"DestinationPrefixListId": S3_LIST, "GatewayId": endpoint}
        private = []
        for zone in _ZONES:
            out = {**everywhere, "NatGatewayId": self._nat(zone)}
            private.append(self._table("application", (zone,), [out, service, *peers]))
        add(
            "describe-vpc-endpoints",
            {
                "VpcEndpointId": endpoint,
                "VpcEndpointType": "Gateway",
                "VpcId": self.id,
                "ServiceName": f"com.amazonaws.{REGION}.s3",
                "State": "available",
                "RouteTableIds": private,
                "NetworkInterfaceIds": [],
                "Tags": [],
            },
        )

    def _table(self, tier: str, zones: tuple[str, ...], routes: list[Document], *, main: bool = False) -> str:
        table = self.account.id("rtb")
        own = {"DestinationCidrBlock": str(self.cidr), "GatewayId": "local"}
        associations: list[Document] = [
            {"RouteTableId": table, "SubnetId": self.subnets[tier, zone][0], "Main": False} for zone in zones
        ]
        if main:
            associations.append({"RouteTableId": table, "Main": True})
        self.account.add(
            "describe-route-tables",
            {
                "RouteTableId": table,
                "VpcId": self.id,
                "Associations": associations,
                "Routes": [{**each, "State": "active", "Origin": "CreateRoute"} for each in (own, *routes)],
                "Tags": _name(f"vpc-{self.number}-{tier}"),
            },
        )
        return table

    def _nat(self, zone: str) -> str:
        nat = self.account.id("nat")
        interface = self._interface(
            "public",
            zone,
            (),
            public=True,
            type="nat_gateway",
            description=f"Interface for NAT Gateway {nat}",
        )
        self.account.add(
            "describe-nat-gateways",
            {
                "NatGatewayId": nat,
                "VpcId": self.id,
                "SubnetId": self.subnets["public", zone][0],
                "ConnectivityType": "public",
                "State": "available",
                "NatGatewayAddresses": [
                    {
                        "NetworkInterfaceId": interface["NetworkInterfaceId"],
                        "PrivateIp": interface["PrivateIpAddress"],
                        "PublicIp": interface["Association"]["PublicIp"],
                    }
                ],
                "Tags": [],
            },
        )
        return nat

    def _peerings(self) -> list[tuple[str, str]]:
        """Peerings that this VPC has routes for: the id and the other side's CIDR."""
        found = []
        for before, after in {(self.number - 1, self.number), (self.number, self.number + 1)}:
            requester, accepter = before % self.of, after % self.of
            if self.of == 2 and (requester, accepter) != (0, 1):
                continue
            peering = f"pcx-{requester:017x}"
            other = accepter if requester == self.number else requester
            found.append((peering, f"10.{other}.0.0/16"))
            if requester == self.number:
                self.account.add(
                    "describe-vpc-peering-connections",
                    {
                        "VpcPeeringConnectionId": peering,
                        "RequesterVpcInfo": {"VpcId": f"vpc-{requester:017x}"},
                        "AccepterVpcInfo": {"VpcId": f"vpc-{accepter:017x}"},
                        "Status": {"Code": "active"},
                        "Tags": [],
                    },
                )
        return sorted(found)

    def _acls(self) -> None:
        own = str(self.cidr)
        allow = {
            "public": [_entry(100, "-1", "0.0.0.0/0")],
            "application": [
                _entry(90, "6", f"10.{(self.number - 1) % self.of}.0.0/16", (22, 22), deny=True),
                _entry(100, "6", "10.0.0.0/8"),
                _entry(110, "6", "0.0.0.0/0", (1024, 65535)),
            ],
            "data": [_entry(100, "6", own), _entry(110, "6", "10.0.0.0/9", (3306, 5432))],
        }
        answers = {
            "public": [_entry(100, "-1", "0.0.0.0/0", egress=True)],
            "application": [_entry(100, "-1", "0.0.0.0/0", egress=True)],
            "data": [_entry(100, "6", "10.0.0.0/8", (1024, 65535), egress=True)],
        }
        for tier in _TIERS:
            last = [_entry(32767, "-1", "0.0.0.0/0", egress=egress, deny=True) for egress in (True, False)]
            self.account.add(
                "describe-network-acls",
                {
                    "NetworkAclId": self.account.id("acl"),
                    "VpcId": self.id,
                    "IsDefault": tier == "public",
                    "Entries": [*allow[tier], *answers[tier], *last],
                    "Associations": [{"SubnetId": self.subnets[tier, zone][0]} for zone in _ZONES],
                    "Tags": [],
                },
            )

    def _group(self, name: str, ingress: list[Document], egress: list[Document] | None = None) -> str:
        group = self.account.id("sg")
        everywhere = [_permission("-1", None, cidr="0.0.0.0/0")]
        self.account.add(
            "describe-security-groups",
            {
                "GroupId": group,
                "GroupName": f"{name}-{self.number}",
                "Description": name,
                "VpcId": self.id,
                "IpPermissions": ingress,
                "IpPermissionsEgress": everywhere if egress is None else egress,
                "Tags": [],
            },
        )
        return group

    def _groups(self) -> None:
        random = self.account.random
        web = [_permission("tcp", port, cidr="0.0.0.0/0") for port in (80, 443)]
        self.front = self._group("front", web)
        self.admin = self._group("admin", [_permission("tcp", 22, cidr="198.51.100.0/24")])
        for number in range(max(4, self.size // _PER_GROUP)):
            before = random.sample(self.services, min(len(self.services), random.randint(1, 3)))
            ingress = [_permission("tcp", random.choice(_PORTS), group=each) for each in before]
            ingress.append(_permission("tcp", 22, group=self.admin))
            if number % 5 == 0:
                ingress.append(_permission("tcp", 80, group=self.front))
            if number % 20 == 7:
                there = (self.number + 1) % self.of
                ingress.append(_permission("tcp", 8080, cidr=f"10.{there}.{number % 8 * 16}.0/20"))
            egress = None
            if number % 10 == 3:
                egress = [
                    _permission("tcp", 443, prefix_list=S3_LIST),
                    *(_permission("tcp", port, cidr=str(self.cidr)) for port in (3306, 5432)),
                ]
            self.services.append(self._group(f"service-{number}", ingress, egress))

    def _interface(
        self,
        tier: str,
        zone: str,
        groups: tuple[str, ...],
        *,
        public: bool = False,
        type: str = "interface",
        description: str = "",
        instance: str = "",
    ) -> Document:
        self.left -= 1
        subnet, cidr = self.subnets[tier, zone]
        private = str(cidr[next(self.used[subnet])])
        association: Document = {}
        if public:
            association = {"Association": {"PublicIp": str(IPv4Address(next(self.account.public)))}}
        attachment: Document = {}
        if instance:
            attached = {"InstanceId": instance, "DeviceIndex": 0, "Status": "attached"}
            attachment = {"Attachment": attached}
        return self.account.add(
            "describe-network-interfaces",
            {
                "NetworkInterfaceId": self.account.id("eni"),
                "VpcId": self.id,
                "SubnetId": subnet,
                "AvailabilityZone": f"{REGION}{zone}",
                "Description": description,
                "InterfaceType": type,
                "Status": "in-use",
                "SourceDestCheck": type == "interface",
                "PrivateIpAddress": private,
                "PrivateIpAddresses": [{"PrivateIpAddress": private, "Primary": True, **association}],
                "Ipv6Addresses": [],
                "Groups": [{"GroupId": group, "GroupName": group} for group in groups],
                "TagSet": [],
                **association,
                **attachment,
            },
        )

    def _instance(self, number: int) -> str:
        random = self.account.random
        tier = "public" if number % 10 == 0 else "application"
        instance = self.account.id("i")
        groups = (self.admin,) if tier == "public" else (self.services[number % len(self.services)],)
        if number % 4 == 1:
            groups += (random.choice(self.services),)
        interface = self._interface(
            tier, _ZONES[number % 3], groups, public=tier == "public", instance=instance
        )
        attached = {"DeviceIndex": 0, "Status": "attached"}
        held = {"NetworkInterfaceId": interface["NetworkInterfaceId"], "Attachment": attached}
        described = {
            "InstanceId": instance,
            "State": {"Name": "stopped" if number % 50 == 49 else "running"},
            "VpcId": self.id,
            "SubnetId": interface["SubnetId"],
            "NetworkInterfaces": [held],
            "Tags": _name(f"vpc-{self.number}-instance-{number}"),
        }
        self.account.add("describe-instances", {"Instances": [described]})
        return instance

    def _balancer(self, number: int) -> None:
        name = f"vpc-{self.number}-balancer-{number}"
        base = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
        arn = f"{base}:loadbalancer/app/{name}/{number:016x}"
        group = f"{base}:targetgroup/{name}/{number:016x}"
        described = f"ELB app/{name}/{number:016x}"
        for zone in _ZONES:
            self._interface("public", zone, (self.front,), public=True, description=described)
        add = self.account.add
        add(
            "describe-load-balancers",
            {
                "LoadBalancerArn": arn,
                "LoadBalancerName": name,
                "Type": "application",
                "Scheme": "internet-facing",
                "VpcId": self.id,
                "State": {"Code": "active"},
                "SecurityGroups": [self.front],
                "AvailabilityZones": [
                    {"ZoneName": f"{REGION}{zone}", "SubnetId": self.subnets["public", zone][0]}
                    for zone in _ZONES
                ],
            },
        )
        forward = {"Type": "forward", "TargetGroupArn": group}
        add(
            "describe-listeners",
            {
                _ABOUT: arn,
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
                "VpcId": self.id,
                "TargetType": "instance",
                "HealthCheckPort": "traffic-port",
                "LoadBalancerArns": [arn],
            },
        )
        targets = [self._instance(each) for each in (1, 6)]
        self.targets(group, targets)

    def targets(self, group: str, instances: list[str]) -> None:
        for instance in instances:
            self.account.add(
                "describe-target-health",
                {
                    _ABOUT: group,
                    "Target": {"Id": instance, "Port": 80},
                    "TargetHealth": {"State": "healthy"},
                },
            )

    def _database(self, number: int) -> None:
        engine = list(_ENGINES)[number % 2]
        port = _ENGINES[engine]
        name = f"vpc-{self.number}-database-{number}"
        users = self.account.random.sample(self.services, min(3, len(self.services)))
        group = self._group(name, [_permission("tcp", port, group=each) for each in users], [])
        zone = _ZONES[number % 3]
        interface = self._interface("data", zone, (group,), description="RDSNetworkInterface")
        subnets = [
            {
                "SubnetIdentifier": self.subnets["data", each][0],
                "SubnetAvailabilityZone": {"Name": f"{REGION}{each}"},
            }
            for each in _ZONES
        ]
        self.account.add(
            "describe-db-instances",
            {
                "DBInstanceIdentifier": name,
                "DBInstanceStatus": "available",
                "Engine": engine,
                "AvailabilityZone": f"{REGION}{zone}",
                "PubliclyAccessible": False,
                "Endpoint": {"Address": interface["PrivateIpAddress"], "Port": port},
                "VpcSecurityGroups": [{"VpcSecurityGroupId": group, "Status": "active"}],
                "DBSubnetGroup": {
                    "DBSubnetGroupName": f"vpc-{self.number}",
                    "VpcId": self.id,
                    "Subnets": subnets,
                },
            },
        )


def _name(name: str) -> list[Document]:
    return [{"Key": "Name", "Value": name}]


def _entry(
    number: int,
    protocol: str,
    cidr: str,
    ports: tuple[int, int] | None = None,
    *,
    egress: bool = False,
    deny: bool = False,
) -> Document:
    entry: Document = {
        "RuleNumber": number,
        "Protocol": protocol,
        "RuleAction": "deny" if deny else "allow",
        "Egress": egress,
        "CidrBlock": cidr,
    }
    if protocol == "6":
        first, last = ports or (0, 65535)
        entry["PortRange"] = {"From": first, "To": last}
    return entry


def _permission(
    protocol: str, port: int | None, *, cidr: str = "", group: str = "", prefix_list: str = ""
) -> Document:
    ports = {} if port is None else {"FromPort": port, "ToPort": port}
    return {
        "IpProtocol": protocol,
        **ports,
        "IpRanges": [{"CidrIp": cidr}] if cidr else [],
        "Ipv6Ranges": [],
        "UserIdGroupPairs": [{"GroupId": group, "UserId": ACCOUNT}] if group else [],
        "PrefixListIds": [{"PrefixListId": prefix_list}] if prefix_list else [],
    }
