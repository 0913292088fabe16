"""The questions of ``authorization.yaml``, and what an account answers to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from scripts.authorization import Account, Outcome
from scripts.permissions import question

_FILE: dict[str, dict[str, list[str]]] = yaml.safe_load(
    Path(__file__).with_name("authorization.yaml").read_text(encoding="utf-8")
)
PRINCIPALS = tuple(_FILE)
#: No request comes from it: for keys that nobody asks about, every request has some value.
_USUAL = ("aws:SourceIp=203.0.113.7",)


def wrong(account: Account, *, secret: str, applied: bool) -> Iterator[str]:
    """What is not answered as it should be.

    Parameters
    ----------
    secret
        ARN of a database's master secret.
    applied
        Whether every ARN is known, so that nothing may stay open.
    """
    names = {
        "account": account.account_id,
        "raw": f"sourcelab-raw-{account.account_id}",
        "lake": f"sourcelab-lake-{account.account_id}",
        "secret": secret,
    }
    expected: dict[str, tuple[Outcome, ...]] = {
        "allowed": (Outcome.ALLOWED,),
        "after_apply": (Outcome.ALLOWED if applied else Outcome.CANNOT_BE_JUDGED,),
        "denied": (Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY),
    }
    for principal, lists in _FILE.items():
        for kind, lines in lists.items():
            for line in lines:
                answer = _ask(account, principal, line.format(**names))
                if answer.decision.outcome not in expected[kind]:
                    yield f"{principal} {line}: {kind}, but {answer.decision.outcome.value}"


def _ask(account: Account, principal: str, line: str) -> Any:
    action, resource, *keys = line.split()
    return question.ask(
        account, principal, action, resource, [*_USUAL, *keys], region="us-east-1", prefix="sourcelab"
    )
