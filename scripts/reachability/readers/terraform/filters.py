"""Network ACLs and security groups from Terraform's resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from scripts.declarations.declared import Declared, value_at
from scripts.reachability.model import (
    AclEntry,
    Cidr,
    GroupPeer,
    GroupRule,
    ListPeer,
    NetworkAcl,
    PrefixList,
    SecurityGroup,
    Subnet,
    Traffic,
    Vpc,
)
from scripts.reachability.readers.terraform.stack import (
    ACL,
    GROUP,
    SUBNET,
    VPC,
    Stack,
    blocks,
    common,
    identifier,
)
from scripts.reachability.readers.terraform.tables import LISTS, prefix_list_id
from scripts.reachability.readers.traffic import traffic

_ANYWHERE = IPv4Network("0.0.0.0/0")
_ANYWHERE_IPV6 = IPv6Network("::/0")
#: What ends every list: AWS shows it, nobody writes it.
_LAST = ((32767, _ANYWHERE), (32768, _ANYWHERE_IPV6))
_UNKNOWN = "only an apply will tell: the rule is left out"


def acls(stack: Stack, vpcs: Sequence[Vpc]) -> Iterator[NetworkAcl]:
    """Every network ACL, those too that VPCs come with."""
    subnets: dict[str, list[str]] = defaultdict(list)
    for each in stack.of("aws_network_acl_association"):
        subnets[_acl_of(stack, each)].append(stack.one(each, "subnet_id", types=SUBNET))
    # An association of its own stands above a list that may not be known yet.
    elsewhere = {one for joined in subnets.values() for one in joined}
    entries: dict[str, list[AclEntry]] = defaultdict(list)
    for each in stack.of("aws_network_acl_rule"):
        written = {
            **each.values,
            "rule_no": each.values.get("rule_number"),
            "action": each.values.get("rule_action"),
        }
        entries[_acl_of(stack, each)] += _acl_entry(
            stack, each, written, egress=bool(each.values.get("egress"))
        )
    gone = {
        (_acl_of(stack, each), int(each.values.get("rule_number") or 0), bool(each.values.get("egress")))
        for each in stack.before("aws_network_acl_rule")
    }
    ipv6 = {vpc.id for vpc in vpcs if vpc.ipv6_cidrs}
    seen: set[str] = set()
    taken: set[str] = set()
    for each in stack.of(*ACL):
        default = each.type == "aws_default_network_acl"
        vpc = stack.vpc(each) or (_vpc_with(stack, each) if default else "")
        if not vpc:
            stack.report(each, "vpc_id", "only an apply will tell: the network ACL is left out")
            continue
        own = identifier(each)
        seen.add(own)
        # An ACL's own attributes repeat, after a refresh, what separate resources made: those know better.
        found = {
            (entry.number, entry.egress): entry
            for direction in ("ingress", "egress")
            for values in blocks(each, direction)
            for entry in _acl_entry(stack, each, values, egress=direction == "egress")
            if (own, entry.number, entry.egress) not in gone
        } | {(entry.number, entry.egress): entry for entry in entries[own]}
        listed = [one for one in stack.ids(each, "subnet_ids", types=SUBNET) if one not in elsewhere]
        if doubled := sorted(taken & set(listed)):
            told = f"only an apply tells whether {', '.join(doubled)} will have this network ACL"
            stack.report(each, "subnet_ids", told)
        joined = (*(one for one in listed if one not in taken), *subnets[own])
        taken |= set(joined)
        yield NetworkAcl(
            **common(each),
            vpc=vpc,
            default=default,
            subnets=tuple(dict.fromkeys(one for one in joined if one)),
            entries=_with_last(found.values(), vpc in ipv6),
        )
    for vpc_ in vpcs:
        default_id = stack.default(stack.vpc_resource(vpc_.id), "default_network_acl_id")
        if default_id not in seen:
            blocks_: list[tuple[int, Cidr]] = [
                (100, _ANYWHERE),
                *([(101, _ANYWHERE_IPV6)] if vpc_.id in ipv6 else []),
            ]
            open_ = [
                AclEntry(n, egress, True, Traffic(), cidr) for n, cidr in blocks_ for egress in (False, True)
            ]
            entries_ = _with_last((*open_, *entries[default_id]), vpc_.id in ipv6)
            joined = tuple(subnets[default_id])
            yield NetworkAcl(id=default_id, vpc=vpc_.id, default=True, subnets=joined, entries=entries_)


def _acl_of(stack: Stack, each: Declared) -> str:
    return stack.defaulted(each, "network_acl_id", types=ACL, attribute="default_network_acl_id")


def _vpc_with(stack: Stack, acl: Declared) -> str:
    """The VPC that came with an adopted list."""
    for each in stack.of(*VPC):
        if each.values.get("default_network_acl_id") == acl.id or each in stack.referred(
            acl, "default_network_acl_id", types=VPC
        ):
            return identifier(each)
    return ""


def _with_last(entries: Any, ipv6: bool) -> tuple[AclEntry, ...]:
    last = [
        AclEntry(number, egress, False, Traffic(), cidr)
        for number, cidr in (_LAST if ipv6 else _LAST[:1])
        for egress in (False, True)
    ]
    return tuple(sorted((*entries, *last), key=lambda each: (each.egress, each.number)))


def _acl_entry(
    stack: Stack, each: Declared, values: Mapping[str, Any], *, egress: bool
) -> Iterator[AclEntry]:
    cidr = values.get("cidr_block") or values.get("ipv6_cidr_block")
    if not cidr or values.get("rule_no") is None:
        stack.report(each, f"entry {values.get('rule_no')}", _UNKNOWN)
        return
    icmp = str(values.get("protocol")).lower() in ("1", "58", "icmp", "icmpv6")
    first, last = ("icmp_type", "icmp_code") if icmp else ("from_port", "to_port")
    yield AclEntry(
        number=int(values["rule_no"]),
        egress=egress,
        allow=values.get("action") == "allow",
        traffic=traffic(values.get("protocol"), values.get(first), values.get(last)),
        cidr=ip_network(cidr),
    )


_RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
_Key = tuple[bool, Traffic, Cidr | GroupPeer | ListPeer]


class _Rules:
    """Collects rules by group, each once."""

    def __init__(
        self, stack: Stack, lists: Mapping[str, PrefixList], networks: Mapping[str, Vpc | Subnet]
    ) -> None:
        self._stack = stack
        self._lists = lists
        self._networks = networks

    def of_groups(self) -> dict[str, dict[_Key, GroupRule]]:
        """Rules of every group, those first that have resources of their own."""
        found: dict[str, dict[_Key, GroupRule]] = defaultdict(dict)
        for each in self._stack.of(*_RULES, "aws_security_group_rule"):
            for rule in self.separate(each):
                found[self._group(each)].setdefault(_key(rule), rule)
        gone = {
            (self._group(each), _key(rule))
            for each in self._stack.before(*_RULES, "aws_security_group_rule")
            for rule in self.separate(each)
        }
        for each in self._stack.of(*GROUP):
            own = identifier(each)
            for rule in self.inline(each):
                # A group's own attributes repeat, after a refresh, what separate resources made.
                if (own, _key(rule)) not in gone:
                    found[own].setdefault(_key(rule), rule)
        return found

    def _group(self, each: Declared) -> str:
        attribute = "default_security_group_id"
        return self._stack.defaulted(each, "security_group_id", types=GROUP, attribute=attribute)

    def separate(self, each: Declared) -> Iterator[GroupRule]:
        """Rules of one rule resource, of the new kind or the old one."""
        values = each.values
        if each.type in _RULES:
            egress, kind = each.type == _RULES[1], _traffic(values, "ip_protocol")
            names = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")
        else:
            egress, kind = values.get("type") == "egress", _traffic(values, "protocol")
            names = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "source_security_group_id")
        peers = list(self._peers(each, (), names))
        if values.get("self"):
            peers.append(GroupPeer(self._group(each)))
        if not peers:
            self._stack.report(each, "peer of the rule", _UNKNOWN)
        identifier_ = values.get("security_group_rule_id") or ""
        rule_id = identifier_ if str(identifier_).startswith("sgr-") and len(peers) == 1 else ""
        yield from (GroupRule(egress, kind, peer, rule_id) for peer in peers)

    def inline(self, each: Declared) -> Iterator[GroupRule]:
        """Rules in a group's own blocks."""
        for direction in ("ingress", "egress"):
            for place, values in enumerate(blocks(each, direction)):
                names = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")
                peers = list(self._peers(each, (direction, place), names))
                if values.get("self"):
                    peers.append(GroupPeer(identifier(each)))
                if not peers:
                    self._stack.report(each, f"peer of an {direction} rule", _UNKNOWN)
                kind = _traffic(values, "protocol")
                yield from (GroupRule(direction == "egress", kind, peer) for peer in peers)

    def _peers(
        self, each: Declared, path: tuple[str, int] | tuple[()], names: Sequence[str]
    ) -> Iterator[Cidr | GroupPeer | ListPeer]:
        for name in names:
            if "cidr" in name:
                yield from self._blocks(each, path, name)
            elif "prefix_list" in name:
                for one in self._named(each, path, name, LISTS):
                    yield ListPeer(prefix_list_id(one, self._lists))
            else:
                yield from map(GroupPeer, self._groups(each, path, name))

    def _named(
        self, each: Declared, path: tuple[str, int] | tuple[()], name: str, types: tuple[str, ...]
    ) -> tuple[Declared | str, ...]:
        if path:
            return self._stack.in_block(each, *path, name, types)
        return self._stack.named(each, name, types=types)

    def _blocks(self, each: Declared, path: tuple[str, int] | tuple[()], name: str) -> Iterator[Cidr]:
        """Addresses of a rule; those of a network whose block an apply will tell."""
        value = value_at(each.values, (*path, name))
        if value not in (None, "", []):
            written = value if isinstance(value, list) else [value]
            yield from (ip_network(block) for block in written if block)
            return
        for one in self._named(each, path, name, (*VPC, *SUBNET)):
            found = self._networks.get(one if isinstance(one, str) else identifier(one))
            if isinstance(found, Vpc):
                yield from found.ipv6_cidrs if "v6" in name else found.cidrs
            elif found is not None:
                block_ = found.ipv6_cidr if "v6" in name else found.cidr
                yield from (block_,) if block_ is not None else ()

    def _groups(self, each: Declared, path: tuple[str, int] | tuple[()], name: str) -> Iterator[str]:
        for found in self._named(each, path, name, (*GROUP, *VPC)):
            if isinstance(found, str):
                # Across accounts: ``123456789012/sg-...``.
                yield found.rpartition("/")[2]
            elif found.type in VPC:
                yield self._stack.default(found, "default_security_group_id")
            else:
                yield identifier(found)


def _key(rule: GroupRule) -> _Key:
    return rule.egress, rule.traffic, rule.peer


def _traffic(values: Mapping[str, Any], protocol: str) -> Traffic:
    return traffic(values.get(protocol), values.get("from_port"), values.get("to_port"))


def groups(
    stack: Stack, vpcs: Sequence[Vpc], subnets: Sequence[Subnet], lists: Mapping[str, PrefixList]
) -> Iterator[SecurityGroup]:
    """Every security group, those too that VPCs come with."""
    networks: dict[str, Vpc | Subnet] = {}
    networks |= {each.id: each for each in vpcs}
    networks |= {each.id: each for each in subnets}
    rules = _Rules(stack, lists, networks).of_groups()
    seen = set()
    for each in stack.of(*GROUP):
        vpc = stack.vpc(each) or _default_vpc(stack)
        own = identifier(each)
        seen.add(own)
        yield SecurityGroup(**_named(each), vpc=vpc, rules=tuple(rules[own].values()))
    for vpc_ in vpcs:
        default_id = stack.default(stack.vpc_resource(vpc_.id), "default_security_group_id")
        if default_id not in seen:
            group = SecurityGroup(id=default_id, name="default", vpc=vpc_.id)
            own_rules = [
                GroupRule(False, Traffic(), GroupPeer(default_id)),
                GroupRule(True, Traffic(), _ANYWHERE),
                *([GroupRule(True, Traffic(), _ANYWHERE_IPV6)] if vpc_.ipv6_cidrs else []),
            ]
            yield replace(group, rules=(*own_rules, *rules[default_id].values()))


def _default_vpc(stack: Stack) -> str:
    """Where groups are that say nothing of it."""
    return next((identifier(each) for each in stack.of("aws_default_vpc")), "aws_default_vpc")


def _named(each: Declared) -> dict[str, Any]:
    fields = common(each, "name")
    if not fields["name"] and each.type == "aws_default_security_group":
        fields["name"] = "default"
    return fields
