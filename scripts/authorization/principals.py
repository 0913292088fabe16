"""The Principal and NotPrincipal elements of resource policies.

Sources: IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from scripts.authorization.conditions import as_texts
from scripts.authorization.model import Principal, PrincipalType
from scripts.authorization.truth import Match, of

_ACCOUNT = re.compile(r"(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?")
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA|GPA|ACCA)[A-Z0-9]+")


class Named(NamedTuple):
    """In which of its roles an element names a principal; what it may do then differs.

    Attributes
    ----------
    directly
        As user or session, or as everyone: an allow is not limited by the principal's other policies.
    as_role
        By the role (or the user) behind the session: boundaries and session policies limit an allow.
    by_account
        By its account: an allow only delegates to the account's own policies.
    """

    directly: Match
    as_role: Match
    by_account: Match

    @property
    def at_all(self) -> Match:
        """Whether the element names the principal in any way."""
        return max(self)


NOBODY = Named(Match.NO, Match.NO, Match.NO)
EVERYBODY = Named(Match.YES, Match.NO, Match.NO)


@dataclass(frozen=True)
class PrincipalElement:
    """A Principal or NotPrincipal, sorted by what its entries name."""

    everyone: bool
    accounts: frozenset[str]
    arns: frozenset[str]
    unique_ids: frozenset[str]
    services: frozenset[str]
    providers: frozenset[str]
    canonical_ids: frozenset[str]

    def names(self, principal: Principal) -> Named:
        """How the entries name a principal."""
        if self.everyone:
            return EVERYBODY
        if principal.type is PrincipalType.SERVICE:
            return Named(of(principal.arn in self.services), Match.NO, Match.NO)
        if principal.type is PrincipalType.IDENTITY_PROVIDER:
            return Named(of(principal.arn in self.providers), Match.NO, Match.NO)
        if principal.type is PrincipalType.ANONYMOUS:
            return NOBODY
        account = max(of(principal.account in self.accounts), self._by_canonical_id(principal))
        if principal.type is PrincipalType.ROOT:
            return Named(account, Match.NO, account)
        directly = of(principal.arn in self.arns)
        if principal.type is PrincipalType.ROLE:
            directly = self._some_session(principal)
        if principal.type is PrincipalType.USER:
            return Named(max(directly, self._by_id(principal)), Match.NO, account)
        as_role = max(of(principal.issuer in self.arns), self._by_id(principal))
        return Named(directly, as_role, account)

    def exempts(self, principal: Principal) -> Match:
        """Whether a NotPrincipal of these entries leaves a principal alone.

        AWS checks the account first, then the user or role, then the session; each must be listed.
        """
        named = self.names(principal)
        if named.directly is Match.YES and (self.everyone or not principal.in_account):
            return Match.YES
        if principal.type in {PrincipalType.ASSUMED_ROLE, PrincipalType.FEDERATED_USER, PrincipalType.ROLE}:
            return min(named)
        return min(named.directly, named.by_account)

    def _some_session(self, principal: Principal) -> Match:
        role = principal.issuer.rpartition("/")[2]
        sessions = f":{principal.account}:assumed-role/{role}/"
        return Match.UNKNOWN if any(sessions in arn for arn in self.arns) else Match.NO

    def _by_id(self, principal: Principal) -> Match:
        if not self.unique_ids:
            return Match.NO
        if not principal.user_id:
            return Match.UNKNOWN
        return of(principal.user_id.partition(":")[0] in self.unique_ids)

    def _by_canonical_id(self, principal: Principal) -> Match:
        if not self.canonical_ids:
            return Match.NO
        return of(principal.canonical_id in self.canonical_ids) if principal.canonical_id else Match.UNKNOWN


def read_principal(value: object) -> PrincipalElement:
    """The element of a Principal's JSON: ``"*"`` or ``{"AWS": ..., "Service": ..., ...}``."""
    if not isinstance(value, Mapping):
        return _element({}, everyone=value == "*")
    entries = {kind: frozenset(as_texts(one)) for kind, one in value.items()}
    # AWS: "Principal": "*" and {"AWS": "*"} are the same.
    return _element(entries, everyone="*" in entries.get("AWS", ()))


def _element(entries: Mapping[str, frozenset[str]], *, everyone: bool) -> PrincipalElement:
    aws = entries.get("AWS", frozenset())
    accounts = {entry: found[1] for entry in aws if (found := _ACCOUNT.fullmatch(entry))}
    unique_ids = frozenset(entry for entry in aws if _UNIQUE_ID.fullmatch(entry))
    return PrincipalElement(
        everyone,
        frozenset(accounts.values()),
        aws - accounts.keys() - unique_ids,
        unique_ids,
        entries.get("Service", frozenset()),
        entries.get("Federated", frozenset()),
        entries.get("CanonicalUser", frozenset()),
    )
