"""The connectivity assignment of the course, as answers of AWS.

A bastion in the right VPC, one in a wrong one, and a database whose security group admits only itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts import network_snapshot
from scripts.reachability.readers.aws import COMMANDS

Document = dict[str, Any]

ALL: Document = {"IpProtocol": "-1"}
EVERYBODY: Document = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}

VPC, OTHER_VPC = "vpc-lab", "vpc-other"
BASTION, STRANGER, DATABASE = "lab-bastion", "lab-stranger", "lab-postgres"
DATABASE_GROUP, BASTION_GROUP = "sg-database", "sg-bastion"


def documents(*, admitted: Sequence[str] = (DATABASE_GROUP,)) -> dict[str, Document]:
    """The account's answers.

    Parameters
    ----------
    admitted
        Security groups that the database's own group admits on port 5432.
    """
    nothing = {each.name: {each.member: []} for each in COMMANDS.values() if not each.asked}
    return nothing | {
        "describe-vpcs": {"Vpcs": [_vpc(VPC, "10.0.0.0/16"), _vpc(OTHER_VPC, "172.31.0.0/16")]},
        "describe-subnets": {
            "Subnets": [
                _subnet("subnet-public", VPC, "10.0.1.0/24"),
                _subnet("subnet-database", VPC, "10.0.2.0/24"),
                _subnet("subnet-other", OTHER_VPC, "172.31.1.0/24"),
            ]
        },
        "describe-internet-gateways": {
            "InternetGateways": [
                {"InternetGatewayId": "igw-lab", "Attachments": [{"VpcId": VPC, "State": "available"}]}
            ]
        },
        "describe-route-tables": {
            "RouteTables": [
                _table("rtb-public", VPC, "10.0.0.0/16", ["subnet-public"], gateway="igw-lab"),
                _table("rtb-main", VPC, "10.0.0.0/16"),
                _table("rtb-other", OTHER_VPC, "172.31.0.0/16"),
            ]
        },
        "describe-network-acls": {"NetworkAcls": [_acl("acl-lab", VPC), _acl("acl-other", OTHER_VPC)]},
        "describe-security-groups": {
            "SecurityGroups": [
                _group(BASTION_GROUP, VPC, "bastion"),
                _group(DATABASE_GROUP, VPC, "database", _from_groups(5432, admitted)),
                _group("sg-stranger", OTHER_VPC, "stranger"),
            ]
        },
        "describe-network-interfaces": {
            "NetworkInterfaces": [
                _interface(
                    "eni-bastion", "subnet-public", VPC, "10.0.1.10", BASTION_GROUP, "i-bastion", "54.0.0.10"
                ),
                _interface(
                    "eni-stranger", "subnet-other", OTHER_VPC, "172.31.1.10", "sg-stranger", "i-stranger"
                ),
                _interface("eni-database", "subnet-database", VPC, "10.0.2.10", DATABASE_GROUP),
            ]
        },
        "describe-instances": {
            "Reservations": [
                {
                    "Instances": [
                        _instance("i-bastion", BASTION, "eni-bastion"),
                        _instance("i-stranger", STRANGER, "eni-stranger"),
                    ]
                }
            ]
        },
        "describe-db-instances": {"DBInstances": [_database()]},
    }


def save(folder: Path, **options: Any) -> Path:
    """The account in a folder of saved answers."""
    network_snapshot.save(documents(**options), folder)
    return folder


def _vpc(name: str, cidr: str) -> Document:
    associated = {"CidrBlock": cidr, "CidrBlockState": {"State": "associated"}}
    return {"VpcId": name, "CidrBlock": cidr, "CidrBlockAssociationSet": [associated], "State": "available"}


def _subnet(name: str, vpc: str, cidr: str) -> Document:
    return {"SubnetId": name, "VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": "us-east-1a"}


def _table(name: str, vpc: str, cidr: str, subnets: Sequence[str] = (), gateway: str = "") -> Document:
    routes = [{"DestinationCidrBlock": cidr, "GatewayId": "local", "State": "active"}]
    if gateway:
        routes.append({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway, "State": "active"})
    associations: list[Document] = [{"SubnetId": each, "Main": False} for each in subnets]
    return {
        "RouteTableId": name, "VpcId": vpc, "Routes": routes, "Associations": associations or [{"Main": True}]
    }  # fmt: skip


def _acl(name: str, vpc: str) -> Document:
    entries = [
        {
            "RuleNumber": number,
            "Egress": egress,
            "RuleAction": action,
            "Protocol": "-1",
            "CidrBlock": "0.0.0.0/0",
        }
        for egress in (False, True)
        for number, action in ((100, "allow"), (32767, "deny"))
    ]
    return {"NetworkAclId": name, "VpcId": vpc, "IsDefault": True, "Entries": entries, "Associations": []}


def _group(name: str, vpc: str, title: str, *ingress: Document) -> Document:
    return {
        "GroupId": name, "VpcId": vpc, "GroupName": title,
        "IpPermissions": list(ingress), "IpPermissionsEgress": [{**ALL, **EVERYBODY}],
    }  # fmt: skip


def _from_groups(port: int, groups: Sequence[str]) -> Document:
    pairs = [{"GroupId": each, "UserId": "000000000000"} for each in groups]
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": pairs}


def _interface(
    name: str, subnet: str, vpc: str, address: str, group: str, instance: str = "", public: str = ""
) -> Document:
    found: Document = {
        "NetworkInterfaceId": name, "SubnetId": subnet, "VpcId": vpc, "PrivateIpAddress": address,
        "PrivateIpAddresses": [{"PrivateIpAddress": address, "Primary": True}],
        "Groups": [{"GroupId": group}], "SourceDestCheck": True, "Status": "in-use",
        "InterfaceType": "interface", "Description": "" if instance else "RDSNetworkInterface",
        "Attachment": {"InstanceId": instance} if instance else {"InstanceOwnerId": "amazon-rds"},
        "RequesterManaged": not instance,
    }  # fmt: skip
    if public:
        found["Association"] = {"PublicIp": public}
    return found


def _instance(name: str, title: str, interface: str) -> Document:
    return {
        "InstanceId": name, "State": {"Name": "running"}, "Tags": [{"Key": "Name", "Value": title}],
        "NetworkInterfaces": [{"NetworkInterfaceId": interface, "Attachment": {"DeviceIndex": 0}}],
    }  # fmt: skip


def _database() -> Document:
    return {
        "DBInstanceIdentifier": DATABASE, "Engine": "postgres", "DBInstanceStatus": "available",
        "Endpoint": {"Address": f"{DATABASE}.example.us-east-1.rds.amazonaws.com", "Port": 5432},
        "PubliclyAccessible": False, "VpcSecurityGroups": [{"VpcSecurityGroupId": DATABASE_GROUP}],
        "DBSubnetGroup": {"VpcId": VPC, "Subnets": [{"SubnetIdentifier": "subnet-database"}]},
    }  # fmt: skip
