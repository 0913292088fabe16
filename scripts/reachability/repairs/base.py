"""What every repair can do."""

from __future__ import annotations

from typing import Protocol

from scripts.reachability.model import Network


class Repair(Protocol):
    """One change of one setting: a frozen dataclass for each kind of change."""

    @property
    def component(self) -> str:
        """Id of what is changed, or beside which something is made."""

    def apply(self, network: Network) -> Network:
        """The network with this done, and nothing else."""
