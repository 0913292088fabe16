"""The answer to a request: what was decided, by which statement, and what was weighed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from scripts.authorization.policies import Policy, PolicyKind
from scripts.authorization.statements import Statement, Verdict


class Outcome(Enum):
    """What AWS would answer."""

    ALLOWED = "allowed"
    IMPLICIT_DENY = "implicit deny"
    EXPLICIT_DENY = "explicit deny"
    CANNOT_BE_JUDGED = "cannot be judged"


class Weighed(NamedTuple):
    """A statement that was weighed.

    Attributes
    ----------
    policy
        Where it stands.
    statement
        None where the policy's document is not known.
    verdict
        Whether it applies, and why not.
    level
        For organisations' policies, the level from 1 (the root); else 0.
    """

    policy: Policy
    statement: Statement | None
    verdict: Verdict
    level: int = 0


@dataclass(frozen=True)
class Decision:
    """The answer.

    Attributes
    ----------
    outcome
        What AWS would answer.
    deciding
        The statement that decided: the Deny, the Allow, or the first that could not be judged. None: for an
        implicit deny, and where no statement is needed (the root user).
    missing
        For an implicit deny, which policies would have to allow and do not, in AWS's order; within one
        account an IDENTITY may be made good by a RESOURCE policy that names the caller. For an answer that
        cannot be judged, which might not.
    reason
        Why, where policies alone do not say it.
    weighed
        Every statement, in the order of weighing.
    """

    outcome: Outcome
    deciding: Weighed | None
    missing: tuple[PolicyKind, ...]
    reason: str
    weighed: tuple[Weighed, ...] = field(repr=False)

    @property
    def allowed(self) -> bool:
        """Whether the request may pass."""
        return self.outcome is Outcome.ALLOWED
