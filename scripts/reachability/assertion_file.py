"""The file that says who must, and who must not, reach whom: read whole, and refused where it is not clear.

Its form is described in the head of ``infrastructure/reachability.yaml``. Every error names the line, the key
and what is expected there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NoReturn

import yaml

from scripts.errors import BadInputError

#: What an endpoint may be found by.
KINDS = ("internet", "instance", "load_balancer", "database", "glue_connection", "service")
SERVICES = ("s3", "dynamodb")
_PLACEHOLDER = re.compile(r"\{[^}]*\}?")


@dataclass(frozen=True)
class Endpoint:
    """One named end. ``value`` has its placeholders filled in; it is ``internet`` for the internet."""

    name: str
    kind: str
    value: str
    line: int


@dataclass(frozen=True)
class Connection:
    """One pair of ends with one port, of ``must`` or of ``must_not``."""

    source: Endpoint
    destination: Endpoint
    port: int
    must: bool
    because: str
    line: int

    def __str__(self) -> str:
        verb = "must reach" if self.must else "must not reach"
        return f"{self.source.name} {verb} {self.destination.name} on port {self.port}"


@dataclass(frozen=True)
class Assertions:
    """What a file says. ``prefix`` is what its placeholder ``{name}`` stands for."""

    path: Path
    prefix: str
    endpoints: Mapping[str, Endpoint]
    connections: tuple[Connection, ...]


def read(path: Path, prefix: str) -> Assertions:
    """Read a file.

    Parameters
    ----------
    path
        The YAML file.
    prefix
        The stack's prefix (``var.name``), which ``{name}`` stands for.

    Raises
    ------
    BadInputError
        The file cannot be read, or something in it is not what is expected there; says the line.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"{path} is not UTF-8 text: {error.reason} at byte {error.start}.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInputError(f"{path}, line {line}: not YAML: {error.problem}.") from error
    except yaml.YAMLError as error:
        raise BadInputError(f"{path}: not YAML: {error}.") from error
    return _Reader(path, prefix).assertions(root)


class _Reader:
    """Turns YAML's nodes, which know their line, into assertions."""

    def __init__(self, path: Path, prefix: str) -> None:
        self.path, self.prefix = path, prefix

    def assertions(self, root: yaml.Node | None) -> Assertions:
        if root is None:
            raise BadInputError(f"{self.path} is empty.", "Expected: endpoints, must and must_not.")
        keys = self._mapping(root, "the file", known=("endpoints", "must", "must_not"), needed=("endpoints",))
        endpoints = {
            name: self._endpoint(name, node)
            for name, node in self._mapping(keys["endpoints"], "endpoints").items()
        }
        if not endpoints:
            self._fail(
                keys["endpoints"], "endpoints", "is empty", "at least one name with what it stands for"
            )
        connections = tuple(
            connection
            for key, must in (("must", True), ("must_not", False))
            if key in keys
            for node in self._sequence(keys[key], key)
            for connection in self._connections(node, key, must, endpoints)
        )
        if not connections:
            self._fail(root, "the file", "asserts nothing", "connections under must or must_not")
        self._refuse_contradictions(connections)
        return Assertions(self.path, self.prefix, endpoints, connections)

    def _endpoint(self, name: str, node: yaml.Node) -> Endpoint:
        where = f"endpoints.{name}"
        keys = self._mapping(node, where, known=KINDS)
        if len(keys) != 1:
            self._fail(node, where, f"has {len(keys)} keys", f"exactly one of {', '.join(KINDS)}")
        (kind, held), where = next(iter(keys.items())), f"{where}.{next(iter(keys))}"
        line = node.start_mark.line + 1
        if kind == "internet":
            if held.tag != "tag:yaml.org,2002:bool" or str(held.value).lower() != "true":
                self._fail(held, where, f"is {self._shown(held)}", "true")
            return Endpoint(name, kind, "internet", line)
        value = self._filled(held, where)
        if kind == "service" and value not in SERVICES:
            self._fail(held, where, f"is {value!r}", " or ".join(SERVICES))
        return Endpoint(name, kind, value, line)

    def _filled(self, node: yaml.Node, where: str) -> str:
        text = self._text(node, where)
        unknown = [each for each in _PLACEHOLDER.findall(text) if each != "{name}"]
        if unknown:
            self._fail(node, where, f"has the unknown placeholder {unknown[0]}", "no other than {name}")
        return text.replace("{name}", self.prefix)

    def _connections(
        self, node: yaml.Node, section: str, must: bool, endpoints: Mapping[str, Endpoint]
    ) -> Iterator[Connection]:
        known = ("from", "to", "port", "because")
        keys = self._mapping(node, section, known=known, needed=known)
        sources = self._ends(keys["from"], f"{section}.from", endpoints)
        destinations = self._ends(keys["to"], f"{section}.to", endpoints)
        ports = [
            self._port(each, f"{section}.port") for each in self._listed(keys["port"], f"{section}.port")
        ]
        because = self._text(keys["because"], f"{section}.because")
        for source, destination, port in product(sources, destinations, ports):
            if source == destination:
                what = f"has {source.name!r} on both sides"
                self._fail(node, section, what, "two different ends in every pair of from and to")
            if source.kind == "service":
                what = f"has the service {source.name!r}, which calls nobody"
                self._fail(keys["from"], f"{section}.from", what, "an end that opens connections")
            if {source.kind, destination.kind} <= {"internet", "service"}:
                what = f"goes from {source.name!r} to {destination.name!r}: both are outside of the network"
                self._fail(node, section, what, "an end of the network on one side at least")
            yield Connection(source, destination, port, must, because, node.start_mark.line + 1)

    def _ends(self, node: yaml.Node, where: str, endpoints: Mapping[str, Endpoint]) -> list[Endpoint]:
        found = []
        for each in self._listed(node, where):
            name = self._text(each, where)
            if name not in endpoints:
                self._fail(each, where, f"names {name!r}", f"one of endpoints: {', '.join(endpoints)}")
            found.append(endpoints[name])
        return found

    def _port(self, node: yaml.Node, where: str) -> int:
        text = str(node.value)
        if node.tag == "tag:yaml.org,2002:int" and text.isascii() and text.isdecimal() and len(text) <= 5:
            port = int(text)
            if 1 <= port <= 65535:
                return port
        return self._fail(
            node, where, f"is {self._shown(node)}", "a TCP port from 1 to 65535, or a list of them"
        )

    def _refuse_contradictions(self, connections: Collection[Connection]) -> None:
        wanted = {(each.source, each.destination, each.port): each for each in connections if each.must}
        for each in connections:
            other = wanted.get((each.source, each.destination, each.port))
            if other is not None and not each.must:
                said = f"{self.path}, line {each.line}: {each}, but line {other.line} says that it must."
                raise BadInputError(said, "Keep one of the two.")

    def _mapping(
        self, node: yaml.Node, where: str, known: Collection[str] = (), needed: Collection[str] = ()
    ) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._fail(node, where, f"is {self._shown(node)}", "keys and values")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self._text(key, where)
            if name in found:
                self._fail(key, where, f"has {name!r} twice", "every key once")
            if known and name not in known:
                self._fail(key, where, f"has the unknown key {name!r}", f"of {', '.join(known)}")
            found[name] = value
        missing = [key for key in needed if key not in found]
        if missing:
            self._fail(node, where, f"has no {', '.join(missing)}", f"the keys {', '.join(needed)}")
        return found

    def _sequence(self, node: yaml.Node, where: str) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            self._fail(node, where, f"is {self._shown(node)}", "a list of connections, each begun by '-'")
        return list(node.value)

    def _listed(self, node: yaml.Node, where: str) -> list[yaml.Node]:
        """The items of a list, or the one that stands in its place."""
        if not isinstance(node, yaml.SequenceNode):
            return [node]
        if not node.value:
            self._fail(node, where, "is an empty list", "at least one")
        return list(node.value)

    def _text(self, node: yaml.Node, where: str) -> str:
        if (
            not isinstance(node, yaml.ScalarNode)
            or node.tag != "tag:yaml.org,2002:str"
            or not node.value.strip()
        ):
            self._fail(node, where, f"has {self._shown(node)}", "text (in quotes, if it looks like a number)")
        return str(node.value)

    @staticmethod
    def _shown(node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode):
            return repr(node.value) if node.value else "nothing"
        return "a list" if isinstance(node, yaml.SequenceNode) else "keys and values"

    def _fail(self, node: yaml.Node, where: str, what: str, expected: str) -> NoReturn:
        line = node.start_mark.line + 1
        raise BadInputError(f"{self.path}, line {line}: {where} {what}.", f"Expected: {expected}.")
