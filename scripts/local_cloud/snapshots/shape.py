"""What a snapshot's folder holds, and how the command line and LocalStack's process speak of it."""

from __future__ import annotations

import ast
import hashlib
from enum import StrEnum
from functools import cache
from pathlib import Path

from scripts.config import ROOT

#: Changes whenever what is saved, or how, changes in a way that `fingerprint` does not see.
FORMAT = 1

INSIDE_PATH = "/_lab/snapshot"


class Inside(StrEnum):
    """Files and folders in a snapshot."""

    MANIFEST = "manifest.json"
    RECORDS = "records.pickle"
    OBJECTS = "objects"
    METRICS = "metrics.db"
    SERVERS = "databases"
    AUTHORITY = "authority"
    STATE = "terraform.tfstate"


def fingerprint(name: str) -> str:
    """What the fields of a class of ours are, in short: records of other fields are of another version.

    Parameters
    ----------
    name
        ``module:Class``; it is read, not imported.

    Returns
    -------
    str
        A digest; empty where there is no such class.
    """
    module, _, qualified = name.partition(":")
    body: list[ast.stmt] = _parsed(module).body
    found: ast.ClassDef | None = None
    for part in qualified.split("."):
        named = [each for each in body if isinstance(each, ast.ClassDef) and each.name == part]
        if not named:
            return ""
        found = named[0]
        body = found.body
    fields = [
        f"{ast.unparse(each.target)}: {ast.unparse(each.annotation)}"
        for each in body
        if isinstance(each, ast.AnnAssign)
    ]
    return hashlib.sha256("\n".join([name, *fields]).encode()).hexdigest()[:16]


@cache
def _parsed(module: str) -> ast.Module:
    path = ROOT / Path(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return ast.parse(file.read_text())
    return ast.parse("")
