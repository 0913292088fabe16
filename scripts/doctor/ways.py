"""The paths of an answer as text, hop by hop, with the rule that decided at each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scripts.doctor import settings
from scripts.doctor.settings import Setting
from scripts.doctor.text import heading, wrapped
from scripts.doctor.wording import called, packet, what
from scripts.reachability.answer import Answer, Header, Hop, Path
from scripts.reachability.model import Interface

#: Of paths that are alike, how many are named beside the one that is drawn.
_TOLD = 3


def lines(answer: Answer) -> Iterator[str]:
    """Every path; those that differ in nothing but addresses are told as one."""
    named = settings.of(answer)
    alike: dict[object, list[Path]] = {}
    for path in sorted(answer.paths, key=lambda each: each.open):
        alike.setdefault(_shape(path), []).append(path)
    for number, (path, *others) in enumerate(alike.values(), 1):
        of = f" {number} OF {len(alike)}" if len(alike) > 1 else ""
        kind = "inside the VPC" if path.kind == "local" else path.kind
        ends = f"{called(path.source)} -> {called(path.destination)}"
        yield from heading(f"PATH{of}: {ends}" + (f" ({kind})" if kind else ""))
        if path.assumption:
            yield from wrapped(f"  Assumed: {path.assumption}", "  ")
        yield from _way("There", path.forward, path, named)
        yield from _way("And back", path.back, path, named)
        if others:
            same = ", ".join(packet(each.forward[-1].header) for each in others[:_TOLD] if each.forward)
            more = f" and {len(others) - _TOLD} more" if len(others) > _TOLD else ""
            yield from wrapped(f"  The same for {same}{more}", "  ")


def _shape(path: Path) -> object:
    """What paths have in common that differ in nothing but interfaces and addresses."""

    def step(hop: Hop) -> object:
        component = hop.component
        known = component.kind if isinstance(component, Interface) else component.id
        decided = hop.decided
        for address in (hop.header.source, hop.header.destination):
            decided = decided.replace(str(address), "")
        return known, decided, hop.passes

    return (
        path.source.id,
        path.destination.id,
        path.kind,
        path.assumption,
        tuple(step(each) for each in path.forward),
        tuple(step(each) for each in path.back),
    )


def _way(title: str, hops: Sequence[Hop], path: Path, named: Sequence[Setting]) -> Iterator[str]:
    if not hops:
        return
    header: Header | None = None
    for hop in hops:
        if hop.header != header:
            said = f"  {title}: {packet(hop.header)}" if header is None else f"     now {packet(hop.header)}"
            yield from wrapped(said, "     ")
            header = hop.header
        yield from _hop(hop, path, named)


def _hop(hop: Hop, path: Path, named: Sequence[Setting]) -> Iterator[str]:
    told = what(hop.component) + (f": {hop.decided}" if hop.decided else "")
    if hop.passes:
        yield from wrapped(f"    ok   {told}", " " * 9)
        return
    here = [each for each in path.blockers if each.component.id == hop.component.id]
    same = [each for each in here if each.header == hop.header]
    numbers = {settings.number_of(named, each) for each in same or here}
    see = f" [{', '.join(str(each) for each in sorted(numbers))}]" if numbers else ""
    yield from wrapped(f"    STOP {told}{see}", " " * 9)
