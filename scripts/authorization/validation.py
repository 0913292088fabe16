"""Policy documents that AWS refuses on write, with its codes and, as far as they are known, its messages.

Sources: IAM User Guide, "Grammar of the IAM JSON policy language"; Organizations and S3 user guides; answers
of the services as users have reported them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.authorization.catalogue import find_action, is_known_key
from scripts.authorization.conditions import as_texts, split_operator
from scripts.authorization.documents import SYNTAX, form_faults, load, place, statements_of
from scripts.authorization.faults import RULES, DocumentKind, Fault, MalformedPolicyError, Presence, Rules
from scripts.authorization.operators import OPERATORS, instant
from scripts.authorization.resource_names import resource_fault

_IDENTITY = {
    DocumentKind.MANAGED,
    DocumentKind.USER,
    DocumentKind.GROUP,
    DocumentKind.ROLE,
    DocumentKind.SESSION,
}
_IAM = _IDENTITY | {DocumentKind.TRUST}

_SID = re.compile(r"[0-9A-Za-z]*")
_VENDOR = re.compile(r"[0-9A-Za-z.-]+")
_AWS_PRINCIPAL = re.compile(
    r"\*|\d{12}|A(?:IDA|ROA)[A-Z0-9]+|arn:[\w-]+:iam::\d{12}:(?:root|(?:user|role)/[^*?]+)"
    r"|arn:[\w-]+:sts::\d{12}:(?:assumed-role/[^*?/]+/[^*?]+|federated-user/[^*?]+)"
    r"|arn:[\w-]+:iam::cloudfront:user/.+"
)
_TRUST_ACTIONS = {
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setsourceidentity",
    "sts:tagsession",
    "sts:setcontext",
    "sts:*",
}


def checked_document(text: str, name: str = "") -> dict[str, Any]:
    """Read a document of the right form, whatever it is for: what is weighed may be older than a rule.

    Raises
    ------
    MalformedPolicyError
        It breaks the policy grammar.
    """
    document, fault = _loaded(text)
    for found in [fault] if fault else form_faults(document):
        raise MalformedPolicyError("MalformedPolicyDocument", found.message, found.where, name)
    checked: dict[str, Any] = document
    for number, statement in enumerate(statements_of(checked), start=1):
        if not statement.keys() & {"Action", "NotAction"}:
            where = place(number, statement)
            raise MalformedPolicyError(
                "MalformedPolicyDocument", "Policy statement must contain actions.", where, name
            )
    return checked


def validate(text: str, kind: DocumentKind, *, resource: str = "") -> None:
    """Refuse what AWS refuses.

    Parameters
    ----------
    text
        The document as it is sent.
    kind
        Which call it is sent to.
    resource
        ARN of the bucket, queue, ... that it is for, where there is one; a bucket policy may name no other.

    Raises
    ------
    MalformedPolicyError
        With the first fault that AWS would name.
    """
    rules = RULES[kind]
    for fault in faults(text, kind, resource=resource):
        raise MalformedPolicyError(fault.code or rules.code, fault.message, fault.where)


def faults(text: str, kind: DocumentKind, *, resource: str = "") -> Iterator[Fault]:
    """Everything that is wrong, in the order in which AWS would name it, in the words of the service."""
    rules = RULES[kind]
    for fault in _faults(text, kind, rules, resource):
        yield Fault(rules.message or fault.message, fault.where, fault.code) if not fault.code else fault


def _faults(text: str, kind: DocumentKind, rules: Rules, resource: str) -> Iterator[Fault]:
    length = len(text) if rules.counts_space else len("".join(text.split()))
    if length > rules.limit:
        yield Fault(rules.too_long[1], f"{length} characters", rules.too_long[0])
        return
    document, fault = _loaded(text)
    broken = [fault] if fault else list(form_faults(document))
    if broken:
        yield from (_in_words_of(kind, one, text) for one in broken)
        return
    if kind in _IDENTITY and document.get("Version") != "2012-10-17":
        yield Fault("Policy document must be version 2012-10-17 or greater.", "Version")
    statements = list(enumerate(statements_of(document), start=1))
    for number, statement in statements:
        yield from _condition_faults(number, statement, kind)
    yield from _sid_faults(statements, kind)
    for number, statement in statements:
        yield from _principal_faults(number, statement, kind, rules)
        yield from _action_faults(number, statement, kind)
        yield from _resource_faults(number, statement, kind, rules, resource)
        if kind is DocumentKind.RCP:
            yield from _rcp_faults(number, statement)


def _loaded(text: str) -> tuple[Any, Fault | None]:
    try:
        return load(text), None
    except (ValueError, RecursionError) as error:
        return None, Fault(SYNTAX, str(error))


def _in_words_of(kind: DocumentKind, fault: Fault, text: str) -> Fault:
    if kind is not DocumentKind.S3:
        return fault
    if not text.startswith("{"):
        return Fault("Policies must be valid JSON and the first byte must be '{'", fault.where)
    if "version" in fault.where:
        return Fault("The policy must contain a valid version string", fault.where)
    if fault.where.endswith("Effect must be Allow or Deny"):
        return Fault("Missing required field Effect", fault.where)
    return Fault(
        "Policies must be valid JSON and the first byte must be '{'" if "{" not in text else SYNTAX[:-1]
    )


def _condition_faults(number: int, statement: Mapping[str, Any], kind: DocumentKind) -> Iterator[Fault]:
    for written, keys in statement.get("Condition", {}).items():
        _, name, if_exists = split_operator(written)
        if name not in OPERATORS and (name != "null" or if_exists):
            yield Fault(SYNTAX, place(number, statement, f"operator {written!r} does not exist"))
            continue
        for key, values in keys.items():
            where = place(number, statement, f"condition {written} {key}")
            if ":" not in key:
                yield Fault(
                    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.", where
                )
            if kind is DocumentKind.S3 and key.lower().startswith(("aws:", "s3:")) and not is_known_key(key):
                yield Fault("Policy has an invalid condition key", where)
            if name.startswith("date") and any(instant(one) is None for one in as_texts(values)):
                yield Fault("The policy failed legacy parsing", where)


def _sid_faults(statements: list[tuple[int, dict[str, Any]]], kind: DocumentKind) -> Iterator[Fault]:
    seen = set()
    for number, statement in statements:
        sid = statement.get("Sid", "")
        if sid and sid in seen:
            yield Fault("Statement IDs (SID) in a single policy must be unique.", place(number, statement))
        seen.add(sid)
        if kind in _IAM and not _SID.fullmatch(sid):
            yield Fault(
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
                "expression [0-9A-Za-z]*",
                place(number, statement),
            )


def _principal_faults(
    number: int, statement: Mapping[str, Any], kind: DocumentKind, rules: Rules
) -> Iterator[Fault]:
    element = "NotPrincipal" if "NotPrincipal" in statement else "Principal"
    where = place(number, statement, element)
    if element not in statement:
        if rules.principal is Presence.REQUIRED:
            yield Fault("Missing required field Principal", where)
        return
    if rules.principal is Presence.FORBIDDEN:
        yield Fault("Policy document should not specify a principal.", where)
        return
    if element == "NotPrincipal" and (kind is DocumentKind.TRUST or statement["Effect"] == "Allow"):
        yield Fault("Has prohibited field NotPrincipal" if kind is DocumentKind.TRUST else SYNTAX, where)
    value = statement[element]
    entries = value if isinstance(value, dict) else {}
    for one in as_texts(entries.get("AWS", "*")):
        if not _AWS_PRINCIPAL.fullmatch(one):
            named = f'Invalid principal in policy: "AWS":"{one}"'
            yield Fault("Invalid principal in policy" if kind is DocumentKind.S3 else named, where)
    for one in as_texts(entries.get("Service", "s3.amazonaws.com")):
        if not one.endswith((".amazonaws.com", ".amazonaws.com.cn", ".aws.internal")):
            named = f'Invalid principal in policy: "SERVICE":"{one}"'
            yield Fault("Invalid principal in policy" if kind is DocumentKind.S3 else named, where)


def _action_faults(number: int, statement: Mapping[str, Any], kind: DocumentKind) -> Iterator[Fault]:
    element = "NotAction" if "NotAction" in statement else "Action"
    where = place(number, statement, element)
    actions = as_texts(statement.get(element, []))
    if not actions:
        yield Fault("Policy statement must contain actions.", place(number, statement))
    for action in actions:
        vendor, colon, _ = action.partition(":")
        if action == "*":
            continue
        if not colon:
            yield Fault("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.", where)
        elif action.count(":") > 1:
            yield Fault("Actions/Condition can contain only one colon.", where)
        elif not _VENDOR.fullmatch(vendor):
            yield Fault(f"Vendor {vendor} is not valid", where)
        elif kind is DocumentKind.S3 and not _is_s3_action(action):
            yield Fault("Policy has invalid action", where)
    if kind is DocumentKind.TRUST and any(one.lower() not in _TRUST_ACTIONS for one in actions):
        yield Fault("AssumeRole policy may only specify STS AssumeRole actions.", where)


def _is_s3_action(action: str) -> bool:
    vendor = action.lower().partition(":")[0]
    return vendor == "s3" and ("*" in action or "?" in action or find_action(action) is not None)


def _resource_faults(
    number: int, statement: Mapping[str, Any], kind: DocumentKind, rules: Rules, resource: str
) -> Iterator[Fault]:
    element = "NotResource" if "NotResource" in statement else "Resource"
    where = place(number, statement, element)
    if element in statement and rules.resource is Presence.FORBIDDEN:
        yield Fault(f"Has prohibited field {element}", where)
        return
    texts = as_texts(statement.get(element, []))
    if not texts and rules.resource is Presence.REQUIRED:
        missing = "Missing required field Resource" if kind is DocumentKind.S3 else None
        yield Fault(missing or "Policy statement must contain resources.", place(number, statement))
    for text in texts:
        if kind is DocumentKind.S3:
            if not _of_bucket(text, resource):
                yield Fault("Policy has invalid resource", where)
        elif message := resource_fault(text):
            yield Fault(message, where)
    if kind is DocumentKind.S3 and texts and element == "Resource":
        yield from _s3_scope_faults(number, statement, texts)


def _of_bucket(text: str, bucket: str) -> bool:
    if not bucket:
        return text.startswith("arn:")
    return text == bucket or text.startswith((bucket + "/", bucket + "*"))


def _s3_scope_faults(number: int, statement: Mapping[str, Any], texts: tuple[str, ...]) -> Iterator[Fault]:
    """An action on objects needs a resource with a key, one on the bucket a resource without."""
    kinds = {"object" if "/" in text else "bucket" for text in texts}
    if any(text.endswith("*") for text in texts if "/" not in text):
        return
    for action in as_texts(statement.get("Action", [])):
        entry = find_action(action)
        if entry and entry.resource_types and not kinds & set(entry.resource_types):
            yield Fault(
                "Action does not apply to any resource(s) in statement", place(number, statement, action)
            )


def _rcp_faults(number: int, statement: Mapping[str, Any]) -> Iterator[Fault]:
    if statement["Effect"] != "Deny" or statement.get("Principal") != "*" or "NotAction" in statement:
        yield Fault(SYNTAX, place(number, statement, "an RCP denies, to Principal *, by Action"))
