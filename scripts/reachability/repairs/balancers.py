"""Repairs of load balancers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scripts.reachability.model import Interface, Listener, Network


@dataclass(frozen=True)
class EnableCrossZone:
    """Every node may send to the targets of every zone."""

    component: str

    def apply(self, network: Network) -> Network:
        """With cross-zone load balancing."""
        return network.having(replace(network.load_balancers[self.component], cross_zone=True))


@dataclass(frozen=True)
class AddBalancerSubnet:
    """A load balancer gets a node in a further subnet; ``node`` stands for its interface."""

    component: str
    node: Interface

    def apply(self, network: Network) -> Network:
        """With the further node."""
        balancer = network.load_balancers[self.component]
        balancer = replace(
            balancer,
            subnets=(*balancer.subnets, self.node.subnet),
            interfaces=(*balancer.interfaces, self.node.id),
        )
        return network.having(balancer, self.node)


@dataclass(frozen=True)
class CreateListener:
    """A load balancer listens at a further port."""

    component: str
    listener: Listener

    def apply(self, network: Network) -> Network:
        """With the further listener."""
        balancer = network.load_balancers[self.component]
        return network.having(replace(balancer, listeners=(*balancer.listeners, self.listener)))
