"""Interfaces, instances and DB instances from AWS's answers, and who owns which interface."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address

from scripts.reachability.model import DbInstance, Instance, Interface, Unmodelled
from scripts.reachability.readers.assembly import Found
from scripts.reachability.readers.aws.documents import Documents, Entry, read, tags
from scripts.reachability.readers.aws.fields import unknown
from scripts.reachability.readers.engines import default_port

#: How AWS describes interfaces that belong to DB instances.
_OF_RDS = "RDSNetworkInterface"


def interfaces(documents: Documents) -> Iterator[Found]:
    """Interfaces with their owners, instances and DB instances."""
    owners: dict[str, str] = {}
    places = _Databases(documents)
    databases = list(read(documents, "describe-db-instances", places.read))
    for each in databases:
        if isinstance(each, DbInstance) and len(each.interfaces) == 1:
            owners[each.interfaces[0]] = each.id
    for entry in documents.entries("describe-nat-gateways"):
        for address in entry.get("NatGatewayAddresses") or ():
            owners[address.get("NetworkInterfaceId", "")] = entry.get("NatGatewayId", "")
    for entry in documents.entries("describe-vpc-endpoints"):
        owners |= dict.fromkeys(entry.get("NetworkInterfaceIds") or (), entry.get("VpcEndpointId", ""))
    balancers = {
        described(entry.get("LoadBalancerArn", "")): entry.get("LoadBalancerArn", "")
        for entry in documents.entries("describe-load-balancers")
    }
    yield from read(
        documents, "describe-network-interfaces", partial(_interface, owners=owners, balancers=balancers)
    )
    yield from _instances(documents)
    yield from databases


def described(arn: str) -> str:
    """How AWS describes the interfaces of a load balancer: ``ELB app/web/50dc6c495c0c9188``."""
    return f"ELB {arn.partition(':loadbalancer/')[2]}"


def _interface(entry: Entry, *, owners: Mapping[str, str], balancers: Mapping[str, str]) -> Iterator[Found]:
    identifier = entry["NetworkInterfaceId"]
    addresses = sorted(entry.get("PrivateIpAddresses") or (), key=lambda each: not each.get("Primary"))
    public = [each["Association"]["PublicIp"] for each in addresses if _public(each)]
    if not public and _public(entry):
        public = [entry["Association"]["PublicIp"]]
    ipv6 = sorted(entry.get("Ipv6Addresses") or (), key=lambda each: not each.get("IsPrimaryIpv6"))
    private = [each["PrivateIpAddress"] for each in addresses if each.get("PrivateIpAddress")]
    attachment = entry.get("Attachment") or {}
    yield Interface(
        id=identifier,
        name=tags(entry, "TagSet").get("Name", ""),
        vpc=entry["VpcId"],
        subnet=entry["SubnetId"],
        private_ips=tuple(
            map(IPv4Address, private or [each for each in (entry.get("PrivateIpAddress"),) if each])
        ),
        ipv6_addresses=tuple(IPv6Address(each["Ipv6Address"]) for each in ipv6),
        public_ip=IPv4Address(public[0]) if public else None,
        groups=tuple(each["GroupId"] for each in entry.get("Groups") or ()),
        source_dest_check=bool(entry.get("SourceDestCheck", True)),
        status=entry["Status"],
        owner=attachment.get("InstanceId")
        or owners.get(identifier)
        or balancers.get(entry.get("Description") or "", ""),
    )
    yield from unknown("NetworkInterface", identifier, entry)
    if len(public) > 1:
        told = f"only {public[0]} is taken: {', '.join(public[1:])} are not found under their addresses"
        yield Unmodelled(identifier, "several public addresses", told)
    for name in ("CarrierIp", "CustomerOwnedIp"):
        if (entry.get("Association") or {}).get(name):
            told = "traffic over the gateway that this address belongs to is not judged"
            yield Unmodelled(identifier, name, told)


def _public(entry: Entry) -> bool:
    return bool((entry.get("Association") or {}).get("PublicIp"))


def _instances(documents: Documents) -> Iterator[Found]:
    reservations = documents.entries("describe-instances")
    flat = {"Reservations": [each for one in reservations for each in one.get("Instances") or ()]}
    yield from read(Documents({"describe-instances": flat}), "describe-instances", _instance)


def _instance(entry: Entry) -> Iterator[Found]:
    state = entry["State"]["Name"]
    if state in ("terminated", "shutting-down"):
        return

    def place(interface: Entry) -> tuple[int, int]:
        attachment = interface.get("Attachment") or {}
        return attachment.get("NetworkCardIndex") or 0, attachment.get("DeviceIndex") or 0

    yield Instance(
        id=entry["InstanceId"],
        name=tags(entry).get("Name", ""),
        interfaces=tuple(
            each["NetworkInterfaceId"] for each in sorted(entry.get("NetworkInterfaces") or (), key=place)
        ),
        state=state,
    )
    if entry.get("OutpostArn"):
        yield Unmodelled(entry["InstanceId"], "OutpostArn", "further gateways decide on an Outpost")


class _Databases:
    """Finds the interfaces of DB instances: AWS never says which belongs to which."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._by_vpc: dict[str, list[Entry]] = defaultdict(list)
        for entry in documents.entries("describe-network-interfaces"):
            if entry.get("Description") == _OF_RDS:
                self._by_vpc[entry.get("VpcId", "")].append(entry)

    def read(self, entry: Entry) -> Iterator[Found]:
        """One DB instance, with a report where several interfaces may be its own."""
        identifier = entry["DBInstanceIdentifier"]
        endpoint = entry.get("Endpoint") or {}
        candidates, certain = self._candidates(entry)
        if not certain and len(candidates) > 1:
            ids = ", ".join(each["NetworkInterfaceId"] for each in candidates)
            told = f"AWS does not tell which of {ids} is its own: the answer holds for each of them"
            yield Unmodelled(identifier, "interface", told)
        if not candidates:
            told = "AWS shows no interface that could be its own: questions about it find no place"
            yield Unmodelled(identifier, "interface", told)
        if entry.get("DBClusterIdentifier"):
            told = (
                f"names of the cluster {entry['DBClusterIdentifier']} lead to whichever member has the role"
            )
            yield Unmodelled(identifier, "DB cluster", told)
        yield DbInstance(
            id=identifier,
            name=identifier,
            engine=entry["Engine"],
            port=int(endpoint.get("Port") or entry.get("DbInstancePort") or default_port(entry["Engine"])),
            interfaces=tuple(each["NetworkInterfaceId"] for each in candidates),
            publicly_accessible=bool(entry.get("PubliclyAccessible")),
            host=endpoint.get("Address") or "",
            status=entry["DBInstanceStatus"],
        )

    def _candidates(self, entry: Entry) -> tuple[Sequence[Entry], bool]:
        """Interfaces that may be the instance's, and whether they are so for certain."""
        subnets = entry.get("DBSubnetGroup") or {}
        there = self._by_vpc.get(subnets.get("VpcId") or "", [])
        host = (entry.get("Endpoint") or {}).get("Address") or ""
        resolved = {*self._documents.addresses(host), host}
        exact = [each for each in there if resolved & _addresses(each)]
        if exact:
            return exact, True
        places = {
            each["SubnetIdentifier"]: (each.get("SubnetAvailabilityZone") or {}).get("Name")
            for each in subnets.get("Subnets") or ()
        }
        groups = {
            each["VpcSecurityGroupId"]
            for each in entry.get("VpcSecurityGroups") or ()
            if each.get("Status", "active") in ("active", "adding")
        }
        fitting = [
            each
            for each in there
            if each["SubnetId"] in places
            and {group["GroupId"] for group in each.get("Groups") or ()} == groups
        ]
        # The standby of a Multi-AZ instance has an interface too, which takes no connections now.
        here = [each for each in fitting if places[each["SubnetId"]] == entry.get("AvailabilityZone")]
        return here or fitting, len(here) == 1


def _addresses(entry: Entry) -> set[str]:
    found = {each.get("PrivateIpAddress") for each in entry.get("PrivateIpAddresses") or ()}
    found |= {entry.get("PrivateIpAddress"), (entry.get("Association") or {}).get("PublicIp")}
    found |= {each.get("Ipv6Address") for each in entry.get("Ipv6Addresses") or ()}
    return {str(ip_address(each)) for each in found if each}
