"""What a request asks for, in IAM's words: each action on each resource, with its condition keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from localstack.aws.api import RequestContext

#: Condition keys with their values.
Keys = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Asked:
    """One action on one resource; a request may ask for several, and must be allowed all.

    Attributes
    ----------
    action
        ``s3:GetObject``.
    resource
        ARN, or ``*``.
    owner
        Account of the resource; empty: of the caller.
    context
        Condition keys that this action adds, by name.
    unknown
        Keys that it would have on AWS and whose values are not known here.
    """

    action: str
    resource: str = "*"
    owner: str = ""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()


class Unjudgeable(Exception):
    """What a request asks for cannot be told; says why."""


@dataclass(frozen=True)
class Call:
    """A call of an operation, as the rules read it.

    Attributes
    ----------
    service, operation
        botocore's names.
    request
        Parameters.
    account, region
        Of the caller's credentials; partition ``aws``.
    headers, query
        Of the HTTP request, for what S3 puts there; headers' names in lower case.
    """

    service: str
    operation: str
    request: Mapping[str, object]
    account: str
    region: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(context: RequestContext) -> Call:
        """The call of a parsed request."""
        return Call(
            context.service.service_name,
            context.operation.name,
            context.service_request or {},
            context.account_id,
            context.region,
            {name.lower(): value for name, value in context.request.headers.items()},
            context.request.args,
        )

    def text(self, name: str) -> str:
        """A parameter's value as text; empty where it is not given."""
        value = self.request.get(name)
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

    def arn(
        self, service: str, resource: str, *, region: str | None = None, account: str | None = None
    ) -> str:
        """ARN of a resource of the caller's account and region."""
        place = self.region if region is None else region
        owner = self.account if account is None else account
        return f"arn:aws:{service}:{place}:{owner}:{resource}"
