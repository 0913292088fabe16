"""What the local cloud answers, service by service: a table of every operation that AWS has."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.documentation import markdown
from scripts.documentation.markdown import code

_HEAD = """# Services of the local cloud

Made by `make docs` from the providers' own tables. Every operation that AWS has is one of

- **real**: something real does the work: a server, a file, a check of a listener;
- **simulated**: the records are kept and answered as AWS does, nothing runs behind them;
- **refused**: answered with the error `UnsupportedOperation` in AWS's form, never with a guess.

What is not listed here (S3, SQS, SNS, IAM, KMS, Secrets Manager and others) is answered by LocalStack's own
providers.
"""

_KINDS = ("real", "simulated", "refused")


def document(services: Mapping[str, Mapping[str, str]]) -> str:
    """The page.

    Parameters
    ----------
    services
        For each service every operation with ``real``, ``simulated`` or ``refused``.
    """
    names = {service: _by_kind(operations) for service, operations in sorted(services.items())}
    overview = markdown.table(
        ("service", *_KINDS),
        [
            (f"[{service}](#{service})", *(str(len(found[kind])) for kind in _KINDS))
            for service, found in names.items()
        ],
    )
    return "\n".join([_HEAD, overview, "", *(_section(*each) for each in names.items())])


def _by_kind(operations: Mapping[str, str]) -> dict[str, list[str]]:
    return {kind: sorted(name for name, each in operations.items() if each == kind) for kind in _KINDS}


def _section(service: str, found: Mapping[str, list[str]]) -> str:
    parts = [f"## {service}", ""]
    for kind in ("real", "simulated"):
        if found[kind]:
            parts += [f"**{kind.capitalize()}**: {', '.join(map(code, found[kind]))}", ""]
    refused = found["refused"]
    if refused:
        # Folded: whoever looks for one finds it, and nobody must scroll past hundreds.
        parts += [
            f"<details><summary>Refused: {len(refused)}</summary>",
            "",
            ", ".join(refused),
            "",
            "</details>",
            "",
        ]
    return "\n".join(parts)
