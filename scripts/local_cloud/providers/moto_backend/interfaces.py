"""Network interfaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.utils import random_eni_attach_id

from scripts.local_cloud.providers.moto_backend.core import all_ec2, ec2, tags_of


class Interface(NetworkInterface):
    """Moto's interface with what AWS knows besides.

    Moto's own draws a random address that may be the network's, the broadcast or another's
    (`elastic_network_interfaces.py:118`), shows the union of its groups and its instance's (`:305`), and its
    MAC address is none (`utils.py:288`).

    Attributes
    ----------
    owner
        The service whose machine it hangs on (``amazon-rds``); empty when it is a customer's own.
    lent_public_ip
        A public address that is lent until the instance stops, unlike an elastic one.
    lender
        Whose the lent address is.
    wants_public_ip
        Whether a public address is lent at every start of the instance.
    """

    owner = ""
    lent_public_ip: str | None = None
    lender = "amazon"
    wants_public_ip = False

    @property
    def group_set(self) -> list[Any]:
        """The interface's own groups alone."""
        groups: list[Any] = self._group_set
        return groups

    def delete(self) -> None:
        """Called by Moto at every termination of its instance, the second one too."""
        if self.id in self.ec2_backend.enis:
            remove(self.ec2_backend.account_id, self.ec2_backend.region_name, self.id)


def _interfaces(backend: Any) -> dict[str, Any]:
    """All interfaces; one that Moto made for a service that we do not stand before becomes ours."""
    held: dict[str, Any] = backend.enis
    for each in held.values():
        if type(each) is NetworkInterface:
            each.__class__ = Interface
    return held


def new(
    account_id: str,
    region: str,
    *,
    subnet_id: str,
    private_ips: Sequence[str],
    ipv6_addresses: Sequence[str],
    group_ids: Sequence[str],
    mac_address: str,
    description: str,
    interface_type: str,
    source_dest_check: bool,
    tags: Mapping[str, str],
) -> str:
    """Make and register an interface that nothing is attached to; the first address is its primary one."""
    backend = ec2(account_id, region)
    made = Interface(
        backend,
        backend.get_subnet(subnet_id),
        private_ips[0] if private_ips else None,
        [{"Primary": not index, "PrivateIpAddress": ip} for index, ip in enumerate(private_ips)],
        group_ids=list(group_ids),
        description=description,
        tags=dict(tags),
        ipv6_addresses=list(ipv6_addresses),
    )
    made.requester_id = account_id
    made.mac_address = mac_address
    made.interface_type = interface_type
    made.source_dest_check = source_dest_check
    made.device_index = None
    backend.enis[made.id] = made
    set_groups(account_id, region, made.id, group_ids)
    return str(made.id)


def hang(account_id: str, region: str, interface_id: str, owner: str, requester_id: str) -> None:
    """Show the interface as requested by a service and attached to that service's own machine."""
    held = ec2(account_id, region).enis[interface_id]
    attachment = random_eni_attach_id()
    held.owner = owner
    held.requester_id = requester_id
    held.requester_managed = True
    held.status = "in-use"
    held.attachment_id = attachment if owner == "amazon-rds" else attachment.replace("eni-", "ela-", 1)
    held.attach_time = utcnow()
    held.device_index = 1


def set_groups(account_id: str, region: str, interface_id: str, group_ids: Sequence[str]) -> None:
    """Replace an interface's groups."""
    backend = ec2(account_id, region)
    backend.enis[interface_id]._group_set = [backend.get_security_group_from_id(group) for group in group_ids]


def change(account_id: str, region: str, interface_id: str, attributes: Mapping[str, Any]) -> None:
    """Set attributes, by Moto's names, of an interface."""
    held = ec2(account_id, region).enis[interface_id]
    for name, value in attributes.items():
        setattr(held, name, value)


def assign(account_id: str, region: str, interface_id: str, given: Sequence[str], *, version: int) -> None:
    """Add secondary IPv4, or IPv6, addresses to an interface."""
    held = ec2(account_id, region).enis[interface_id]
    if version == 4:
        held.private_ip_addresses += [{"Primary": False, "PrivateIpAddress": address} for address in given]
    else:
        held.ipv6_addresses += given


def unassign(account_id: str, region: str, interface_id: str, gone: Sequence[str]) -> None:
    """Take addresses from an interface."""
    held = ec2(account_id, region).enis[interface_id]
    held.private_ip_addresses = [
        item for item in held.private_ip_addresses if item["PrivateIpAddress"] not in gone
    ]
    held.ipv6_addresses = [address for address in held.ipv6_addresses if address not in gone]


def detach(account_id: str, region: str, interface_id: str) -> None:
    """Make an interface available again."""
    held = ec2(account_id, region).enis[interface_id]
    held.instance.detach_eni(held)
    held.lent_public_ip = None


def lend_public_ip(account_id: str, region: str, interface_id: str, address: str | None, lender: str) -> None:
    """Give an interface a public address that is not elastic, or with None take it back."""
    held = ec2(account_id, region).enis[interface_id]
    held.lent_public_ip = address
    held.lender = lender


def remove(account_id: str, region: str, interface_id: str) -> None:
    """Forget an interface, its tags, and the association of an elastic address with it."""
    backend = ec2(account_id, region)
    gone = backend.enis.pop(interface_id)
    for address in backend.addresses:
        if address.eni is gone:
            address.eni = address.instance = address.association_id = None
    for item in gone.private_ip_addresses:
        gone.subnet.del_subnet_ip(item["PrivateIpAddress"])
    backend.tags.pop(interface_id, None)


def ids(account_id: str, region: str) -> list[str]:
    """The ids of every interface of an account and region."""
    return list(ec2(account_id, region).enis)


def describe(account_id: str, region: str, interface_id: str) -> dict[str, Any] | None:
    """An interface as ``DescribeNetworkInterfaces`` shows it, or None."""
    backend = ec2(account_id, region)
    held = _interfaces(backend).get(interface_id)
    if held is None:
        return None
    vpc = backend.get_vpc(held.subnet.vpc_id)
    association = _association(backend, held, named=vpc.enable_dns_hostnames)
    shown: dict[str, Any] = {
        "AvailabilityZone": held.subnet.availability_zone,
        "Description": held.description,
        "Groups": [{"GroupId": group.id, "GroupName": group.name} for group in held._group_set],
        "InterfaceType": held.interface_type,
        "Ipv6Addresses": [{"Ipv6Address": address} for address in held.ipv6_addresses],
        "MacAddress": held.mac_address,
        "NetworkInterfaceId": held.id,
        "OwnerId": account_id,
        "PrivateIpAddresses": [
            {
                "Primary": bool(item.get("Primary")),
                "PrivateIpAddress": item["PrivateIpAddress"],
                **({"Association": association} if association and item.get("Primary") else {}),
                **(_private_name(region, item["PrivateIpAddress"]) if vpc.enable_dns_hostnames else {}),
            }
            for item in held.private_ip_addresses
        ],
        "RequesterId": held.requester_id,
        "RequesterManaged": held.requester_managed,
        "SourceDestCheck": held.source_dest_check,
        "Status": held.status,
        "SubnetId": held.subnet.id,
        "TagSet": tags_of(account_id, region, held.id),
        "VpcId": held.subnet.vpc_id,
    }
    if held.ipv6_addresses:
        shown["Ipv6Address"] = held.ipv6_addresses[0]
    if held.private_ip_address:
        shown["PrivateIpAddress"] = held.private_ip_address
        shown |= _private_name(region, held.private_ip_address) if vpc.enable_dns_hostnames else {}
    if association:
        shown["Association"] = association
    if held.attachment_id:
        shown["Attachment"] = _attachment(account_id, held)
    return shown


def _private_name(region: str, address: str) -> dict[str, str]:
    domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    return {"PrivateDnsName": f"ip-{address.replace('.', '-')}.{domain}"}


def _public_name(region: str, address: str) -> str:
    domain = "compute-1" if region == "us-east-1" else f"{region}.compute"
    return f"ec2-{address.replace('.', '-')}.{domain}.amazonaws.com"


def _association(backend: Any, held: Any, *, named: bool) -> dict[str, Any]:
    elastic = next((address for address in backend.addresses if address.eni is held), None)
    if elastic is None and not held.lent_public_ip:
        return {}
    address = elastic.public_ip if elastic else held.lent_public_ip
    shown = {
        "IpOwnerId": backend.account_id if elastic else held.lender,
        "PublicIp": address,
        "PublicDnsName": _public_name(backend.region_name, address) if named else "",
    }
    if elastic:
        shown |= {"AllocationId": elastic.allocation_id, "AssociationId": elastic.association_id}
    return shown


def _attachment(account_id: str, held: Any) -> dict[str, Any]:
    shown = {
        "AttachTime": held.attach_time,
        "AttachmentId": held.attachment_id,
        "DeleteOnTermination": bool(held.delete_on_termination),
        "DeviceIndex": held.device_index,
        "InstanceOwnerId": held.owner or account_id,
        "NetworkCardIndex": 0,
        "Status": "attached",
    }
    if held.instance is not None:
        shown["InstanceId"] = held.instance.id
    return shown


def taken_public() -> set[str]:
    """Every public address that is held in any account and region."""
    taken: set[str] = set()
    for backend in all_ec2():
        taken.update(address.public_ip for address in backend.addresses)
        taken.update(held.lent_public_ip for held in _interfaces(backend).values() if held.lent_public_ip)
    return taken
