"""Interfaces and instances from Terraform's resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from scripts.declarations.declared import Declared, value_at
from scripts.reachability.model import Instance, Interface, Subnet
from scripts.reachability.readers.assembly import Found
from scripts.reachability.readers.terraform.interfaces import (
    is_part_of,
    label,
    primary_interface,
)
from scripts.reachability.readers.terraform.places import Places
from scripts.reachability.readers.terraform.stack import (
    GROUP,
    SUBNET,
    VPC,
    Stack,
    blocks,
    common,
    identifier,
    name,
)

_INTERFACE, _INSTANCE, _ADDRESS = "aws_network_interface", "aws_instance", "aws_eip"
_TEMPLATE = "aws_launch_template"


class Ends:
    """Reads everything that packets come from and go to.

    Parameters
    ----------
    stack, places
        What is declared, and addresses for what is not known.
    subnets
        By id; what lies in a subnet that is not among them is left out with a report.
    """

    def __init__(self, stack: Stack, places: Places, subnets: Mapping[str, Subnet]) -> None:
        self.stack = stack
        self._places = places
        self._subnets = subnets
        self._lent = self._elastic_addresses()
        self._further = self._further_groups()

    def all(self) -> Iterator[Found]:
        """Interfaces and instances: what AWS runs itself, and load balancers, are read elsewhere."""
        yield from self._own_interfaces()
        yield from self._instances()

    def interface(
        self,
        identifier_: str,
        subnet: str,
        groups: Sequence[str],
        declared: Declared,
        *,
        owner: str = "",
        private: Sequence[str] = (),
        ipv6: Sequence[str] = (),
        wants_ipv6: int = 0,
        public: str | bool = False,
        called: str = "",
        source_dest_check: bool = True,
        status: str = "in-use",
    ) -> Iterator[Interface]:
        """One interface; what is not known of its addresses is assumed.

        Parameters
        ----------
        public
            Its public address; True where it has one that nobody knows yet.
        """
        place = self._subnets.get(subnet)
        if place is None:
            told = "only an apply will tell in which subnet it is: it is left out"
            if subnet:
                told = f"its subnet {subnet} is declared elsewhere: it is left out"
            self.stack.report(declared, "subnet_id", told)
            return
        assumed = not private
        addresses = [IPv4Address(each) for each in private]
        if not addresses and (found := self._places.private(place)):
            addresses = [found]
        given = [IPv6Address(each) for each in ipv6]
        while len(given) < wants_ipv6 and (one := self._places.ipv6(place)):
            given.append(one)
            assumed = True
        shown = self._places.public() if public is True else IPv4Address(public) if public else None
        yield Interface(
            id=identifier_,
            name=called,
            address=declared.address,
            vpc=place.vpc,
            subnet=subnet,
            private_ips=tuple(addresses),
            ipv6_addresses=tuple(given),
            public_ip=shown,
            groups=tuple(dict.fromkeys(groups)),
            source_dest_check=source_dest_check,
            status=status,
            owner=owner,
            assumed=assumed,
            label=label(declared, place) if is_part_of(identifier_, declared) else "",
        )

    def groups(self, each: Declared, attribute: str, vpc: str) -> tuple[str, ...]:
        """Security groups of an attribute; the VPC's default one where it names none."""
        found: list[str] = []
        for one in self.stack.several(each, attribute, types=(*GROUP, *VPC)):
            if isinstance(one, Declared) and one.type in VPC:
                found.append(self.stack.default(one, "default_security_group_id"))
            else:
                found.append(one if isinstance(one, str) else identifier(one))
        if found:
            return tuple(dict.fromkeys(found))
        return (self.stack.default(self.stack.vpc_resource(vpc), "default_security_group_id"),)

    def vpc_of(self, subnet: str) -> str:
        """The VPC of a subnet; empty where it is not known."""
        return self._subnets[subnet].vpc if subnet in self._subnets else ""

    def zone_of(self, subnet: str) -> str:
        """The zone of a subnet; empty where it is not known."""
        return self._subnets[subnet].zone if subnet in self._subnets else ""

    def speaks_ipv6(self, subnet: str) -> bool:
        """Whether a subnet has an IPv6 block."""
        return subnet in self._subnets and self._subnets[subnet].ipv6_cidr is not None

    def lent(self, identifier_: str) -> str | bool:
        """The elastic address of an interface: True while only an apply will tell it, False without one."""
        return self._lent.get(identifier_, False)

    def _elastic_addresses(self) -> dict[str, str | bool]:
        """Interface to the elastic address that is associated with it."""
        stack = self.stack
        holders: dict[str, str | bool] = {}
        for each in stack.of(_ADDRESS):
            for interface in self._holders(each, "network_interface", "instance"):
                holders[interface] = each.values.get("public_ip") or True
        for each in stack.of("aws_eip_association"):
            known = each.values.get("public_ip")
            for one in stack.named(each, "allocation_id", types=(_ADDRESS,)):
                known = known or (one.values.get("public_ip") if isinstance(one, Declared) else None)
            for interface in self._holders(each, "network_interface_id", "instance_id"):
                holders[interface] = known or True
        return holders

    def _holders(self, each: Declared, of_interface: str, of_instance: str) -> Iterator[str]:
        stack = self.stack
        named = stack.named(each, of_interface, types=(_INTERFACE, _INSTANCE))
        if not named:
            named = stack.named(each, of_instance, types=(_INSTANCE,))
        for one in named:
            if isinstance(one, str):
                yield one
            else:
                yield self._primary(one) if one.type == _INSTANCE else identifier(one)

    def _primary(self, instance: Declared) -> str:
        """The first interface of an instance, its own or one that it was given."""
        first = self._given(instance)
        return first[0] if first else primary_interface(instance)

    def _given(self, instance: Declared) -> list[str]:
        """Interfaces that an instance is told to take instead of its own, by their places."""
        found: dict[int, str] = {}
        for attribute in ("network_interface", "primary_network_interface"):
            for place, values in enumerate(blocks(instance, attribute)):
                path = (attribute, place, "network_interface_id")
                one = self.stack.one(instance, *path, types=(_INTERFACE,))
                if one:
                    found[int(values.get("device_index") or 0)] = one
        own = primary_interface(instance)
        return [] if found.get(0) in (None, own) else [found[index] for index in sorted(found)]

    def _further_groups(self) -> dict[str, list[str]]:
        """Interface to groups that were attached to it one by one."""
        found: dict[str, list[str]] = defaultdict(list)
        for each in self.stack.of("aws_network_interface_sg_attachment"):
            group = self.stack.one(each, "security_group_id", types=GROUP)
            for interface in self._holders(each, "network_interface_id", ""):
                found[interface].append(group)
        return found

    def _own_interfaces(self) -> Iterator[Found]:
        stack = self.stack
        owners: dict[str, str] = {}
        for each in stack.of(_INSTANCE):
            owners |= dict.fromkeys(self._given(each), identifier(each))
        for interface, _, instance in self._attachments():
            owners[interface] = instance
        for each in stack.of(_INTERFACE):
            own, values = identifier(each), each.values
            subnet = stack.one(each, "subnet_id", types=SUBNET)
            groups = self.groups(each, "security_groups", self.vpc_of(subnet))
            known = [one for one in (values.get("private_ip"),) if one]
            # A set: the primary address is told apart only by its own attribute.
            known += [one for one in values.get("private_ips") or () if one not in known]
            owner = owners.get(own, "")
            yield from self.interface(
                own, subnet, [*groups, *self._further[own]], each,
                owner=owner,
                private=known or values.get("private_ip_list") or (),
                ipv6=values.get("ipv6_addresses") or (),
                wants_ipv6=self._wanted_ipv6(values, subnet),
                public=self.lent(own),
                called=name(each),
                source_dest_check=values.get("source_dest_check") is not False,
                status="in-use" if owner else "available",
            )  # fmt: skip
            if values.get("ipv4_prefixes") or values.get("ipv6_prefixes"):
                stack.report(each, "prefixes", "addresses of delegated prefixes are not found")

    def _wanted_ipv6(self, values: Mapping[str, Any], subnet: str) -> int:
        """How many IPv6 addresses it has while nobody knows which."""
        if not self.speaks_ipv6(subnet):
            return 0
        count = values.get("ipv6_address_count")
        if count is not None:
            return int(count)
        return int(bool(self._assigns_ipv6(subnet)))

    def _assigns_ipv6(self, subnet: str) -> bool:
        return any(
            each.values.get("assign_ipv6_address_on_creation")
            for each in self.stack.of(*SUBNET)
            if identifier(each) == subnet
        )

    def _attachments(self) -> Iterator[tuple[str, int, str]]:
        """Interface, place and instance of what is attached after the launch."""
        stack = self.stack
        for each in stack.of("aws_network_interface_attachment"):
            interface = stack.one(each, "network_interface_id", types=(_INTERFACE,))
            instance = stack.one(each, "instance_id", types=(_INSTANCE,))
            yield interface, int(each.values.get("device_index") or 0), instance
        for each in stack.of(_INTERFACE):
            for place, values in enumerate(blocks(each, "attachment")):
                instance = stack.one(each, "attachment", place, "instance", types=(_INSTANCE,))
                yield identifier(each), int(values.get("device_index") or 0), instance

    def _instances(self) -> Iterator[Found]:
        stack = self.stack
        attached: dict[str, dict[int, str]] = defaultdict(dict)
        for interface, place, instance in self._attachments():
            attached[instance][place] = interface
        states = {
            stack.one(each, "instance_id", types=(_INSTANCE,)): each.values.get("state")
            for each in stack.of("aws_ec2_instance_state")
        }
        for each in stack.of(_INSTANCE):
            own = identifier(each)
            given = self._given(each)
            if not given:
                launched = list(self._launched(each))
                yield from launched
                given = [one.id for one in launched]
            later = [attached[own][place] for place in sorted(attached[own])]
            state = states.get(own) or each.values.get("instance_state") or "running"
            yield Instance(**common(each), interfaces=tuple(dict.fromkeys((*given, *later))), state=state)

    def _launched(self, each: Declared) -> Iterator[Interface]:
        """The interface that an instance brings along."""
        stack, values = self.stack, each.values
        template = self._template(each)
        subnet = stack.one(each, "subnet_id", types=SUBNET)
        if not subnet and template is not None:
            subnet = stack.one(template, "network_interfaces", 0, "subnet_id", types=SUBNET)
        if not subnet:
            subnet = self._default_subnet(values.get("availability_zone"))
        groups = self._groups_of_launch(each, template, self.vpc_of(subnet))
        own = primary_interface(each)
        known = (values.get("private_ip"), *(values.get("secondary_private_ips") or ()))
        yield from self.interface(
            own, subnet, [*groups, *self._further[own]], each,
            owner=identifier(each),
            private=[one for one in known if one],
            ipv6=values.get("ipv6_addresses") or (),
            wants_ipv6=self._wanted_ipv6(values, subnet),
            public=self.lent(own) or self._public_of_launch(each, template, subnet),
            source_dest_check=values.get("source_dest_check") is not False,
        )  # fmt: skip

    def _template(self, each: Declared) -> Declared | None:
        found = self.stack.named(each, "launch_template", 0, "id", types=(_TEMPLATE,))
        found = found or self.stack.named(each, "launch_template", 0, "name", types=(_TEMPLATE,))
        found = found or self.stack.referred(each, "launch_template", types=(_TEMPLATE,))
        return found[0] if found and isinstance(found[0], Declared) else None

    def _groups_of_launch(self, each: Declared, template: Declared | None, vpc: str) -> Sequence[str]:
        stack = self.stack
        for attribute in ("vpc_security_group_ids", "security_groups"):
            if stack.ids(each, attribute, types=GROUP):
                return self.groups(each, attribute, vpc)
        if template is not None:
            found = stack.ids(template, "vpc_security_group_ids", types=GROUP)
            found = found or stack.ids(template, "network_interfaces", 0, "security_groups", types=GROUP)
            if found:
                return found
        return self.groups(each, "vpc_security_group_ids", vpc)

    def _public_of_launch(self, each: Declared, template: Declared | None, subnet: str) -> str | bool:
        known = each.values.get("public_ip")
        if known:
            return str(known)
        asked = each.values.get("associate_public_ip_address")
        if asked is None and template is not None:
            path = ("network_interfaces", 0, "associate_public_ip_address")
            written = value_at(template.values, path)
            asked = None if written in (None, "") else str(written).lower() == "true"
        if asked is None and "public_ip" not in each.values:
            asked = subnet in self._subnets and self._subnets[subnet].map_public_ip
        return bool(asked) and "public_ip" not in each.values

    def _default_subnet(self, zone: str | None) -> str:
        """Where an instance is put that says nothing of it."""
        found = [identifier(each) for each in self.stack.of("aws_default_subnet")]
        fitting = [one for one in found if not zone or self.zone_of(one) == zone]
        return fitting[0] if fitting else ""
