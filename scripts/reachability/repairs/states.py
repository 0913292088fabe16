"""Repairs of instances, DB instances and interfaces that do not do what they should."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scripts.reachability.model import Network, TargetKind
from scripts.reachability.repairs.gateways import revived


@dataclass(frozen=True)
class StartInstance:
    """A stopped instance is started."""

    component: str

    def apply(self, network: Network) -> Network:
        """Running; routes to its interfaces work again."""
        instance = replace(network.instances[self.component], state="running")
        return network.having(instance, *revived(network, TargetKind.INTERFACE, *instance.interfaces))


@dataclass(frozen=True)
class StartDbInstance:
    """A stopped DB instance is started."""

    component: str

    def apply(self, network: Network) -> Network:
        """Available."""
        return network.having(replace(network.db_instances[self.component], status="available"))


@dataclass(frozen=True)
class DisableSourceDestCheck:
    """An interface may forward what is not for itself."""

    component: str

    def apply(self, network: Network) -> Network:
        """Without the check."""
        return network.having(replace(network.interfaces[self.component], source_dest_check=False))
