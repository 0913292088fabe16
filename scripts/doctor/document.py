"""A diagnosis as one document, in AWS's shape as far as AWS has one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from scripts.doctor import checklist
from scripts.doctor.diagnosis import Diagnosis
from scripts.reachability.answer import Answer
from scripts.reachability.explanation import document
from scripts.reachability.model import Network


def of(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis: one analysis for each leg, then what AWS's analyser does not know."""
    return {
        "Reachable": diagnosis.reachable,
        "NetworkInsightsAnalyses": [analysis(diagnosis.network, each) for each in diagnosis.answers],
        "Checklists": [_checklist(diagnosis.network, each) for each in diagnosis.answers],
        "Layers": [asdict(each) for each in diagnosis.layers],
        "Notes": [*diagnosis.notes, *(note for answer in diagnosis.answers for note in answer.notes)],
        "Unmodelled": [asdict(each) for each in diagnosis.network.unmodelled],
    }


def analysis(network: Network, answer: Answer) -> dict[str, Any]:
    """One answer in the shape of AWS's network-insights analysis."""
    return document.document(answer, network)


def _checklist(network: Network, answer: Answer) -> list[dict[str, Any]]:
    return [{"step": number, **asdict(each)} for number, each in enumerate(checklist.of(network, answer), 1)]
