"""Glue connections from AWS's answers, with the interfaces that their jobs' workers would get."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from ipaddress import IPv4Address, IPv4Network

from scripts.reachability.model import GlueConnection, Interface, Unmodelled
from scripts.reachability.readers.assembly import Found
from scripts.reachability.readers.aws.documents import Documents, Entry, read
from scripts.reachability.readers.workers import workers

#: Addresses of a subnet that AWS keeps for itself, at its beginning.
_RESERVED = 4


def connections(documents: Documents) -> Iterator[Found]:
    """Every connection that has a place in a VPC."""
    jobs: dict[str, list[str]] = defaultdict(list)
    for entry in documents.entries("get-jobs"):
        for name in (entry.get("Connections") or {}).get("Connections") or ():
            jobs[name].append(entry.get("Name", ""))
    yield from read(documents, "get-connections", partial(_connection, place=_Place(documents), jobs=jobs))


class _Place:
    """What is known of the VPCs, and which addresses are free."""

    def __init__(self, documents: Documents) -> None:
        self.subnets = {each["SubnetId"]: each for each in documents.entries("describe-subnets")}
        groups = documents.entries("describe-security-groups")
        self.groups = {each["GroupId"] for each in groups}
        self.default = {
            each["VpcId"]: each["GroupId"] for each in groups if each.get("GroupName") == "default"
        }
        self._taken = {
            (entry["VpcId"], address.get("PrivateIpAddress"))
            for entry in documents.entries("describe-network-interfaces")
            for address in (entry, *(entry.get("PrivateIpAddresses") or ()))
        }

    def free(self, subnet: Entry) -> tuple[IPv4Address, ...]:
        """A possible address; none where all are taken."""
        for address in list(IPv4Network(subnet["CidrBlock"]))[_RESERVED:-1]:
            if (subnet["VpcId"], str(address)) not in self._taken:
                self._taken.add((subnet["VpcId"], str(address)))
                return (address,)
        return ()


def _connection(entry: Entry, *, place: _Place, jobs: dict[str, list[str]]) -> Iterator[Found]:
    name = entry["Name"]
    wanted = entry.get("PhysicalConnectionRequirements") or {}
    if not wanted.get("SubnetId"):
        # Its jobs run outside of every VPC.
        return
    subnet = place.subnets.get(wanted["SubnetId"])
    if subnet is None:
        told = f"its subnet {wanted['SubnetId']} does not exist: its jobs cannot start, no question finds it"
        yield Unmodelled(name, "PhysicalConnectionRequirements", told)
        return
    asked = list(wanted.get("SecurityGroupIdList") or ())
    for group in asked:
        if group not in place.groups:
            told = f"its security group {group} does not exist: its jobs cannot start; the others are judged"
            yield Unmodelled(name, "PhysicalConnectionRequirements", told)
    groups = tuple(each for each in asked if each in place.groups)
    if not asked and subnet["VpcId"] in place.default:
        groups = (place.default[subnet["VpcId"]],)
    for worker in workers(name):
        yield Interface(
            id=worker,
            vpc=subnet["VpcId"],
            subnet=subnet["SubnetId"],
            private_ips=place.free(subnet),
            groups=groups,
            owner=name,
            assumed=True,
        )
    yield GlueConnection(
        id=name,
        name=name,
        vpc=subnet["VpcId"],
        subnet=subnet["SubnetId"],
        interfaces=workers(name),
        jobs=tuple(sorted(jobs[name])),
        state=entry.get("Status") or "READY",
    )
