"""A packet on its way, from hop to hop."""

from __future__ import annotations

from dataclasses import replace

from scripts.reachability.model import ICMP, ICMPV6, TCP, UDP, Cidr, Interface, Network, TargetKind, Vpc
from tests.scripts.reachability.oracle.gates import (
    alive,
    best_route,
    cross_border,
    groups_admit,
    interface_at,
    is_nat,
)
from tests.scripts.reachability.oracle.packets import NOT_PUBLIC, Arrival, Dropped, Exchange, Packet


class Journey:
    """Carries one packet and its answer; remembers which stateful parts the packet has passed."""

    def __init__(self, network: Network, exchange: Exchange) -> None:
        self.network = network
        self.exchange = exchange
        self.answering = False
        self.passed: dict[str, Packet] = {}

    def send(self, packet: Packet, sender: Interface) -> Arrival:
        """A packet leaves an interface and is carried to wherever routes lead."""
        network, at, identity = self.network, sender, True
        for _ in range(16):
            vpc = network.vpcs[at.vpc]
            neighbour = interface_at(network, at.vpc, packet.destination)
            if neighbour is not None and neighbour.subnet == at.subnet:
                return Arrival(packet, neighbour, identity)
            route = best_route(network, at.subnet, packet.destination)
            if not route.active:
                raise Dropped(f"the route {route} of {at.subnet} is a blackhole")
            if route.kind is TargetKind.LOCAL:
                return Arrival(packet, self._local(packet, at, vpc, neighbour), identity)
            if route.kind is TargetKind.INTERFACE:
                through = self._middlebox(packet, at, route.target)
                if packet.destination in (*through.private_ips, *through.ipv6_addresses):
                    return Arrival(packet, through, identity)
                at, identity = through, False
                continue
            if route.kind is TargetKind.PEERING:
                across = self._peering(packet, at, route.target)
                return Arrival(packet, across, identity)
            cross_border(network, packet, at.subnet, egress=True)
            if route.kind is TargetKind.GATEWAY_ENDPOINT:
                return Arrival(packet, None, identity=False, door=self._endpoint(packet, at, route.target))
            if route.kind is TargetKind.INTERNET_GATEWAY:
                return self._internet_gateway(packet, at.vpc, route.target)
            if route.kind is TargetKind.EGRESS_ONLY_GATEWAY:
                return self._egress_only(packet, at.vpc, route.target)
            if route.kind is TargetKind.NAT_GATEWAY:
                return self._nat_gateway(packet, at, route.target)
            raise Dropped(f"nobody knows what {route.target} does")
        raise Dropped("the packet goes in circles")

    def _local(self, packet: Packet, at: Interface, vpc: Vpc, to: Interface | None) -> Interface:
        ranges: tuple[Cidr, ...] = (*vpc.cidrs, *vpc.ipv6_cidrs)
        if not any(packet.destination in each for each in ranges):
            raise Dropped(f"{packet.destination} lies not in {vpc.id}")
        if to is None:
            raise Dropped(f"nobody in {vpc.id} has {packet.destination}")
        self._cross(packet, at.subnet, to.subnet)
        return to

    def _cross(self, packet: Packet, one: str, other: str) -> None:
        if one != other:
            cross_border(self.network, packet, one, egress=True)
            cross_border(self.network, packet, other, egress=False)

    def _middlebox(self, packet: Packet, at: Interface, target: str) -> Interface:
        box = self.network.interfaces.get(target)
        if box is None or box.vpc != at.vpc:
            raise Dropped(f"{target} is no interface of {at.vpc}")
        self._cross(packet, at.subnet, box.subnet)
        if packet.destination in (*box.private_ips, *box.ipv6_addresses):
            return box
        alive(self.network, box)
        if box.source_dest_check:
            raise Dropped(f"{box.id} takes only what is sent to itself")
        if not (self.answering and box.id in self.passed):
            for egress in (False, True):
                if not groups_admit(self.network, box, packet, egress=egress, other=None):
                    raise Dropped(f"security groups of {box.id} stop {packet}")
        self.passed[box.id] = packet
        return box

    def _peering(self, packet: Packet, at: Interface, target: str) -> Interface:
        peering = self.network.peerings.get(target)
        if peering is None or peering.status != "active":
            raise Dropped(f"{target} is not active")
        other = self.network.vpcs.get(peering.across(at.vpc) or "")
        if other is None:
            raise Dropped(f"{target} does not end in {at.vpc}")
        ranges: tuple[Cidr, ...] = (*other.cidrs, *other.ipv6_cidrs)
        to = interface_at(self.network, other.id, packet.destination)
        if to is None or not any(packet.destination in each for each in ranges):
            raise Dropped(f"{packet.destination} is nobody's in {other.id}")
        if not self.network.vpcs[at.vpc].holds(packet.source):
            raise Dropped(f"{target} takes only what begins in {at.vpc}")
        self._cross(packet, at.subnet, to.subnet)
        return to

    def _endpoint(self, packet: Packet, at: Interface, target: str) -> str:
        endpoint = self.network.endpoints.get(target)
        if endpoint is None or endpoint.state != "available" or endpoint.vpc != at.vpc:
            raise Dropped(f"{target} is not available to {at.vpc}")
        if packet.protocol not in (TCP, ICMP, ICMPV6):
            raise Dropped(f"{target} carries only TCP and echoes")
        ours = self.network.prefix_lists.get(endpoint.prefix_list or "")
        if ours is None or not any(packet.destination in each for each in ours.cidrs):
            raise Dropped(f"{packet.destination} is not of {target}'s service")
        self.passed[target] = packet
        return target

    def _internet_gateway(self, packet: Packet, vpc: str, target: str) -> Arrival:
        gateway = self.network.internet_gateways.get(target)
        if gateway is None or gateway.vpc != vpc:
            raise Dropped(f"{target} is not attached to {vpc}")
        sender = interface_at(self.network, vpc, packet.source)
        if sender is None:
            raise Dropped(f"{packet.source} is nobody's in {vpc}")
        if any(packet.destination in each for each in NOT_PUBLIC):
            raise Dropped(f"{target} does not carry to the private address {packet.destination}")
        if packet.source.version == 6:
            if any(packet.source in each for each in NOT_PUBLIC):
                raise Dropped(f"{packet.source} is unknown outside")
            return self.from_outside(packet, door=target)
        if sender.public_ip is None:
            raise Dropped(f"{sender.id} has no public address")
        return self.from_outside(replace(packet, source=sender.public_ip), door=target)

    def _egress_only(self, packet: Packet, vpc: str, target: str) -> Arrival:
        gateway = self.network.egress_only_gateways.get(target)
        if gateway is None or gateway.vpc != vpc or packet.source.version != 6:
            raise Dropped(f"{target} carries nothing of the kind out of {vpc}")
        if self.answering and target not in self.passed:
            raise Dropped(f"{target} lets nobody in, so there is nothing to answer")
        if any(packet.destination in each for each in NOT_PUBLIC):
            raise Dropped(f"{target} does not carry to the private address {packet.destination}")
        self.passed[target] = packet
        return self.from_outside(packet, door=target)

    def _nat_gateway(self, packet: Packet, at: Interface, target: str) -> Arrival:
        """In from its VPC; out with its own address, to an internet gateway."""
        network = self.network
        nat = network.nat_gateways.get(target)
        if nat is None or nat.state != "available" or nat.vpc != at.vpc or not nat.public:
            raise Dropped(f"{target} does not serve {at.vpc}")
        if packet.source.version != 4 or packet.protocol not in (TCP, UDP, ICMP):
            raise Dropped(f"{target} carries TCP, UDP and ICMP of IPv4 only")
        face = network.interfaces.get(nat.interface or "")
        if face is None or not face.private_ips or face.public_ip is None:
            raise Dropped(f"{target} has no public address")
        if at.subnet != nat.subnet:
            cross_border(network, packet, nat.subnet, egress=False)
        self.passed[target] = packet
        port = self.exchange.nat_port if packet.protocol in (TCP, UDP) else 0
        onward = replace(packet, source=face.private_ips[0], source_port=port)
        route = best_route(network, nat.subnet, packet.destination)
        if not route.active or route.kind is not TargetKind.INTERNET_GATEWAY:
            raise Dropped(f"{target} lies in a subnet without a way to the internet")
        cross_border(network, onward, nat.subnet, egress=True)
        return self._internet_gateway(onward, nat.vpc, route.target)

    def from_outside(self, packet: Packet, door: str = "") -> Arrival:
        """On the internet: a packet comes to the interface that is known by its destination, or to others."""
        network = self.network
        known = [
            each
            for each in network.interfaces.values()
            if packet.destination == each.public_ip or packet.destination in each.ipv6_addresses
        ]  # fmt: skip
        if not known:
            return Arrival(packet, None, identity=False, door=door)
        to = known[0]
        doors = [each.id for each in network.internet_gateways.values() if each.vpc == to.vpc]
        if packet.destination.version == 6 and self.answering:
            egress_only = network.egress_only_gateways.values()
            doors += [each.id for each in egress_only if each.vpc == to.vpc and each.id in self.passed]
        if not doors:
            raise Dropped(f"{to.vpc} is not attached to the internet")
        if packet.destination.version == 4:
            packet = replace(packet, destination=to.private_ips[0])
        if self.answering:
            for nat in network.nat_gateways.values():
                if nat.interface == to.id and nat.id in self.passed:
                    return self._back_through_nat(packet, nat.id, to)
        if is_nat(network, to) and not self.answering:
            raise Dropped(f"{to.id} of a NAT gateway takes nothing that nobody asked for")
        cross_border(network, packet, to.subnet, egress=False)
        return Arrival(packet, to, identity=False)

    def back_in(self, answer: Packet, door: str) -> Arrival:
        """An answer from outside comes in by the door that the request left by."""
        if door in self.network.endpoints:
            asked = self.passed[door]
            to = interface_at(self.network, self.network.endpoints[door].vpc, asked.source)
            assert to is not None
            cross_border(self.network, answer, to.subnet, egress=False)
            return Arrival(answer, to, identity=False)
        return self.from_outside(answer)

    def _back_through_nat(self, packet: Packet, nat: str, face: Interface) -> Arrival:
        asked = self.passed[nat]
        cross_border(self.network, packet, face.subnet, egress=False)
        inward = replace(packet, destination=asked.source, destination_port=asked.source_port)
        return self.send(inward, face)
