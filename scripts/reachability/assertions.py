"""Do the assertions of a file hold in a network: does everybody reach whom they must, and nobody else?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.errors import BadInputError
from scripts.reachability import engine
from scripts.reachability.answer import Answer, Blocker, Question
from scripts.reachability.answer import Path as Way
from scripts.reachability.assertion_file import Assertions, Connection, Endpoint, read
from scripts.reachability.model import (
    DbInstance,
    GlueConnection,
    Instance,
    Interface,
    LoadBalancer,
    Network,
)
from scripts.reachability.paths.path import follow
from scripts.reachability.plan import plan, understand
from scripts.reachability.public_space import representatives

#: The stack's prefix where nobody chose another one.
PREFIX = "sourcelab"

_NOUNS = {
    "instance": "instance", "load_balancer": "load balancer", "database": "DB instance",
    "glue_connection": "Glue connection",
}  # fmt: skip

_Named = Instance | LoadBalancer | DbInstance | GlueConnection


@dataclass(frozen=True)
class Verdict:
    """What became of one connection of the file.

    Attributes
    ----------
    skipped
        Why it was not judged; empty where it was.
    failures
        Answers that are not as they must be: blocked ones of a ``must``, open ones of a ``must_not``. Several
        where one end is the internet, whose parts are asked about one by one.
    """

    connection: Connection
    skipped: str = ""
    failures: tuple[Answer, ...] = ()

    @property
    def holds(self) -> bool:
        """False where the network contradicts the file."""
        return not self.failures

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """Of a ``must`` that fails: every setting that stops it."""
        if not self.connection.must:
            return ()
        return tuple(dict.fromkeys(blocker for answer in self.failures for blocker in answer.blockers))

    @property
    def ways(self) -> tuple[Way, ...]:
        """Of a ``must_not`` that fails: every open way, whose hops say which rule let it through."""
        if self.connection.must:
            return ()
        return tuple(way for answer in self.failures for way in _open_ways(self.connection, answer))

    def __str__(self) -> str:
        if self.skipped:
            return f"{self.connection}: not judged, {self.skipped}"
        return f"{self.connection}: {'holds' if self.holds else 'FAILS'}. {self.connection.because}"


def check(
    network: Network, file: Path, *, prefix: str = PREFIX, without: Collection[str] = ()
) -> list[Verdict]:
    """Judge every connection of a file.

    Parameters
    ----------
    file
        Such as ``infrastructure/reachability.yaml``, whose head describes its form.
    prefix
        What ``{name}`` stands for in it.
    without
        Names of its endpoints that the stack was built without.

    Returns
    -------
    list of Verdict
        In the order of the file, one for each pair of ends and port. Endpoints that the stack was built
        without take their connections with them: those are skipped. That is taken to be so where the stack
        has nothing of that kind at all.

    Raises
    ------
    BadInputError
        The file is not as described; an endpoint is not in the network although others of its kind are, or
        none is; or one in ``without`` is in it.
    """
    return _Check(network, read(file, prefix), without).verdicts()


class _Check:
    def __init__(self, network: Network, assertions: Assertions, without: Collection[str]) -> None:
        self.network, self.assertions = network, assertions
        self._refuse_without(without)
        self.found = {
            name: each
            for name, endpoint in assertions.endpoints.items()
            if name not in without and (each := self._find(endpoint)) is not None
        }
        self._refuse_unknown(without)

    def verdicts(self) -> list[Verdict]:
        return [self._verdict(each) for each in self.assertions.connections]

    def _verdict(self, connection: Connection) -> Verdict:
        for end in (connection.source, connection.destination):
            if end.kind in _NOUNS and end.name not in self.found:
                noun = _NOUNS[end.kind]
                return Verdict(connection, f"the network was built without the {noun} {end.value!r}")
        failures = self._failures(connection, *self._questions(connection))
        return Verdict(connection, failures=tuple(failures))

    def _failures(self, connection: Connection, *questions: Question) -> Iterator[Answer]:
        """Answers that are not as the file says; of who must not, one open way is enough."""
        for question in questions:
            if connection.must:
                answer = engine.ask(self.network, question)
                if not answer.reachable:
                    yield answer
                    # What keeps out the typical address keeps out the others, and is told better of it.
                    return
            else:
                answer = self._followed(question)
                if _open_ways(connection, answer):
                    yield answer

    def _followed(self, question: Question) -> Answer:
        """What is open and what is not, without a search for what would open it."""
        asked = understand(self.network, question)
        paths = tuple(follow(self.network, flow) for flow in plan(self.network, asked))
        return Answer(asked.question, paths, asked.notes)

    def _questions(self, connection: Connection) -> Iterator[Question]:
        """One question for each version of IP and each part of the internet, the typical one first."""
        ends = connection.source, connection.destination
        ports = connection.port, connection.port
        for version in self._versions(connection):
            source, destination = (
                self.found[each.name].id if each.name in self.found else each.value for each in ends
            )
            yield Question(source, destination, "tcp", ports, version)
            for here, there in (ends, ends[::-1]):
                if here.kind != "internet":
                    continue
                for address in representatives(self.network, self._interfaces(there), version)[1:]:
                    pair = (str(address), destination) if here is ends[0] else (source, str(address))
                    yield Question(*pair, "tcp", ports, version)

    def _versions(self, connection: Connection) -> Iterator[int]:
        """Versions of IP that both ends have: one does for who must, none is left out for who must not."""
        sides = [self._interfaces(each) for each in (connection.source, connection.destination)]
        four = all(each.private_ips for side in sides for each in side)
        six = any(sides) and all(each.ipv6_addresses for side in sides for each in side)
        if four or not six:
            yield 4
        if six and (not connection.must or not four):
            yield 6

    def _interfaces(self, endpoint: Endpoint) -> tuple[Interface, ...]:
        component = self.found.get(endpoint.name)
        ids = component.interfaces if component else ()
        return tuple(self.network.interfaces[each] for each in ids if each in self.network.interfaces)

    def _refuse_without(self, without: Collection[str]) -> None:
        """Only what the file speaks of and the network has not can be done without."""
        endpoints = self.assertions.endpoints
        for name in without:
            if name not in endpoints:
                what = f"{self.assertions.path} has no endpoint {name!r} to do without."
                raise BadInputError(what, f"Its endpoints: {', '.join(endpoints)}.")
            if endpoints[name].kind not in _NOUNS or self._find(endpoints[name]) is not None:
                what = f"{name!r} cannot be done without: the network has {endpoints[name].value!r}."
                raise BadInputError(what, "What is there is judged.")

    def _find(self, endpoint: Endpoint) -> _Named | None:
        of_kind = self._of_kind(endpoint.kind)
        found = [each for each in of_kind.values() if endpoint.value in (each.id, each.name)]
        if len(found) > 1:
            noun, ids = _NOUNS[endpoint.kind], ", ".join(each.id for each in found)
            what = f"{self._place(endpoint)}: {len(found)} {noun}s are called {endpoint.value!r}."
            raise BadInputError(what, f"Name one of them by its id: {ids}.")
        return found[0] if found else None

    def _of_kind(self, kind: str) -> Mapping[str, _Named]:
        kinds: dict[str, Mapping[str, _Named]] = {
            "instance": self.network.instances,
            "load_balancer": self.network.load_balancers,
            "database": self.network.db_instances,
            "glue_connection": self.network.glue_connections,
        }
        return kinds.get(kind, {})

    def _refuse_unknown(self, without: Collection[str]) -> None:
        """An endpoint may be missing where its whole kind is; else its name is mistaken."""
        named = [each for each in self.assertions.endpoints.values() if each.kind in _NOUNS]
        if named and not self.found:
            path = self.assertions.path
            what = (
                f"Nothing that {path} speaks of is in the network: {', '.join(each.value for each in named)}."
            )
            raise BadInputError(
                what, "Apply the stack first, or give the name, region and target it was applied with."
            )
        for each in named:
            if each.name in self.found or each.name in without:
                continue
            candidates = self._mistaken_for(each)
            if candidates:
                noun = _NOUNS[each.kind]
                what = f"{self._place(each)}: there is no {noun} {each.value!r}."
                hint = f"Correct the name; where the stack was built without it: --without {each.name}"
                raise BadInputError(what, f"There are: {', '.join(candidates)}. {hint}")

    def _mistaken_for(self, endpoint: Endpoint) -> list[str]:
        """Names that may have been meant by one that is not there; none where its kind was left out."""
        names = sorted(each.name or each.id for each in self._of_kind(endpoint.kind).values())
        kind_is_there = any(
            each.kind == endpoint.kind and each.name in self.found
            for each in self.assertions.endpoints.values()
        )
        if kind_is_there or not self._is_own(endpoint.value):
            return names
        return names if any(self._is_own(each) for each in names) else []

    def _is_own(self, name: str) -> bool:
        """Whether a name is one of the stack's."""
        prefix = self.assertions.prefix
        return name == prefix or name.startswith(f"{prefix}-")

    def _place(self, endpoint: Endpoint) -> str:
        return f"{self.assertions.path}, line {endpoint.line}: endpoints.{endpoint.name}"


def _open_ways(connection: Connection, answer: Answer) -> tuple[Way, ...]:
    """Open ways from the source: not those on which a load balancer passes on what may never come to it."""
    end = connection.source
    return tuple(
        way
        for way in answer.paths
        if way.open and (end.kind == "internet" or end.value in (way.source.id, way.source.name))
    )
