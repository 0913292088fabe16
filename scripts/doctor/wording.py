"""How parts of the network are called and packets are told."""

from __future__ import annotations

from scripts.doctor import settings
from scripts.reachability import ends, wording
from scripts.reachability.answer import Answer, Header, Question
from scripts.reachability.model import PORTS, Component, DbInstance, Instance, Interface, Network
from scripts.reachability.wording import traffic

#: Kinds whose words are not those of their id; what lies outside says itself what it is.
_KINDS = {
    "network-acl": "network ACL",
    "vpc": "VPC",
    "vpc-endpoint": "VPC endpoint",
    "vpc-peering-connection": "peering connection",
    "nat-gateway": "NAT gateway",
    "db-instance": "DB instance",
    "glue-connection": "Glue connection",
    "outside": "",
}


def ports(range_: tuple[int, int]) -> str:
    """``5432`` or ``1024-65535``."""
    first, last = range_
    return str(first) if first == last else f"{first}-{last}"


def packet(header: Header) -> str:
    """A packet on one line: ``tcp 5432 from 10.0.0.5 to 10.0.20.6``."""
    what = traffic(
        header.protocol, header.destination_ports if header.destination_ports != PORTS else (-1, -1)
    )
    return f"{what} from {header.source} to {header.destination}"


def asked(question: Question) -> str:
    """What a question is about: ``bastion -> sourcelab-postgres, tcp 5432``."""
    range_ = f" {ports(question.ports)}" if question.ports and question.protocol in ("tcp", "udp") else ""
    return f"{question.source} -> {question.destination}, {question.protocol}{range_}"


def verdict(answer: Answer) -> str:
    """The answer in one line."""
    about = asked(answer.question)
    if answer.reachable:
        return f"{about}: reachable"
    count = len(settings.of(answer))
    must = f"{count} settings must change" if count > 1 else "one setting must change"
    if not answer.repairable:
        must = "no setting repairs this"
    return f"{about}: NOT reachable, {must}"


def named(component: Component) -> str:
    """The name alone, or else the id."""
    return component.name or component.id


def called(component: Component) -> str:
    """Name and id; of what is known by an ARN the name alone."""
    return named(component) if component.id.startswith("arn:") else wording.called(component)


def what(component: Component) -> str:
    """Kind, name and id: ``route table main (rtb-1)``."""
    kind = _KINDS.get(component.kind, component.kind.replace("-", " "))
    return f"{kind} {called(component)}".strip()


def placed(network: Network, interface: Interface, owner: Component | None = None) -> str:
    """Where an end stands: what it is, its addresses, its subnet, zone and VPC.

    Parameters
    ----------
    owner
        What it belongs to, where that is known better than the interface knows it.
    """
    addresses = [str(each) for each in (*interface.private_ips, *interface.ipv6_addresses)]
    if interface.public_ip:
        addresses.append(f"public {interface.public_ip}")
    where = ", ".join(addresses) + (" (assumed)" if interface.assumed else "")
    subnet, vpc = network.subnets.get(interface.subnet), network.vpcs.get(interface.vpc)
    at = named(subnet) if subnet is not None else interface.subnet
    return (
        f"{_stated(owner or ends.owner_of(network, interface))}: {where} in {at} of "
        f"{named(vpc) if vpc is not None else interface.vpc}"
    )


def _stated(component: Component) -> str:
    """A component with its state, where it may be another than it should."""
    if isinstance(component, Instance):
        return f"{named(component)}, {component.state}"
    return (
        f"{named(component)}, {component.status}" if isinstance(component, DbInstance) else named(component)
    )
