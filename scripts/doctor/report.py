"""A diagnosis as lines of text, for people: readable at 80 columns, on a terminal and in a file.

Lines that are to be copied into a shell are never broken.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from scripts.doctor import checklist, settings
from scripts.doctor.checklist import Step
from scripts.doctor.diagnosis import Diagnosis
from scripts.doctor.layer import Layer, Outcome
from scripts.doctor.settings import Setting
from scripts.doctor.wording import asked, called, packet, verdict, what
from scripts.reachability.answer import Answer, Header, Hop, Path
from scripts.reachability.explanation import commands
from scripts.reachability.model import Interface, Network
from scripts.reachability.repairs import Repair

WIDTH = 80

#: Where a line calls the AWS CLI.
_AWS = re.compile(r"(?<![\w/-])aws (?=[a-z0-9]+ [a-z])")

#: How many things that the model does not know are told one by one.
_MOST_NOTES = 8

#: What a learner is to think of before two VPCs are joined.
_ELSEWHERE = (
    "Look first whether the machine stands in the wrong VPC: an instance cannot be moved to another one, but "
    "a new one can be started in the right one, and then nothing that joins the two is needed."
)

#: Of paths that are alike, how many are named beside the one that is drawn.
_TOLD = 3


def lines(diagnosis: Diagnosis, aws: str = "aws") -> Iterator[str]:
    """The report.

    Parameters
    ----------
    aws
        How the AWS CLI is called for this target.
    """
    yield from _summary(diagnosis)
    for number, answer in enumerate(diagnosis.answers, 1):
        if len(diagnosis.answers) > 1:
            yield from _heading(f"LEG {number} OF {len(diagnosis.answers)}: {asked(answer.question)}")
        yield from _leg(diagnosis.network, answer, aws)
    yield from _layers(diagnosis)


def _summary(diagnosis: Diagnosis) -> Iterator[str]:
    """The verdict in a line for each leg, and one for the layers."""
    for answer in diagnosis.answers:
        yield from wrapped(verdict(answer))
    if diagnosis.layers:
        stopped = [each for each in diagnosis.layers if each.outcome is Outcome.FAILED]
        if diagnosis.layers[-1].outcome is Outcome.NOT_JUDGED:
            stopped += [each for each in diagnosis.layers if each.outcome is Outcome.NOT_JUDGED]
        said = f"{stopped[0].name} {stopped[0].outcome}" if stopped else "every layer is well"
        yield f"Above the network, asked from this machine: {said}"


def _leg(network: Network, answer: Answer, aws: str) -> Iterator[str]:
    yield from _heading("CHECKLIST")
    for number, step in enumerate(checklist.of(network, answer), 1):
        yield from _step(number, step)
    yield from ways(answer)
    if not answer.reachable:
        yield from _heading("WHAT MUST CHANGE" if answer.repairable else "WHAT STANDS IN THE WAY")
        yield from changes(network, answer, aws)
    notes = [*dict.fromkeys(answer.notes), *unmodelled(network, answer)]
    if notes:
        yield from _heading("NOTES")
        for note in notes:
            yield from wrapped(f"- {note}", "  ")


def unmodelled(network: Network, answer: Answer | None = None) -> Iterator[str]:
    """What the input holds and the model does not know: of what is on the way, or of the whole network."""
    on_the_way = {
        component.id
        for path in (answer.paths if answer else ())
        for component in (
            path.source,
            path.destination,
            *(hop.component for hop in (*path.forward, *path.back)),
        )
    }
    told = [each for each in network.unmodelled if answer is None or each.component in on_the_way]
    for each in told[:_MOST_NOTES]:
        yield f"{each.component}, {each.what}: {each.consequence}"
    left = len(told) - _MOST_NOTES
    if left > 0:
        yield f"{left} more things that the model does not know: see --json"


def _step(number: int, step: Step) -> Iterator[str]:
    see = ", ".join(str(each) for each in step.settings)
    see = f"see {'settings' if len(step.settings) > 1 else 'setting'} {see} below" if see else ""
    told = [*([see] if see else []), *step.found]
    head = f"  {number} {step.title:<19} {step.mark:<6} "
    for fact in told:
        yield from wrapped(head + fact, " " * len(f"  {number} {step.title:<19} {step.mark:<6} "))
        head = " " * len(head)


def changes(network: Network, answer: Answer, aws: str = "aws") -> Iterator[str]:
    """Every setting that must change, numbered, with the commands that change it."""
    for number, setting in enumerate(settings.of(answer), 1):
        yield from _setting(number, setting, network, aws)


def ways(answer: Answer) -> Iterator[str]:
    """The paths hop by hop, with the rule that decided at each; those that are alike are told as one."""
    named = settings.of(answer)
    alike: dict[object, list[Path]] = {}
    for path in sorted(answer.paths, key=lambda each: each.open):
        alike.setdefault(_shape(path), []).append(path)
    for number, (path, *others) in enumerate(alike.values(), 1):
        of = f" {number} OF {len(alike)}" if len(alike) > 1 else ""
        kind = "inside the VPC" if path.kind == "local" else path.kind
        ends = f"{called(path.source)} -> {called(path.destination)}"
        yield from _heading(f"PATH{of}: {ends}" + (f" ({kind})" if kind else ""))
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


def _setting(number: int, setting: Setting, network: Network, aws: str) -> Iterator[str]:
    yield from wrapped(f"{number}. {what(setting.component)}  {setting.code}", "   ")
    first, *others = setting.because
    yield from wrapped(f"   {first}", "   ")
    if others:
        yield f"   (The same holds for {len(others)} more {'packets' if len(others) > 1 else 'packet'}.)"
    if setting.code == "DISCONNECTED_VPCS":
        yield from wrapped(f"   {_ELSEWHERE}", "   ")
    if setting.repair is None:
        yield "   No setting repairs this."
        return
    yield from _repair(setting.repair, network, aws)
    if setting.alternatives:
        yield "   Or, instead:"
        for other in setting.alternatives:
            yield f"     {_command(other, network, aws)}"


def _repair(repair: Repair, network: Network, aws: str) -> Iterator[str]:
    yield "   AWS CLI:"
    yield f"     {_command(repair, network, aws)}"
    yield "   Terraform:"
    for line in commands.terraform(repair, network).splitlines():
        yield f"     {line}"


def _command(repair: Repair, network: Network, aws: str) -> str:
    """The AWS CLI's line, called as it is for this target, also where one command asks another."""
    said = _AWS.sub(lambda _: f"{aws} ", commands.aws_cli(repair, network))
    return said.replace("\n", "\n     ")


def _layers(diagnosis: Diagnosis) -> Iterator[str]:
    if not (diagnosis.layers or diagnosis.notes):
        return
    yield from _heading("ABOVE THE NETWORK")
    for note in diagnosis.notes:
        yield from wrapped(f"  {note}", "  ")
    for layer in diagnosis.layers:
        yield from _layer(layer)


def _layer(layer: Layer) -> Iterator[str]:
    head = f"  {layer.name:<16} {layer.outcome:<11} "
    indent = " " * len(head)
    yield from wrapped(head + layer.seen, indent)
    yield from wrapped(indent + layer.meaning, indent)
    if layer.next_step:
        yield from wrapped(f"{indent}-> {layer.next_step}", f"{indent}   ")


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield from wrapped(text)


def wrapped(text: str, indent: str = "") -> list[str]:
    """A text folded at words; what has none (an id, an ARN) stays whole."""
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [""]
