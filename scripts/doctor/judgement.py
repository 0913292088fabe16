"""What became of a file of assertions: the verdict on each connection, and why those fail that do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scripts.doctor import changes, ways
from scripts.doctor import document as documents
from scripts.doctor.text import wrapped
from scripts.doctor.wording import verdict as told
from scripts.reachability.assertions import Verdict
from scripts.reachability.model import Network


def lines(network: Network, verdicts: Sequence[Verdict], aws: str = "aws") -> Iterator[str]:
    """The verdicts for people: what holds in a line each, what fails with why.

    Parameters
    ----------
    aws
        How the AWS CLI is called for this target.
    """
    for (mark, said), ports in _grouped(verdicts).items():
        port = f"port{'s' if len(ports) > 1 else ''} {', '.join(str(each) for each in ports)}"
        yield from wrapped(f"{mark:<5} {said.format(port=port)}", " " * 6)
    for verdict in verdicts:
        if verdict.holds:
            continue
        yield ""
        yield from wrapped(f"FAILS: {verdict.connection}. {verdict.connection.because}")
        for answer in verdict.failures:
            if len(verdict.failures) > 1:
                yield from wrapped(told(answer))
            if verdict.connection.must:
                yield from changes.lines(network, answer, aws)
            else:
                yield from ways.lines(answer)
    yield ""
    yield from wrapped(summary(verdicts))


def _grouped(verdicts: Sequence[Verdict]) -> dict[tuple[str, str], list[int]]:
    """Mark and sentence, with a place for the ports that they are said of."""
    found: dict[tuple[str, str], list[int]] = {}
    for verdict in verdicts:
        connection = verdict.connection
        mark = "-" if verdict.skipped else "ok" if verdict.holds else "FAILS"
        verb = "must reach" if connection.must else "must not reach"
        said = f"{connection.source.name} {verb} {connection.destination.name} on {{port}}"
        said += f": {verdict.skipped}" if verdict.skipped else ""
        found.setdefault((mark, said), []).append(connection.port)
    return found


def summary(verdicts: Sequence[Verdict]) -> str:
    """How many hold."""
    failed = sum(not each.holds for each in verdicts)
    skipped = sum(bool(each.skipped) for each in verdicts)
    said = (
        f"{len(verdicts) - failed - skipped} assertions hold, {failed} {'fails' if failed == 1 else 'fail'}"
    )
    return f"{said}, {skipped} not judged." if skipped else f"{said}."


def document(network: Network, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The verdicts as one document; of those that fail the analyses in AWS's shape."""
    return {
        "Holds": all(each.holds for each in verdicts),
        "Assertions": [_verdict(network, each) for each in verdicts],
    }


def _verdict(network: Network, verdict: Verdict) -> dict[str, Any]:
    connection = verdict.connection
    return {
        "from": connection.source.name,
        "to": connection.destination.name,
        "port": connection.port,
        "must": connection.must,
        "because": connection.because,
        "line": connection.line,
        "holds": verdict.holds,
        "skipped": verdict.skipped,
        "NetworkInsightsAnalyses": [documents.analysis(network, each) for each in verdict.failures],
    }
