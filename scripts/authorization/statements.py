"""A statement of a policy: whether it applies to a request, and if not, by which element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from scripts.authorization.conditions import Condition, as_texts, read_conditions
from scripts.authorization.model import Request
from scripts.authorization.patterns import Pattern, Shape, parse, parse_resource
from scripts.authorization.principals import (
    EVERYBODY,
    NOBODY,
    Named,
    PrincipalElement,
    read_principal,
)
from scripts.authorization.texts import Texts
from scripts.authorization.truth import Match, negate


class Effect(Enum):
    """What a statement does to requests that it applies to."""

    ALLOW = "Allow"
    DENY = "Deny"


class Verdict(NamedTuple):
    """Whether a statement applies.

    Attributes
    ----------
    match
        YES: it does. NO: ``element`` does not fit. UNKNOWN: ``element`` cannot be judged, all others fit.
    element
        ``Action``, ``Resource``, ``Principal``, ``Condition``, or ``Document`` where the text is not known.
    condition
        The condition, where it is one.
    named
        How the Principal element names the caller; everyone, in policies without one.
    """

    match: Match
    element: str = ""
    condition: Condition | None = None
    named: Named = EVERYBODY


_NO_ACTION = Verdict(Match.NO, "Action", named=NOBODY)
_NO_RESOURCE = Verdict(Match.NO, "Resource", named=NOBODY)
_NO_PRINCIPAL = Verdict(Match.NO, "Principal", named=NOBODY)
_APPLIES = Verdict(Match.YES)


@dataclass(frozen=True)
class Statement:
    """One statement.

    Attributes
    ----------
    sid
        Its Sid, or empty.
    position
        Its place in the policy, from 1.
    effect
        Allow or Deny.
    source
        The statement as it was written.
    principal
        None where the policy has no Principal element (identity policies).
    not_principal
        Whether ``principal`` is a NotPrincipal.
    actions, resources
        What Action/NotAction and Resource/NotResource say; None: no such element, so any.
    conditions
        All must hold.
    """

    sid: str
    position: int
    effect: Effect
    source: Mapping[str, Any] = field(repr=False, compare=False, hash=False)
    principal: PrincipalElement | None = field(repr=False)
    not_principal: bool = field(repr=False)
    actions: Texts | None = field(repr=False, compare=False)
    resources: Texts | None = field(repr=False, compare=False)
    conditions: tuple[Condition, ...] = field(repr=False)

    def judge(self, request: Request, *, bounded: bool = False) -> Verdict:
        """Whether the statement applies.

        Parameters
        ----------
        request
            What is asked.
        bounded
            Whether the principal has a permissions boundary: a Deny with NotPrincipal then spares nobody.
        """
        if self.actions and self.actions.match(request.action_name, request) is Match.NO:
            return _NO_ACTION
        resource = self.resources.match(request.resource, request) if self.resources else Match.YES
        if resource is Match.NO:
            return _NO_RESOURCE
        named = self._names(request, bounded)
        if named.at_all is Match.NO:
            return _NO_PRINCIPAL
        answer, element, about = Match.YES, "", None
        if resource is Match.UNKNOWN:
            answer, element = Match.UNKNOWN, "Resource"
        elif named.at_all is Match.UNKNOWN:
            answer, element = Match.UNKNOWN, "Principal"
        for condition in self.conditions:
            held = condition.match(request)
            if held is Match.NO:
                return Verdict(Match.NO, "Condition", condition, NOBODY)
            if held < answer:
                answer, element, about = held, "Condition", condition
        if answer is Match.YES and self.principal is None:
            return _APPLIES
        return Verdict(answer, element, about, named)

    def _names(self, request: Request, bounded: bool) -> Named:
        if self.principal is None:
            return EVERYBODY
        if not self.not_principal:
            return self.principal.names(request.principal)
        if self.effect is Effect.ALLOW:
            # "Using it with Allow is not supported": what AWS does then is nowhere said.
            return Named(Match.UNKNOWN, Match.NO, Match.NO)
        exempt = Match.NO if bounded else self.principal.exempts(request.principal)
        return Named(negate(exempt), Match.NO, Match.NO)


def read_statement(written: Mapping[str, Any], position: int, *, variables: bool) -> Statement:
    """Compile a statement that :mod:`scripts.authorization.validation` found well formed."""
    not_principal = "NotPrincipal" in written
    principal = written.get("NotPrincipal" if not_principal else "Principal")
    return Statement(
        str(written.get("Sid", "")),
        position,
        Effect(written["Effect"]),
        written,
        None if principal is None else read_principal(principal),
        not_principal,
        _texts(written, "Action", variables),
        _texts(written, "Resource", variables),
        read_conditions(written.get("Condition") or {}, variables=variables),
    )


def _texts(written: Mapping[str, Any], element: str, variables: bool) -> Texts | None:
    negated = f"Not{element}" in written
    values = written.get(f"Not{element}" if negated else element)
    if values is None:
        return None
    texts = as_texts(values)
    if element == "Action":
        patterns = tuple(Pattern(Shape.GLOB, parse(text.lower(), variables=False)) for text in texts)
    else:
        patterns = tuple(Pattern(Shape.RESOURCE, parse_resource(text, variables=variables)) for text in texts)
    return Texts(patterns, negated=negated)
