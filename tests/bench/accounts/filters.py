"""Of a made-up VPC what lets packets pass: network ACLs, security groups that refer to each other."""

from __future__ import annotations

from tests.bench.accounts.account import ACCOUNT, S3_LIST, TIERS, ZONES, Document, Vpc

_PORTS = (80, 443, 3306, 5432, 6379, 8080, 9092)
#: Interfaces for each group.
_PER_GROUP = 4


def acls(vpc: Vpc) -> None:
    """One network ACL for each tier."""
    own = str(vpc.cidr)
    allow = {
        "public": [_entry(100, "-1", "0.0.0.0/0")],
        "application": [
            _entry(90, "6", f"10.{(vpc.number - 1) % vpc.of}.0.0/16", (22, 22), deny=True),
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
    for tier in TIERS:
        last = [_entry(32767, "-1", "0.0.0.0/0", egress=egress, deny=True) for egress in (True, False)]
        vpc.account.add(
            "describe-network-acls",
            {
                "NetworkAclId": vpc.account.id("acl"),
                "VpcId": vpc.id,
                "IsDefault": tier == "public",
                "Entries": [*allow[tier], *answers[tier], *last],
                "Associations": [{"SubnetId": vpc.subnets[tier, zone][0]} for zone in ZONES],
                "Tags": [],
            },
        )


def groups(vpc: Vpc) -> None:
    """Groups of load balancers and people, and of services that call each other."""
    random = vpc.account.random
    web = [permission("tcp", port, cidr="0.0.0.0/0") for port in (80, 443)]
    vpc.front = group(vpc, "front", web)
    vpc.admin = group(vpc, "admin", [permission("tcp", 22, cidr="198.51.100.0/24")])
    for number in range(max(4, vpc.size // _PER_GROUP)):
        before = random.sample(vpc.services, min(len(vpc.services), random.randint(1, 3)))
        ingress = [permission("tcp", random.choice(_PORTS), group=each) for each in before]
        ingress.append(permission("tcp", 22, group=vpc.admin))
        if number % 5 == 0:
            ingress.append(permission("tcp", 80, group=vpc.front))
        if number % 20 == 7:
            there = (vpc.number + 1) % vpc.of
            ingress.append(permission("tcp", 8080, cidr=f"10.{there}.{number % 8 * 16}.0/20"))
        egress = None
        if number % 10 == 3:
            egress = [
                permission("tcp", 443, prefix_list=S3_LIST),
                *(permission("tcp", port, cidr=str(vpc.cidr)) for port in (3306, 5432)),
            ]
        vpc.services.append(group(vpc, f"service-{number}", ingress, egress))


def group(vpc: Vpc, name: str, ingress: list[Document], egress: list[Document] | None = None) -> str:
    """One security group more; everything may leave where no egress is given."""
    made = vpc.account.id("sg")
    everywhere = [permission("-1", None, cidr="0.0.0.0/0")]
    vpc.account.add(
        "describe-security-groups",
        {
            "GroupId": made,
            "GroupName": f"{name}-{vpc.number}",
            "Description": name,
            "VpcId": vpc.id,
            "IpPermissions": ingress,
            "IpPermissionsEgress": everywhere if egress is None else egress,
            "Tags": [],
        },
    )
    return made


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


def permission(
    protocol: str, port: int | None, *, cidr: str = "", group: str = "", prefix_list: str = ""
) -> Document:
    """One rule, with a single port where it has any."""
    ports = {} if port is None else {"FromPort": port, "ToPort": port}
    return {
        "IpProtocol": protocol,
        **ports,
        "IpRanges": [{"CidrIp": cidr}] if cidr else [],
        "Ipv6Ranges": [],
        "UserIdGroupPairs": [{"GroupId": group, "UserId": ACCOUNT}] if group else [],
        "PrefixListIds": [{"PrefixListId": prefix_list}] if prefix_list else [],
    }
