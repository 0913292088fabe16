"""Security groups of both ends of every pair, by how the ends look to each other on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from scripts.reachability.model import Address, Network
from scripts.reachability.pairs.admission import Admission, Flags, Peers
from scripts.reachability.pairs.classes import Class
from scripts.reachability.traffic import Part


class Look(Enum):
    """By which address an end is seen."""

    OWN = "own"
    PUBLIC = "public"
    ANOTHERS = "another's"


@dataclass(frozen=True)
class View:
    """How one end of a way looks to the security groups of the other one.

    Attributes
    ----------
    identity
        Whether they can tell which interface it is, and so its groups.
    address
        Of whom it seems to come, where that is another's, as a NAT gateway's.
    """

    look: Look
    version: int
    identity: bool = False
    address: Address | None = None


class Gates:
    """What the groups of every class admit.

    Parameters
    ----------
    classes
        In the order of the matrix.
    """

    def __init__(self, network: Network, classes: Sequence[Class]) -> None:
        self._classes = classes
        sets = list(dict.fromkeys(each.groups for each in classes))
        at = {groups: number for number, groups in enumerate(sets)}
        self._set_of: npt.NDArray[np.intp] = np.array([at[each.groups] for each in classes], np.intp)
        self._admission = Admission(network, sets)
        self._peers: dict[View, Peers] = {}
        self._tables: dict[tuple[View, bool, tuple[Part, ...]], Flags] = {}

    def admitted(
        self, own: slice, others: slice, view: View | None, parts: tuple[Part, ...], *, egress: bool
    ) -> Flags:
        """Whether the groups of some classes admit what goes to (egress) or comes from others.

        Parameters
        ----------
        view
            How the others look; None where no group is asked.

        Returns
        -------
        numpy.ndarray
            Bool, shape (own, others).
        """
        count = len(self._classes)
        shape = len(range(*own.indices(count))), len(range(*others.indices(count)))
        if view is None:
            return np.ones(shape, np.bool_)
        table = self._table(view, parts, egress)[self._set_of[own]]
        return np.broadcast_to(table, shape) if view.look is Look.ANOTHERS else table[:, others]

    def forget(self) -> None:
        """Let go of the tables that were made, which are large and of use for the same ports alone."""
        self._tables.clear()

    def _table(self, view: View, parts: tuple[Part, ...], egress: bool) -> Flags:
        key = view, egress, parts
        if key not in self._tables:
            self._tables[key] = self._admission.table(self._seen(view), parts, egress=egress)
        return self._tables[key]

    def _seen(self, view: View) -> Peers:
        if view not in self._peers:
            self._peers[view] = self._look(view)
        return self._peers[view]

    def _look(self, view: View) -> Peers:
        if view.look is Look.ANOTHERS:
            return Peers([view.address], [frozenset()])
        own = view.look is Look.OWN
        addresses = [
            each.private(view.version) if own else each.public(view.version) for each in self._classes
        ]
        return Peers(addresses, [each.groups if view.identity else frozenset() for each in self._classes])
