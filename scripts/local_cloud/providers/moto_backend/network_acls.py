"""Network ACLs: entries in the shape of ``DescribeNetworkAcls``, whole.

Moto loses the ICMP type and code (`responses/network_acls.py:23`) and knows the catch-all entry, which denies
what no other entry matched, on default ACLs alone (`models/network_acls.py:49`).
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.network_acls import NetworkAclEntry

from scripts.local_cloud.providers.moto_backend.core import ec2, tags_of

Entry = dict[str, Any]

#: Numbers of the entries that end an ACL and cannot be changed, IPv4 and IPv6.
LAST_IPV4, LAST_IPV6 = 32767, 32768


class _Entry(NetworkAclEntry):
    """Moto's entry that remembers the whole of ours."""

    def __init__(self, backend: Any, acl_id: str, entry: Entry) -> None:
        super().__init__(
            backend,
            network_acl_id=acl_id,
            rule_number=entry["RuleNumber"],
            protocol=entry["Protocol"],
            rule_action=entry["RuleAction"],
            egress=entry["Egress"],
            cidr_block=entry.get("CidrBlock"),
            icmp_code=entry.get("IcmpTypeCode", {}).get("Code"),
            icmp_type=entry.get("IcmpTypeCode", {}).get("Type"),
            port_range_from=entry.get("PortRange", {}).get("From"),
            port_range_to=entry.get("PortRange", {}).get("To"),
            ipv6_cidr_block=entry.get("Ipv6CidrBlock"),
        )
        self.shown = entry


def _everything(number: int, action: str, *, egress: bool, ipv6: bool = False) -> Entry:
    peer = {"Ipv6CidrBlock": "::/0"} if ipv6 else {"CidrBlock": "0.0.0.0/0"}
    return {"RuleNumber": number, "Protocol": "-1", "RuleAction": action, "Egress": egress, **peer}


def describe_all(account_id: str, region: str) -> list[dict[str, Any]]:
    """Every ACL."""
    return [describe(account_id, region, acl_id) for acl_id in ec2(account_id, region).network_acls]


def describe(account_id: str, region: str, acl_id: str) -> dict[str, Any]:
    """One ACL, entries in the order of their evaluation."""
    acl = ec2(account_id, region).network_acls[acl_id]
    return {
        "NetworkAclId": acl.id,
        "VpcId": acl.vpc_id,
        "IsDefault": acl.default,
        "OwnerId": account_id,
        "Entries": entries(account_id, region, acl_id),
        "Associations": [
            {
                "NetworkAclAssociationId": each.id,
                "NetworkAclId": acl.id,
                "SubnetId": each.subnet_id,
            }
            for each in acl.associations.values()
        ],
        "Tags": tags_of(account_id, region, acl_id),
    }


def exists(account_id: str, region: str, acl_id: str) -> bool:
    """Whether there is such an ACL."""
    return acl_id in ec2(account_id, region).network_acls


def entries(account_id: str, region: str, acl_id: str) -> list[Entry]:
    """An ACL's entries in the order of their evaluation, egress first."""
    held = ec2(account_id, region).network_acls[acl_id].network_acl_entries
    shown = [each.shown if isinstance(each, _Entry) else _of_moto(each) for each in held]
    return sorted(shown, key=lambda entry: (not entry["Egress"], entry["RuleNumber"]))


def _of_moto(each: Any) -> Entry:
    return _everything(each.rule_number, each.rule_action, egress=each.egress)


def put_entry(account_id: str, region: str, acl_id: str, entry: Entry) -> None:
    """Add an entry, in place of the one with its number and direction."""
    remove_entry(account_id, region, acl_id, entry["RuleNumber"], egress=entry["Egress"])
    backend = ec2(account_id, region)
    backend.network_acls[acl_id].network_acl_entries.append(_Entry(backend, acl_id, entry))


def remove_entry(account_id: str, region: str, acl_id: str, number: int, *, egress: bool) -> None:
    """Take an entry away, if it is there."""
    acl = ec2(account_id, region).network_acls[acl_id]
    acl.network_acl_entries = [
        each for each in acl.network_acl_entries if (each.rule_number, each.egress) != (number, egress)
    ]


def add_last_entries(account_id: str, region: str, acl_id: str, *, ipv6: bool) -> None:
    """Add the entries that end an ACL."""
    for egress in (True, False):
        put_entry(account_id, region, acl_id, _everything(LAST_IPV4, "deny", egress=egress))
        if ipv6:
            put_entry(account_id, region, acl_id, _everything(LAST_IPV6, "deny", egress=egress, ipv6=True))


def add_ipv6_defaults(account_id: str, region: str, vpc_id: str) -> None:
    """Add the IPv6 entries of a VPC's ACLs: the default one admits everything, all end with a denial."""
    for acl in list(ec2(account_id, region).network_acls.values()):
        numbers = {each.rule_number for each in acl.network_acl_entries}
        if acl.vpc_id != vpc_id or LAST_IPV6 in numbers:
            continue
        add_last_entries(account_id, region, acl.id, ipv6=True)
        for egress in (True, False) if acl.default else ():
            put_entry(account_id, region, acl.id, _everything(101, "allow", egress=egress, ipv6=True))
