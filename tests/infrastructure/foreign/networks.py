"""One module's network out of a cloud that it shares, and what two readings of it must agree on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.reachability.model import Network
from scripts.reachability.readers.aws import COMMANDS


def documents_of(documents: Mapping[str, Any], vpcs: set[str]) -> dict[str, Any]:
    """Answers about these VPCs alone: others come and go while we ask."""
    return {
        command: answer
        if command not in COMMANDS or COMMANDS[command].asked
        else {member: [each for each in entries if _is_of(each, vpcs)] for member, entries in answer.items()}
        for command, answer in documents.items()
        if COMMANDS.get(command) is None or COMMANDS[command].service == "ec2"
    }


def _is_of(entry: Mapping[str, Any], vpcs: set[str]) -> bool:
    if "PrefixListId" in entry or "SecurityGroupRuleId" in entry:
        return True
    if "Instances" in entry:
        return any(each.get("VpcId") in vpcs for each in entry["Instances"])
    if "RequesterVpcInfo" in entry:
        return entry["RequesterVpcInfo"]["VpcId"] in vpcs
    if "Attachments" in entry:
        return any(each["VpcId"] in vpcs for each in entry["Attachments"])
    return entry.get("VpcId") in vpcs


def compared(network: Network, known: Network) -> dict[str, Any]:
    """What decides about packets, by AWS's ids; of interfaces those that ``known`` knows by them."""
    interfaces = {each: network.interfaces[each] for each in known.interfaces if each.startswith("eni-")}
    return {
        "vpcs": {each.id: (each.name, {*each.cidrs, *each.ipv6_cidrs}) for each in network.vpcs.values()},
        "subnets": {
            each.id: (each.name, each.vpc, each.zone, each.cidr, each.ipv6_cidr, each.map_public_ip)
            for each in network.subnets.values()
        },
        "tables": {subnet: table.id for subnet, table in network.table_of.items()},
        "routes": {each.id: set(each.routes) for each in network.route_tables.values()},
        "lists": {subnet: acl.id for subnet, acl in network.acl_of.items()},
        "entries": {each.id: set(each.entries) for each in network.acls.values()},
        "rules": {
            each.id: {(rule.egress, rule.traffic, rule.peer) for rule in each.rules}
            for each in network.groups.values()
        },
        "gateways": {
            each.id: each.vpc
            for each in (*network.internet_gateways.values(), *network.egress_only_gateways.values())
        },
        "peerings": {
            each.id: (each.requester, each.accepter, each.status) for each in network.peerings.values()
        },
        "places": {each.id: (each.subnet, set(each.groups)) for each in interfaces.values()},
        "addresses": {
            each.id: (set(each.private_ips), each.public_ip, each.source_dest_check)
            for each in interfaces.values()
        },
    }
