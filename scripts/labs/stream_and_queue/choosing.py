"""Judges which of stream and queue a learner takes, without saying which."""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from scripts.labs.outcome import require
from scripts.labs.work import Work

CHOICES = ("stream", "queue", "fifo-queue")

#: What to think of where an answer does not fit, by scenario.
THINK: Mapping[str, str] = {
    "recommendations": "is what was read once still there the next day, and is that wanted?",
    "invoices": "how many of the workers should get an order, and what becomes of it then?",
    "three-teams": "if one team has read a payment, who else can read it, and from where do they go on?",
    "videos": "who counts how often one failed, and what holds up those that come after it?",
    "seat-bookings": "who sees to the order of a flight, to what is sent twice, and to who does the next?",
    "sensors": "how much comes in a second, and what has to stay in order?",
    "thumbnails": "what limits the number of workers, and does the order of the pictures matter?",
}


def check_choose(work: Work) -> None:
    told = work.answers()
    missing = [each for each in THINK if told.get(each) in (None, "")]
    require(
        not missing,
        "Not all are answered.",
        seen=f"nothing for {', '.join(missing)}",
        expected=f"one of {', '.join(CHOICES)} for each",
    )
    answers = {each: re.sub(r"[\s_]+", "-", str(told[each]).strip().lower()) for each in THINK}
    for scenario, answer in answers.items():
        require(
            answer in CHOICES,
            f"{scenario}: that is none of the choices.",
            seen=f"{told[scenario]!s:.60}",
            expected=f"one of {', '.join(CHOICES)}",
        )
    wanted = yaml.safe_load(work.solution())
    for scenario, answer in answers.items():
        require(
            answer == wanted[scenario],
            f"{scenario}: there is one that fits better.",
            seen=answer,
            expected=f"think of this: {THINK[scenario]}",
        )
