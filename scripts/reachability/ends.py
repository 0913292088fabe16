"""A question's source and destination: names, ids and addresses made into interfaces or the outside."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from itertools import chain
from typing import ClassVar

from scripts.errors import BadInputError
from scripts.reachability.model import (
    Address,
    Cidr,
    Component,
    DbInstance,
    Endpoint,
    GlueConnection,
    Instance,
    Interface,
    LoadBalancer,
    NatGateway,
    Network,
)

INTERNET = "internet"
SERVICES = ("s3", "dynamodb")

#: Addresses that no internet gateway carries to: private (RFC 1918, RFC 4193) and shared (RFC 6598) ones.
PRIVATE: tuple[Cidr, ...] = tuple(
    ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
SHARED: tuple[Cidr, ...] = (ip_network("100.64.0.0/10"),)

#: How many candidates an error lists.
_CANDIDATES = 8


@dataclass(frozen=True, kw_only=True)
class Outside(Component):
    """What no VPC holds: the internet, one address of it, or a service of the region; ``id`` says which."""

    kind: ClassVar[str] = "outside"


@dataclass(frozen=True)
class End:
    """One end of a question.

    Attributes
    ----------
    component
        What was named.
    interfaces
        Ids of the network interfaces that packets come from or go to; empty for what is outside of every VPC,
        and for a component that has none (which then nobody reaches).
    outside
        Addresses of what lies outside, each with the range that it stands for; empty for `INTERNET`, whose
        typical address depends on the rules of the other end, and for what lies inside.
    """

    component: Component
    interfaces: tuple[str, ...] = ()
    outside: tuple[tuple[Address, Cidr], ...] = ()

    @property
    def is_outside(self) -> bool:
        """Whether it lies in no VPC."""
        return isinstance(self.component, Outside)

    @property
    def is_internet(self) -> bool:
        """Whether all public addresses are meant."""
        return self.is_outside and self.component.id == INTERNET


def resolve(network: Network, text: str) -> End:
    """The end that somebody means.

    Parameters
    ----------
    text
        An id, a Terraform address, a Name, a DB identifier, the name of a Glue connection or of a job that
        uses it, an ARN, an IP address, ``internet``, ``s3`` or ``dynamodb``. Upper and lower case differ, as
        in AWS.

    Raises
    ------
    BadInputError
        Nothing or more than one thing has this name; says what there is.
    """
    if text == INTERNET:
        return End(Outside(id=INTERNET))
    if text in SERVICES:
        return _service(network, text)
    address = _address(text)
    if address is not None:
        return _at(network, address)
    found = [mapping[text] for mapping in _kinds(network) if text in mapping] or _named(network, text)
    if not found:
        raise _unknown(network, text)
    if len(found) > 1:
        raise BadInputError(
            f"{text!r} is ambiguous: it names {len(found)} things",
            f"Give one of these ids: {_listed(found)}.",
        )
    return _end(network, found[0])


def owner_of(network: Network, interface: Interface) -> Component:
    """What an interface belongs to; the interface itself where nobody is known."""
    owner = interface.owner
    if owner:
        for mapping in _kinds(network):
            if owner in mapping:
                return mapping[owner]
    return interface


def service_list(network: Network, service: str) -> str | None:
    """Id of the prefix list that holds a service's addresses, where the network knows one."""
    name = f"com.amazonaws.{network.region}.{service}"
    for listed in network.prefix_lists.values():
        if listed.name == name:
            return listed.id
    for endpoint in network.endpoints.values():
        if endpoint.gateway and endpoint.service == service and endpoint.prefix_list in network.prefix_lists:
            return endpoint.prefix_list
    return None


def _kinds(network: Network) -> tuple[Mapping[str, Component], ...]:
    return (
        network.instances,
        network.db_instances,
        network.load_balancers,
        network.glue_connections,
        network.nat_gateways,
        network.endpoints,
        network.interfaces,
    )


def _components(network: Network) -> Iterator[Component]:
    return chain.from_iterable(each.values() for each in _kinds(network))


def _named(network: Network, text: str) -> list[Component]:
    """Components of a name or Terraform address; not an interface beside its owner of the same name."""
    found = [each for each in _components(network) if text and text in _names(each)]
    owners = {each.id for each in found if not isinstance(each, Interface)}
    return [each for each in found if not (isinstance(each, Interface) and each.owner in owners)]


def _names(component: Component) -> tuple[str, ...]:
    """What a component can be asked for by, besides its id."""
    jobs = component.jobs if isinstance(component, GlueConnection) else ()
    return (component.name, component.address, *jobs)


def _end(network: Network, component: Component) -> End:
    match component:
        case Interface():
            interfaces: tuple[str, ...] = (component.id,)
        case Instance() | GlueConnection():
            interfaces = component.interfaces[:1]
        case NatGateway():
            interfaces = (component.interface,) if component.interface else ()
        case Endpoint(gateway=True):
            return _service(network, component.service)
        case DbInstance() | LoadBalancer() | Endpoint():
            interfaces = component.interfaces
        case _:
            interfaces = ()
    return End(component, tuple(each for each in interfaces if each in network.interfaces))


def _service(network: Network, service: str) -> End:
    """A service by the ranges of its prefix list; without one it is somewhere on the internet."""
    listed = service_list(network, service)
    cidrs = network.prefix_lists[listed].cidrs if listed else ()
    return End(Outside(id=service), outside=tuple((_first(cidr), cidr) for cidr in cidrs))


def _first(cidr: Cidr) -> Address:
    return cidr[1] if cidr.num_addresses > 1 else cidr[0]


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _at(network: Network, address: Address) -> End:
    found = [
        network.interface_at[vpc, address] for vpc in network.vpcs if (vpc, address) in network.interface_at
    ]
    if not found and address in network.interface_of_public:
        found = [network.interface_of_public[address]]
    if len(found) > 1:
        raise BadInputError(
            f"{address} is ambiguous: {len(found)} VPCs have an interface of this address",
            f"Give one of these ids: {_listed(found)}.",
        )
    if found:
        return End(found[0], (found[0].id,))
    if address.is_loopback:
        raise BadInputError(
            f"{address} is a machine's own address for itself: no packet of another goes there",
            f"Give the name or id of what listens there, such as: {_close(network, str(address))}.",
        )
    inside = next((each for each in network.vpcs.values() if each.holds(address)), None)
    if inside is not None or any(address in each for each in (*PRIVATE, *SHARED)):
        where = f"it lies in {inside.id}" if inside else "it is private"
        raise BadInputError(
            f"no interface has the address {address}, and {where}, so it is not on the internet either",
            f"Give an address that is in use, or one of these: {_close(network, str(address))}.",
        )
    return End(Outside(id=str(address)), outside=((address, ip_network(address)),))


def _unknown(network: Network, text: str) -> BadInputError:
    if not any(_kinds(network)):
        return BadInputError(
            f"nothing here is called {text!r}: the network holds nothing that sends or answers",
            "Apply the environment first, or read the plan of it.",
        )
    return BadInputError(
        f"nothing here is called {text!r}", f"Did you mean one of these? {_close(network, text)}."
    )


def _close(network: Network, text: str) -> str:
    """The components whose names resemble a text most, and what may be asked besides."""
    by_name: dict[str, Component] = {}
    for each in _components(network):
        if not (isinstance(each, Interface) and each.owner and not each.name):
            by_name |= {name: each for name in (each.id, *_names(each)) if name}
    names = difflib.get_close_matches(text, by_name, n=_CANDIDATES, cutoff=0.5)
    names += [each for each in by_name if each not in names]
    return _listed({by_name[each].id: by_name[each] for each in names}.values())


def _listed(found: Iterable[Component]) -> str:
    components = list(found)
    told = [_told(each) for each in components[:_CANDIDATES]]
    if len(components) > _CANDIDATES:
        told.append(f"and {len(components) - _CANDIDATES} more")
    return ", ".join(told)


def _told(component: Component) -> str:
    name = f"{component.name!r}, " if component.name and component.name != component.id else ""
    return f"{component.id} ({name}{component.kind})"
