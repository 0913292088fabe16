"""The answer to a question: every path, every setting that must change, and none that need not."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from scripts.reachability.answer import Answer, Blocker, Path, Question
from scripts.reachability.flow import Flow
from scripts.reachability.model import Network
from scripts.reachability.paths.path import follow, is_open
from scripts.reachability.plan import Asked, plan, understand
from scripts.reachability.repairs import AddAclEntry, AddBalancerSubnet, Repair

#: Rounds of repair and renewed question after which what is still blocked is taken for unrepairable.
MOST_ROUNDS = 8


def ask(network: Network, question: Question) -> Answer:
    """Who may packets go from A to B, and answers back; and if not, what must change, all of it.

    Parameters
    ----------
    network
        As a reader made it.
    question
        Ends by id, name or address.

    Returns
    -------
    Answer
        Its blockers' repairs, all together, make every path open; all but any one of them do not. Where a
        blocker has no repair, no setting opens the path.

    Raises
    ------
    BadInputError
        The question cannot be understood: unknown or ambiguous ends, missing ports.
    """
    asked = understand(network, question)
    paths = {flow.key: follow(network, flow) for flow in plan(network, asked)}
    if not all(path.open for path in paths.values()):
        paths = _Search(network, asked, paths).explained()
    return Answer(asked.question, tuple(paths.values()), asked.notes)


def reaches(network: Network, question: Question) -> bool:
    """Whether every path is open, without a word on what is in the way: cheaper than `ask`.

    Raises
    ------
    BadInputError
        As `ask`.
    """
    return all(is_open(network, flow) for flow in plan(network, understand(network, question)))


@dataclass
class _Search:
    """Repairs that open every path: found round by round, each asked for again in the repaired network."""

    network: Network
    asked: Asked
    paths: dict[Hashable, Path]
    found: dict[Hashable, list[Blocker]] = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)
    stuck: set[Hashable] = field(default_factory=set)

    def explained(self) -> dict[Hashable, Path]:
        """The paths, each with what must change for it."""
        self._collect()
        if not self.stuck:
            self._drop_needless()
        return {key: path if path.open else self._told(key, path) for key, path in self.paths.items()}

    def _collect(self) -> None:
        """Repair and ask again until all is open, or nothing further can be repaired."""
        current = self.network
        for _ in range(MOST_ROUNDS):
            before = len(self.repairs)
            for flow in plan(current, self.asked):
                if flow.key not in self.stuck:
                    current = self._repaired(current, flow)
            if len(self.repairs) == before:
                break
        for flow in plan(current, self.asked):
            if flow.key not in self.stuck and not is_open(current, flow):
                self._give_up(flow, follow(current, flow))

    def _give_up(self, flow: Flow, path: Path) -> None:
        """What still blocks a flow, with everything repaired that could be, no setting repairs."""
        self.stuck.add(flow.key)
        left = [replace(each, repair=None, alternatives=()) for each in path.blockers]
        self.found[flow.key] = [*self.found.get(flow.key, ()), *left]

    def _repaired(self, current: Network, flow: Flow) -> Network:
        """The network with what blocks one flow repaired, as far as that can be seen at once."""
        known = self.paths.get(flow.key)
        if known is None or current is not self.network:
            if known is not None and is_open(current, flow):
                return current
            known = follow(current, flow)
        path = known
        # What only a repair brings into the question, such as a further node, is a path of the answer too.
        self.paths.setdefault(flow.key, path)
        for blocker in path.blockers:
            repair = blocker.repair
            if repair is None:
                self.stuck.add(flow.key)
            elif repair not in self.repairs:
                if _clashes(current, repair):
                    continue
                self.repairs.append(repair)
                current = repair.apply(current)
            self.found.setdefault(flow.key, []).append(blocker)
        return current

    def _drop_needless(self) -> None:
        """Keep of the repairs only those without which something stays closed."""
        for repair in tuple(self.repairs):
            rest = [each for each in self.repairs if each != repair]
            users = {key for key, found in self.found.items() if any(each.repair == repair for each in found)}
            if rest and self._opens(rest, users):
                self.repairs = rest

    def _opens(self, repairs: Iterable[Repair], first: set[Hashable]) -> bool:
        """Whether these repairs open every path; those in ``first`` are tried first."""
        network = self.network
        for repair in repairs:
            network = repair.apply(network)
        flows = sorted(plan(network, self.asked), key=lambda flow: flow.key not in first)
        return all(is_open(network, flow) for flow in flows)

    def _told(self, key: Hashable, path: Path) -> Path:
        """A path with its blockers: those found, and those of other paths that have the same cause."""
        blockers = [each for each in self.found.get(key, ()) if self._counts(each)]
        others = [each for found in self.found.values() for each in found if self._counts(each)]
        for mine in path.blockers:
            if mine not in blockers:
                same = next((each for each in others if _cause(each) == _cause(mine)), None)
                if same is not None and all(_cause(each) != _cause(mine) for each in blockers):
                    blockers.append(replace(mine, repair=same.repair, alternatives=same.alternatives))
        if any(self.paths[each].open for each in self.stuck):
            # What would open this way closes another for good: no setting opens both.
            blockers = [replace(each, repair=None, alternatives=()) for each in blockers or path.blockers]
        told = [self._with_common_alternatives(each) for each in blockers]
        return replace(path, blockers=tuple(told or self._without_cause(path, others)))

    def _with_common_alternatives(self, blocker: Blocker) -> Blocker:
        """A blocker whose alternatives would do for every path that its repair is for."""
        if any(isinstance(each, AddBalancerSubnet) for each in self.repairs):
            # A further node has flows of its own, which no narrower rule was made for.
            return replace(blocker, alternatives=())
        common = blocker.alternatives
        if len(self.paths) > 1:
            # An entry for one address would leave out the other nodes and targets of its subnet.
            common = tuple(each for each in common if not isinstance(each, AddAclEntry))
        found = chain(*self.found.values(), *(path.blockers for path in self.paths.values()))
        for other in found if common else ():
            if other.repair == blocker.repair or _cause(other) == _cause(blocker):
                common = tuple(each for each in common if each in other.alternatives)
        return replace(blocker, alternatives=common) if common != blocker.alternatives else blocker

    def _counts(self, blocker: Blocker) -> bool:
        return blocker.repair is None or blocker.repair in self.repairs

    def _without_cause(self, path: Path, others: Sequence[Blocker]) -> tuple[Blocker, ...]:
        """What opens a path by way of others' repairs."""
        first = path.blockers[0]
        repair = others[0].repair if others else None
        return (replace(first, repair=repair, alternatives=()),)


def _cause(blocker: Blocker) -> tuple[str, str, str]:
    return blocker.code, blocker.component.id, blocker.direction


def _clashes(network: Network, repair: Repair) -> bool:
    """Whether an entry's number was taken since it was chosen; the next round chooses another."""
    if not isinstance(repair, AddAclEntry):
        return False
    entries = network.acls[repair.component].entries
    return any((each.number, each.egress) == (repair.entry.number, repair.entry.egress) for each in entries)
