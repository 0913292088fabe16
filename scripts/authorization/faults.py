"""What can be wrong with a policy document, and how each AWS service says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scripts.errors import BadInputError


class DocumentKind(Enum):
    """Which call a document is given to; each has its own rules, limits and errors."""

    MANAGED = "managed policy"
    USER = "inline policy of a user"
    GROUP = "inline policy of a group"
    ROLE = "inline policy of a role"
    TRUST = "role trust policy"
    SESSION = "session policy"
    S3 = "bucket policy"
    SQS = "queue policy"
    SNS = "topic policy"
    SECRETSMANAGER = "policy of a secret"
    KMS = "key policy"
    SCP = "service control policy"
    RCP = "resource control policy"


class Presence(Enum):
    """Whether an element belongs in a statement."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class Rules:
    """What a service asks of a document.

    Attributes
    ----------
    code
        Its error for a document that it refuses.
    principal, resource
        Whether those elements belong in.
    limit
        Most characters; white space counts only where ``counts_space``.
    too_long
        Error code and message above the limit.
    message
        The one message of services that do not say what is wrong; empty: the fault's own.
    """

    code: str
    principal: Presence
    resource: Presence
    limit: int
    too_long: tuple[str, str]
    counts_space: bool = True
    message: str = ""


_IAM = "MalformedPolicyDocument"
_NAMED = "MalformedPolicyDocumentException"
_ORGANIZATION = "The provided policy document does not meet the requirements of the specified policy type."

#: Limits: "IAM and AWS STS quotas", and the quota pages of the services.
RULES = {
    DocumentKind.MANAGED: Rules(
        _IAM,
        Presence.FORBIDDEN,
        Presence.REQUIRED,
        6144,
        ("LimitExceeded", "Cannot exceed quota for PolicySize: 6144"),
        counts_space=False,
    ),
    DocumentKind.USER: Rules(
        _IAM,
        Presence.FORBIDDEN,
        Presence.REQUIRED,
        2048,
        ("LimitExceeded", "Maximum policy size of 2048 bytes exceeded"),
        counts_space=False,
    ),
    DocumentKind.GROUP: Rules(
        _IAM,
        Presence.FORBIDDEN,
        Presence.REQUIRED,
        5120,
        ("LimitExceeded", "Maximum policy size of 5120 bytes exceeded"),
        counts_space=False,
    ),
    DocumentKind.ROLE: Rules(
        _IAM,
        Presence.FORBIDDEN,
        Presence.REQUIRED,
        10240,
        ("LimitExceeded", "Maximum policy size of 10240 bytes exceeded"),
        counts_space=False,
    ),
    DocumentKind.TRUST: Rules(
        _IAM,
        Presence.REQUIRED,
        Presence.FORBIDDEN,
        2048,
        ("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"),
        counts_space=False,
    ),
    DocumentKind.SESSION: Rules(
        _IAM,
        Presence.FORBIDDEN,
        Presence.REQUIRED,
        2048,
        ("ValidationError", "Value at 'policy' failed to satisfy constraint: length must not exceed 2048"),
    ),
    DocumentKind.S3: Rules(
        "MalformedPolicy",
        Presence.REQUIRED,
        Presence.REQUIRED,
        20480,
        ("PolicyTooLarge", "Policy exceeds the maximum allowed document size."),
    ),
    DocumentKind.SQS: Rules(
        "InvalidAttributeValue",
        Presence.REQUIRED,
        Presence.OPTIONAL,
        8192,
        ("InvalidAttributeValue", "Invalid value for the parameter Policy."),
        message="Invalid value for the parameter Policy.",
    ),
    DocumentKind.SNS: Rules(
        "InvalidParameter",
        Presence.REQUIRED,
        Presence.REQUIRED,
        30720,
        ("InvalidParameter", "Invalid parameter: Policy Error: null"),
        message="Invalid parameter: Policy Error: null",
    ),
    DocumentKind.SECRETSMANAGER: Rules(
        _NAMED,
        Presence.REQUIRED,
        Presence.REQUIRED,
        20480,
        ("ValidationException", "The resource policy is longer than 20480 characters."),
        message="This resource policy contains a syntax error.",
    ),
    DocumentKind.KMS: Rules(
        _NAMED,
        Presence.REQUIRED,
        Presence.REQUIRED,
        32768,
        ("LimitExceededException", "The key policy is longer than 32768 bytes."),
        message="The key policy is not syntactically or semantically correct.",
    ),
    DocumentKind.SCP: Rules(
        _NAMED,
        Presence.FORBIDDEN,
        Presence.REQUIRED,
        5120,
        ("ConstraintViolationException", "You have exceeded the maximum policy size."),
        message=_ORGANIZATION,
    ),
    DocumentKind.RCP: Rules(
        _NAMED,
        Presence.REQUIRED,
        Presence.REQUIRED,
        5120,
        ("ConstraintViolationException", "You have exceeded the maximum policy size."),
        message=_ORGANIZATION,
    ),
}


@dataclass(frozen=True)
class Fault:
    """Something that is wrong.

    Attributes
    ----------
    message
        AWS's message, as IAM or S3 words it.
    where
        The place, in our words (``statement 2, Action``); empty for the whole document.
    code
        AWS's error code, where it is not the one of the rules.
    """

    message: str
    where: str = ""
    code: str = ""


class MalformedPolicyError(BadInputError):
    """A policy document that AWS refuses.

    Attributes
    ----------
    code
        AWS's error code.
    message
        AWS's message.
    """

    def __init__(self, code: str, message: str, where: str = "", name: str = "") -> None:
        place = ", ".join(part for part in (name, where) if part)
        super().__init__(
            f"{place}: {message}" if place else message,
            f"AWS refuses such a document with {code}; correct it and try again.",
        )
        self.code = code
        self.message = message
