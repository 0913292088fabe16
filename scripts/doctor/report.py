"""A diagnosis as text: the verdict, the checklist, the paths, what must change, and the layers."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.doctor import changes, checklist, ways
from scripts.doctor.checklist import Step
from scripts.doctor.diagnosis import Diagnosis
from scripts.doctor.layer import Layer, Outcome
from scripts.doctor.text import heading, wrapped
from scripts.doctor.wording import asked, verdict
from scripts.reachability.answer import Answer
from scripts.reachability.model import Network

#: How many things that the model does not know are told one by one.
_MOST_NOTES = 8


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
            yield from heading(f"LEG {number} OF {len(diagnosis.answers)}: {asked(answer.question)}")
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
    yield from heading("CHECKLIST")
    for number, step in enumerate(checklist.of(network, answer), 1):
        yield from _step(number, step)
    yield from ways.lines(answer)
    if not answer.reachable:
        yield from heading("WHAT MUST CHANGE" if answer.repairable else "WHAT STANDS IN THE WAY")
        yield from changes.lines(network, answer, aws)
    notes = [*dict.fromkeys(answer.notes), *unmodelled(network, answer)]
    if notes:
        yield from heading("NOTES")
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
        yield f"and {left} more things that the model does not know (lab doctor --json lists them)"


def _step(number: int, step: Step) -> Iterator[str]:
    see = ", ".join(str(each) for each in step.settings)
    see = f"see {'settings' if len(step.settings) > 1 else 'setting'} {see} below" if see else ""
    told = [*([see] if see else []), *step.found]
    head = f"  {number} {step.title:<19} {step.mark:<6} "
    for fact in told:
        yield from wrapped(head + fact, " " * len(f"  {number} {step.title:<19} {step.mark:<6} "))
        head = " " * len(head)


def _layers(diagnosis: Diagnosis) -> Iterator[str]:
    if not (diagnosis.layers or diagnosis.notes):
        return
    yield from heading("ABOVE THE NETWORK")
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
