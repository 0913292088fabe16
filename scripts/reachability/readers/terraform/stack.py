"""Terraform's resources as the readers of its parts ask for them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from scripts.declarations.declared import Change, Declarations, Declared, value_at
from scripts.reachability.model import Unmodelled

VPC = ("aws_vpc", "aws_default_vpc")
SUBNET = ("aws_subnet", "aws_default_subnet")
TABLE = ("aws_route_table", "aws_default_route_table")
ACL = ("aws_network_acl", "aws_default_network_acl")
GROUP = ("aws_security_group", "aws_default_security_group")
PEERING = ("aws_vpc_peering_connection", "aws_vpc_peering_connection_accepter")
BALANCER = ("aws_lb", "aws_alb")
TARGET_GROUP = ("aws_lb_target_group", "aws_alb_target_group")
LISTENER = ("aws_lb_listener", "aws_alb_listener")

#: What every VPC comes with: the attribute that names it, and what kind of resource may adopt it.
_DEFAULTS = {
    "default_route_table_id": "aws_default_route_table",
    "default_network_acl_id": "aws_default_network_acl",
    "default_security_group_id": "aws_default_security_group",
}


class Stack:
    """What there will be once a plan is applied, or what a state holds.

    Parameters
    ----------
    found
        With what a plan destroys, which is not there any more.
    """

    def __init__(self, found: Declarations) -> None:
        there = [each for each in found.resources if each.change is not Change.DESTROY]
        self._found = replace(found, resources=there)
        self._everything = found
        self.reports: list[Unmodelled] = []

    @property
    def variables(self) -> Mapping[str, Any]:
        """Values of the root module's variables, where a plan tells them."""
        return self._found.variables

    @property
    def resources(self) -> Collection[Declared]:
        """Everything that will be there."""
        return self._found.resources

    def of(self, *types: str) -> Iterator[Declared]:
        """Resources of these types."""
        return self._found.of(*types)

    def before(self, *types: str) -> Iterator[Declared]:
        """Resources of these types that go or change, as they were."""
        for each in self._everything.of(*types):
            if each.before and each.change is not Change.NONE:
                yield replace(each, values=each.before)

    @property
    def exact(self) -> bool:
        """Whether it is known how code refers to what only an apply will tell."""
        return self._found.references.written

    def report(self, declared: Declared, what: str, consequence: str) -> None:
        """Note something that the model cannot know."""
        self.reports.append(Unmodelled(declared.address, what, consequence))

    def named(
        self, declared: Declared, *path: str | int, types: Collection[str]
    ) -> tuple[Declared | str, ...]:
        """Resources of some types that an attribute names; an id that none of them has, as it is."""
        return self._found.named(declared, *path, types=types)

    def referred(self, declared: Declared, *path: str | int, types: Collection[str]) -> tuple[Declared, ...]:
        """Resources of some types that an attribute's expression refers to."""
        return self._found.referred(declared, *path, types=types)

    def refers_to_network(self, declared: Declared, attribute: str) -> bool:
        """Whether an attribute's expression refers to a VPC or something in it."""
        return bool(self.referred(declared, attribute, types=(*VPC, *SUBNET, *GROUP, *TABLE, *ACL)))

    def several(
        self, declared: Declared, *path: str | int, types: Collection[str]
    ) -> tuple[Declared | str, ...]:
        """Like `named`, of an attribute that may name many; reports where it may name fewer."""
        found = self.named(declared, *path, types=types)
        known = value_at(declared.values, path) not in (None, "", [])
        if len(found) > 1 and not known and self._found.references.doubtful(declared, path):
            said = ", ".join(each if isinstance(each, str) else each.address for each in found)
            told = f"code chooses among these in a way that is not followed; all of them are taken: {said}"
            self.report(declared, ".".join(map(str, path)), told)
        return found

    def ids(self, declared: Declared, *path: str | int, types: Collection[str]) -> tuple[str, ...]:
        """Ids of the components that an attribute names."""
        found = self.several(declared, *path, types=types)
        return tuple(dict.fromkeys(each if isinstance(each, str) else identifier(each) for each in found))

    def one(self, declared: Declared, *path: str | int, types: Collection[str]) -> str:
        """The only one of `ids`; empty where there is none or nobody can tell which.

        Where code computes a key in a way that is not followed, the keys themselves are compared, and that
        is reported.
        """
        found = self.named(declared, *path, types=types)
        if len(found) > 1:
            chosen = by_key(declared, [each for each in found if isinstance(each, Declared)])
            what = ".".join(map(str, path))
            if chosen is None:
                said = ", ".join(each if isinstance(each, str) else each.address for each in found)
                self.report(declared, what, f"only an apply tells which of these it is: {said}")
                return ""
            every = declared.address.partition("[")[0] if declared.key is not None else declared.address
            told = "told by the keys: the code computes it in a way that is not followed"
            self.reports.append(Unmodelled(every, what, told))
            return identifier(chosen)
        return next((each if isinstance(each, str) else identifier(each) for each in found), "")

    def in_block(
        self, declared: Declared, attribute: str, place: int, leaf: str, types: Collection[str]
    ) -> tuple[Declared | str, ...]:
        """What an attribute of a nested block names.

        The order of blocks in a plan is not that of the code: a block whose value is not known yet is found
        by what is known of it.
        """
        block = value_at(declared.values, (attribute, place))
        if leaf in block:
            return self.named(declared, attribute, place, leaf, types=types)
        every = self.referred(declared, attribute, types=types) or self.referred(
            declared, "dynamic", types=types
        )
        open_ = [each for each in blocks(declared, attribute) if leaf not in each]
        if len(every) <= 1 or len(open_) <= 1:
            return every
        code = self._found.references.code(declared, attribute)
        fitting = [
            number
            for number, body in enumerate(code if isinstance(code, list) else ())
            if isinstance(body, Mapping) and leaf in body and _fits(body, block)
        ]
        if len(fitting) == 1:
            return self.referred(declared, attribute, fitting[0], leaf, types=types)
        said = ", ".join(each.address for each in every)
        self.report(declared, f"{attribute}.{leaf}", f"only an apply tells which of these it is: {said}")
        return ()

    def vpc(self, declared: Declared) -> str:
        """The VPC that a resource says it is in."""
        found = self.one(declared, "vpc_id", types=VPC)
        if not found:
            # ``vpc_id = each.value.vpc_id`` of another resource: that one's.
            others = self.referred(declared, "vpc_id", types=(*SUBNET, *GROUP))
            other = others[0] if len(others) == 1 else by_key(declared, others)
            found = self.vpc(other) if other is not None else ""
        return found

    def peering(self, declared: Declared) -> str:
        """A peering connection, or the one that an accepter accepts."""
        if declared.type == PEERING[0]:
            return identifier(declared)
        return self.one(declared, "vpc_peering_connection_id", types=PEERING[:1])

    def default(self, vpc: Declared | None, attribute: str) -> str:
        """Id of the table, list or group that a VPC came with; without a VPC, of the default VPC's."""
        if vpc is None:
            return attribute
        known = vpc.values.get(attribute)
        if known:
            return str(known)
        return self._adopters.get((vpc.address, attribute)) or f"{vpc.address}.{attribute}"

    def defaulted(self, declared: Declared, *path: str | int, types: Collection[str], attribute: str) -> str:
        """Like `one`, where a VPC's attribute may name what it came with: ``default_route_table_id``."""
        found = self.named(declared, *path, types=(*types, *VPC))
        chosen = [each for each in found if isinstance(each, str) or each.type not in VPC]
        if not chosen and len(found) == 1 and isinstance(found[0], Declared):
            return self.default(found[0], attribute)
        return self.one(declared, *path, types=types)

    def vpc_resource(self, identifier_: str) -> Declared | None:
        """The VPC of an id, where it is declared."""
        return self._vpcs.get(identifier_)

    @cached_property
    def _vpcs(self) -> Mapping[str, Declared]:
        return {identifier(each): each for each in self.of(*VPC)}

    @cached_property
    def _adopters(self) -> Mapping[tuple[str, str], str]:
        """VPC's address and attribute to the id of the resource that adopts what it came with."""
        found = {}
        for attribute, kind in _DEFAULTS.items():
            for each in self.of(kind):
                for name in ("vpc_id", attribute):
                    for vpc in self.referred(each, name, types=VPC):
                        found[vpc.address, attribute] = identifier(each)
                if each.values.get("vpc_id") in self._vpcs:
                    found[self._vpcs[each.values["vpc_id"]].address, attribute] = identifier(each)
        return found


def by_key(declared: Declared, candidates: Sequence[Declared]) -> Declared | None:
    """The one candidate whose key goes with the resource's own; None where there is no such one.

    It is the same key, or one is a part of the other (``hub`` of ``hub us-east-1a``).
    """
    own = declared.key
    if own is None:
        return None
    same = [each for each in candidates if each.key == own]
    within = [each for each in candidates if each.key is not None and _is_part(str(each.key), str(own))]
    around = [each for each in candidates if each.key is not None and _is_part(str(own), str(each.key))]
    single = [each for each in candidates if each.key is None]
    return next((found[0] for found in (same, within, around, single) if len(found) == 1), None)


def _is_part(part: str, whole: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(part)}(?![A-Za-z0-9])", whole) is not None


def _fits(body: Mapping[str, Any], block: Mapping[str, Any]) -> bool:
    """Whether a block's code may have given a block its known values."""
    for name, value in block.items():
        written = body.get(name)
        if isinstance(written, str) and "${" not in written and written.strip('"') != str(value):
            return False
        if isinstance(written, int) and written != value:
            return False
    return True


def identifier(declared: Declared) -> str:
    """What the component is called: by AWS, or by Terraform while AWS has not named it."""
    if declared.type in BALANCER:
        return str(declared.values.get("arn") or declared.address)
    return declared.id


def name(declared: Declared, *own: str) -> str:
    """The tag Name, or else one of its own attributes."""
    tags = declared.values.get("tags_all") or declared.values.get("tags") or {}
    found = tags.get("Name") or next((declared.values[each] for each in own if declared.values.get(each)), "")
    return str(found)


def blocks(declared: Declared, attribute: str) -> list[Mapping[str, Any]]:
    """Nested blocks of an attribute, as far as they are known."""
    found = declared.values.get(attribute)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def common(declared: Declared, *own: str) -> dict[str, Any]:
    """Fields that every component has."""
    return {"id": identifier(declared), "name": name(declared, *own), "address": declared.address}
