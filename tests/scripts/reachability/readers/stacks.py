"""Declarations for tests: a piece of Terraform's code, and the values that a plan would know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.declarations import configuration
from scripts.declarations.declared import Change, Declarations, Declared
from scripts.declarations.references import Configured
from scripts.reachability.model import Network
from scripts.reachability.readers import terraform

Values = Mapping[str, Any]

_ADDRESS = re.compile(r"(\w+)\.(\w+)(?:\[(?:\"(.+)\"|(\d+))\])?")


def declared(
    address: str, values: Values, change: Change = Change.CREATE, before: Values | None = None
) -> Declared:
    """One resource of the root module."""
    found = _ADDRESS.fullmatch(address)
    assert found is not None
    kind, name, key, number = found.groups()
    index = key if key is not None else int(number) if number else None
    return Declared(address, "", kind, name, index, values, change, before or {})


def planned(folder: Path, code: str, *resources: Declared, **variables: Any) -> Network:
    """The network of a plan: what an apply will tell is not among the values, as in a true plan."""
    (folder / "main.tf").write_text(code)
    references = Configured(configuration.of_folder(folder), resources, variables)
    return terraform.network(Declarations(resources, references, variables))


def applied(*resources: Declared) -> Network:
    """The network of a state, where everything is known."""
    return terraform.network(Declarations(resources))


def told(network: Network) -> set[tuple[str, str]]:
    """Of what the model does not know: which resource, and what of it."""
    return {(each.component, each.what) for each in network.unmodelled}
