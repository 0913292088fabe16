"""What Terraform says of its work with ``-json``, line by line: its stable interface for programs.

See "Machine-Readable UI" in Terraform's documentation. Types of message that are not known here are events
with their text, as that document asks for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Of a resource that is being changed: begun, still at it, done, failed.
BEGUN, GOING_ON, DONE, FAILED = "apply_start", "apply_progress", "apply_complete", "apply_errored"

PLANNED, SUMMARY, REFRESHED, DRIFT = (
    "planned_change", "change_summary", "refresh_complete", "resource_drift"
)  # fmt: skip
DIAGNOSTIC, OUTPUTS, LOG = "diagnostic", "outputs", "log"

#: A line that is none of Terraform's messages, such as the trace of a provider that crashed.
OTHER = ""


@dataclass(frozen=True)
class Event:
    """One message of Terraform.

    Attributes
    ----------
    type
        Terraform's own word for it; `OTHER` for a line that is no message.
    text
        In Terraform's words, whole: an error has several lines.
    address
        Of the resource that it is about; empty where it is about none.
    module
        Address of that resource's module; empty for the root module.
    action
        What is done to it: ``create``, ``update``, ``replace``, ``delete``, ``read``, ``move``, ...
    reason
        Why it is replaced or deleted, in Terraform's word, such as ``cannot_update``; often empty.
    seconds
        How long it has been worked on.
    severity
        Of a diagnostic: ``error`` or ``warning``.
    """

    type: str
    text: str
    address: str = ""
    module: str = ""
    action: str = ""
    reason: str = ""
    seconds: float = 0
    severity: str = ""


def read(line: str) -> Event:
    """The event that a line of Terraform's output is."""
    try:
        message = json.loads(line)
        kind, text = str(message["type"]), str(message["@message"])
    except (ValueError, KeyError, TypeError):
        return Event(OTHER, line.rstrip("\n"))
    if kind == DIAGNOSTIC:
        found = message["diagnostic"]
        return Event(kind, "\n".join(_diagnostic(found)), severity=str(found["severity"]))
    if kind == OUTPUTS:
        return Event(kind, "\n".join([f"{text}", *_outputs(message["outputs"])]))
    about: Mapping[str, Any] = message.get("change") or message.get("hook") or {}
    resource: Mapping[str, Any] = about.get("resource") or {}
    return Event(
        kind,
        text,
        address=resource.get("addr", ""),
        module=resource.get("module", ""),
        action=about.get("action", ""),
        reason=about.get("reason", ""),
        seconds=about.get("elapsed_seconds", 0),
    )


def _outputs(outputs: Mapping[str, Any]) -> Iterator[str]:
    for name, output in sorted(outputs.items()):
        hidden = output.get("sensitive") or "value" not in output
        yield f"  {name} = {'(sensitive value)' if hidden else json.dumps(output['value'])}"


def _diagnostic(found: Mapping[str, Any]) -> Iterator[str]:
    """As Terraform prints it: where it is, the source's lines and the values in them, what is wrong."""
    yield f"{str(found['severity']).capitalize()}: {found['summary']}"
    where = list(_where(found))
    if where:
        yield from ("", *where)
    if detail := str(found.get("detail") or "").strip():
        yield from ("", *detail.splitlines())


def _where(found: Mapping[str, Any]) -> Iterator[str]:
    if address := found.get("address"):
        yield f"  with {address},"
    place: Mapping[str, Any] = found.get("range") or {}
    if not place:
        return
    snippet: Mapping[str, Any] = found.get("snippet") or {}
    context = f", in {snippet['context']}" if snippet.get("context") else ""
    yield f"  on {place['filename']} line {place['start']['line']}{context}:"
    for number, code in enumerate(str(snippet.get("code", "")).splitlines(), snippet.get("start_line", 1)):
        yield f"  {number:4}: {code}"
    values: Sequence[Mapping[str, str]] = snippet.get("values") or ()
    for value in values:
        yield f"        {value['traversal']} {value['statement']}"
