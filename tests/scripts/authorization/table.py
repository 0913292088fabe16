"""The tables of cases: read, and made into requests and policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from scripts.authorization import (
    Policy,
    PolicyKind,
    PolicySet,
    Principal,
    PublicAccessBlock,
    Request,
    read_policy,
)
from scripts.authorization.policies import unknown_policy
from scripts.authorization.public_access import read_public_access_block

FOLDER = Path(__file__).with_name("cases")
LAB = "111111111111"
PARTNER = "222222222222"
ANA = f"arn:aws:iam::{LAB}:user/ana"

PRINCIPALS = {
    "ana": Principal.from_arn(ANA, user_id="AIDAANA"),
    "ana_of_sales": Principal.from_arn(ANA, user_id="AIDAANA", tags={"Department": "sales"}),
    "bob": Principal.from_arn(f"arn:aws:iam::{PARTNER}:user/bob", user_id="AIDABOB"),
    "root": Principal.from_arn(f"arn:aws:iam::{LAB}:root"),
    "partner_root": Principal.from_arn(f"arn:aws:iam::{PARTNER}:root"),
    "role": Principal.from_arn(f"arn:aws:iam::{LAB}:role/loader"),
    "session": Principal.from_arn(
        f"arn:aws:sts::{LAB}:assumed-role/loader/night", user_id="AROALOADER:night"
    ),
    "other_session": Principal.from_arn(
        f"arn:aws:sts::{LAB}:assumed-role/loader/day", user_id="AROALOADER:day"
    ),
    "partner_session": Principal.from_arn(
        f"arn:aws:sts::{PARTNER}:assumed-role/reader/x", user_id="AROAREADER:x"
    ),
    "nameless": Principal.from_arn(ANA),
    "federated": Principal.from_arn(
        f"arn:aws:sts::{LAB}:federated-user/guest", issuer=ANA, user_id=f"{LAB}:guest"
    ),
    "service_linked": Principal.from_arn(
        f"arn:aws:sts::{LAB}:assumed-role/AWSServiceRoleForRDS/x",
        issuer=f"arn:aws:iam::{LAB}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS",
        user_id="AROASLR:x",
    ),
    "sns": Principal.service("sns.amazonaws.com"),
    "github": Principal.identity_provider(
        f"arn:aws:iam::{LAB}:oidc-provider/token.actions.githubusercontent.com"
    ),
    "anonymous": Principal.anonymous(),
    "canonical": replace(Principal.from_arn(ANA, user_id="AIDAANA"), canonical_id="79a59d"),
}


def load(name: str) -> dict[str, Any]:
    """One table, by the name of its file."""
    table: dict[str, Any] = yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return table


def decision_tables() -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and content of each case of every table of decisions."""
    for file in sorted(FOLDER.glob("*.yaml")):
        table = load(file.stem)
        for case in table.get("cases", ()):
            yield f"{file.stem}: {case['name']}", {**table.get("defaults", {}), **case}


def request_of(case: dict[str, Any]) -> Request:
    """The request of a case."""
    context = {
        key: tuple(str(one) for one in values) if isinstance(values, list) else (str(values),)
        for key, values in case.get("context", {}).items()
    }
    return Request(
        PRINCIPALS[case["principal"]],
        case["action"],
        case["resource"],
        str(case.get("owner", LAB)),
        context,
        frozenset(case.get("unknown_keys", ())),
    )


def policies_of(case: dict[str, Any]) -> PolicySet:
    """The policies of a case."""
    boundary = _policies(case, "boundary", PolicyKind.BOUNDARY)
    trust = _policies(case, "trust", PolicyKind.TRUST)
    return PolicySet(
        identity=_policies(case, "identity", PolicyKind.IDENTITY),
        resource=trust or _policies(case, "resource_policy", PolicyKind.RESOURCE),
        boundary=boundary[0] if boundary else None,
        session=_policies(case, "session", PolicyKind.SESSION) if "session" in case else None,
        scps=_levels(case, "scps", PolicyKind.SCP),
        rcps=_levels(case, "rcps", PolicyKind.RCP),
        public_access=_block(case.get("public_access_block")),
    )


def _block(settings: list[str] | None) -> PublicAccessBlock | None:
    return None if settings is None else read_public_access_block(dict.fromkeys(settings, True))


def _policies(case: dict[str, Any], part: str, kind: PolicyKind) -> tuple[Policy, ...]:
    written = case.get(part, [])
    named = written if isinstance(written, dict) else {part: written} if written else {}
    return tuple(_policy(name, statements, kind, case) for name, statements in named.items())


def _policy(name: str, statements: Any, kind: PolicyKind, case: dict[str, Any]) -> Policy:
    if statements == "unknown":
        return unknown_policy(name, kind, "known only after it is applied")
    version = case.get("version", "2012-10-17")
    document = {"Version": version, "Statement": statements} if version else {"Statement": statements}
    return read_policy(document, name, kind)


def _levels(case: dict[str, Any], part: str, kind: PolicyKind) -> tuple[tuple[Policy, ...], ...]:
    return tuple(
        (_policy(f"{part}-{number}", statements, kind, case),)
        for number, statements in enumerate(case.get(part, ()), 1)
    )
