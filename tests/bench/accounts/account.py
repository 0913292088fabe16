"""What all parts of a made-up account add to, and what a VPC of it knows of itself."""

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
ZONES = ("a", "b", "c")
TIERS = ("public", "application", "data")
#: Key of an item that says what was asked about.
ABOUT = "about"


@dataclass
class Account:
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
                about[item.pop(ABOUT)].append(item)
            found[command.name] = {thing: {command.member: listed} for thing, listed in about.items()}
        return found

    def id(self, kind: str) -> str:
        """An id that nothing else has."""
        return f"{kind}-{next(self.ids):017x}"

    def add(self, command: str, item: Document) -> Document:
        """One entry more of a command's answer."""
        self.items[command].append(item)
        return item


class Vpc:
    """One VPC of ``size`` interfaces, in the ring of ``of`` VPCs; ``left`` are those still to be made."""

    def __init__(self, account: Account, number: int, of: int, size: int) -> None:
        self.account, self.number, self.of, self.left = account, number, of, size
        self.size = size
        self.id = f"vpc-{number:017x}"
        self.cidr = IPv4Network((int(IPv4Address("10.0.0.0")) + number * 2**16, 16))
        self.subnets: dict[tuple[str, str], tuple[str, IPv4Network]] = {}
        self.used: defaultdict[str, count[int]] = defaultdict(lambda: count(4))
        self.services: list[str] = []
        self.front = self.admin = ""

    def interface(
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
        """One interface more, in the subnet of a tier and a zone."""
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


def tags(name: str) -> list[Document]:
    """Tags with a Name alone."""
    return [{"Key": "Name", "Value": name}]
