"""Routes towards what lies outside of every VPC: the internet, or a service that an endpoint leads to."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.reachability import wording
from scripts.reachability.model import (
    ICMP,
    ICMPV6,
    TCP,
    Address,
    Endpoint,
    Interface,
    Network,
    Route,
    RouteTable,
    TargetKind,
)
from scripts.reachability.paths.gateways import (
    EVERYWHERE,
    attached,
    gateway_id,
    leads_outside,
    nat_gateway_for,
    serves,
)
from scripts.reachability.paths.routes import Unfit, Wish
from scripts.reachability.paths.states import state_of, works
from scripts.reachability.traffic import Packets
from scripts.reachability.walk import Party

#: What a gateway endpoint carries, beside the echoes of ICMP.
_CARRIED = frozenset({TCP, ICMP, ICMPV6})


def carried(packets: Packets) -> bool:
    """Whether gateway endpoints carry these packets: TCP, and ICMP echo requests with their replies."""
    return all(part.protocol in _CARRIED for part in packets.request)


@dataclass(frozen=True)
class TowardsOutside:
    """To a public address.

    Attributes
    ----------
    only_gateway
        True where nothing but the internet gateway will do: for an answer to who came in by it, and for what
        leaves a NAT gateway.
    """

    network: Network
    packets: Packets
    goal: Party
    only_gateway: bool = False

    @property
    def _address(self) -> Address:
        return self.goal.address

    def fits(self, route: Route, at: Interface) -> bool:
        """Whether a route leads there, once what is wrong further on is repaired."""
        network = self.network
        match route.kind:
            case TargetKind.INTERNET_GATEWAY:
                gateway = network.internet_gateways.get(route.target)
                if gateway is None or gateway_id(network, at.vpc) != gateway.id:
                    return False
                return route.active or gateway.vpc is None
            case TargetKind.NAT_GATEWAY:
                nat = network.nat_gateways.get(route.target)
                plain = route.active and not self.only_gateway and self._address.version == 4
                return plain and nat is not None and serves(network, nat, at.vpc)
            case TargetKind.EGRESS_ONLY_GATEWAY:
                egress_only = network.egress_only_gateways.get(route.target)
                plain = route.active and not self.only_gateway and self._address.version == 6
                return plain and egress_only is not None and egress_only.vpc == at.vpc
            case TargetKind.GATEWAY_ENDPOINT:
                endpoint = network.endpoints.get(route.target)
                plain = route.active and not self.only_gateway
                return plain and endpoint is not None and self._leads(endpoint, at.vpc)
            case _:
                return False

    def _leads(self, endpoint: Endpoint, vpc: str) -> bool:
        listed = self.network.prefix_lists.get(endpoint.prefix_list or "")
        return (
            endpoint.vpc == vpc
            and endpoint.gateway
            and listed is not None
            and any(self._address in each for each in listed.cidrs)
        )

    def wish(self, table: RouteTable | None, at: Interface) -> Wish:
        """The service's endpoint; else the internet gateway for what is public; else a NAT gateway."""
        endpoint = self._endpoint(at.vpc)
        if endpoint is not None and endpoint.prefix_list is not None:
            why = f"the VPC has the gateway endpoint {wording.called(endpoint)} for these addresses"
            return Wish(Route(endpoint.prefix_list, TargetKind.GATEWAY_ENDPOINT, endpoint.id), why)
        version = self._address.version
        gateway = Route(EVERYWHERE[version], TargetKind.INTERNET_GATEWAY, gateway_id(self.network, at.vpc))
        if self.only_gateway:
            return Wish(gateway, "")
        return self._wish_v6(gateway, at) if version == 6 else self._wish_v4(gateway, table, at)

    def _endpoint(self, vpc: str) -> Endpoint | None:
        if self.only_gateway or self.goal.prefix_list is None or not carried(self.packets):
            return None
        found = self.network.endpoints.values()
        return next((each for each in found if works(each) and self._leads(each, vpc)), None)

    def _wish_v4(self, gateway: Route, table: RouteTable | None, at: Interface) -> Wish:
        if at.public_ip is not None:
            return Wish(
                gateway,
                f"{at.id} has a public address, so a route to an internet gateway is taken to be meant",
            )
        if table is not None and leads_outside(table):
            return Wish(gateway, "the subnet is a public one, so its internet gateway is taken to be meant")
        nat = nat_gateway_for(self.network, at)
        if nat is None:
            return Wish(
                gateway,
                "the VPC has no NAT gateway and no public subnet for one, so a route to an internet gateway "
                "is taken to be meant",
            )
        identifier, why = nat
        route = Route(EVERYWHERE[4], TargetKind.NAT_GATEWAY, identifier)
        return Wish(route, f"{at.id} has no public address, and {why}, so a route to it is taken to be meant")

    def _wish_v6(self, gateway: Route, at: Interface) -> Wish:
        egress_only = self.network.egress_only_gateways.values()
        own = next((each for each in egress_only if each.vpc == at.vpc), None)
        if own is not None:
            why = f"the VPC has the egress-only internet gateway {wording.called(own)}"
            return Wish(Route(EVERYWHERE[6], TargetKind.EGRESS_ONLY_GATEWAY, own.id), why)
        return Wish(
            gateway, "an IPv6 address is public, so a route to an internet gateway is taken to be meant"
        )

    def unfit(self, route: Route, at: Interface) -> Unfit | None:
        """What each kind of target does with packets for a public address."""
        network, target = self.network, route.target
        match route.kind:
            case TargetKind.INTERNET_GATEWAY:
                if target not in network.internet_gateways:
                    return Unfit("BAD_STATE_ROUTE", f"leads to an internet gateway that is gone: {target}.")
                return Unfit("BAD_STATE_ATTACHMENT", f"leads to {target}, which is not attached to {at.vpc}.")
            case TargetKind.NAT_GATEWAY:
                return self._unfit_nat(target, at)
            case TargetKind.EGRESS_ONLY_GATEWAY:
                return self._unfit_egress_only(target, at)
            case TargetKind.PEERING:
                return Unfit(
                    "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
                    f"leads to the peering {target}, and {self._address} is not an address of the VPC at its "
                    "other side: a peering leads to no gateway there.",
                )
            case TargetKind.GATEWAY_ENDPOINT:
                if self.only_gateway:
                    return Unfit(
                        "NO_ROUTE_TO_DESTINATION",
                        f"sends the answer to {target}, not where it is waited for.",
                    )
                return Unfit(
                    "BAD_STATE_ROUTE", f"leads to the endpoint {target}, which is not of {at.vpc} or is gone."
                )
            case TargetKind.LOCAL:
                return Unfit(
                    "VPC_LOCAL_ROUTE_CIDR_RESTRICTION",
                    f"takes {self._address} for an address of {at.vpc}, which has no such range.",
                )
            case TargetKind.UNMODELLED:
                return Unfit("UNSUPPORTED_COMPONENT", f"leads to {target}, which is not known here.", False)
            case _:
                return None

    def _unfit_nat(self, target: str, at: Interface) -> Unfit:
        nat = self.network.nat_gateways.get(target)
        if nat is None:
            return Unfit("BAD_STATE_ROUTE", f"leads to a NAT gateway that is gone: {target}.")
        if nat.vpc != at.vpc:
            return Unfit(
                "NGW_REQUIRES_SOURCE_IN_VPC", f"leads to the NAT gateway {target} of another VPC, {nat.vpc}."
            )
        if self._address.version == 6:
            return Unfit(
                "PROTOCOL_RESTRICTION", f"leads to the NAT gateway {target}, which carries IPv4 only."
            )
        if nat.state != "available":
            return Unfit("BAD_STATE", f"leads to the NAT gateway {target}, which is {state_of(nat)}.")
        if not nat.public:
            return Unfit(
                "UNSUPPORTED_COMPONENT",
                f"leads to {target}, a private NAT gateway: not to the internet.",
                False,
            )
        if self.only_gateway:
            return Unfit(
                "NO_ROUTE_TO_DESTINATION",
                f"leads to the NAT gateway {target}; what came in by an internet gateway must leave by it: a "
                "NAT gateway drops what it did not see begin.",
            )
        return Unfit(
            "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", f"leads to the NAT gateway {target} without an address."
        )

    def _unfit_egress_only(self, target: str, at: Interface) -> Unfit:
        gateway = self.network.egress_only_gateways.get(target)
        if gateway is None:
            return Unfit(
                "BAD_STATE_ROUTE", f"leads to an egress-only internet gateway that is gone: {target}."
            )
        if gateway.vpc != at.vpc:
            return Unfit("BAD_STATE_ATTACHMENT", f"leads to {target}, which is not attached to {at.vpc}.")
        if self._address.version == 4:
            return Unfit("PROTOCOL_RESTRICTION", f"leads to {target}, which carries IPv6 only.")
        return Unfit(
            "NO_ROUTE_TO_DESTINATION",
            f"sends the answer to {target}, which lets nobody in and knows of no request.",
        )


__all__ = ["TowardsOutside", "attached", "carried"]
