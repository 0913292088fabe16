"""What every operation of CloudWatch Logs asks of a request, and the errors where it is not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from localstack.aws.api import CommonServiceException, RequestContext

from scripts.local_cloud.filter_patterns import FilterPattern, InvalidPatternError, compile_pattern
from scripts.local_cloud.providers.framework import Request, error
from scripts.local_cloud.providers.moto_backend import logs as backend

Item = TypeVar("Item")
_GROUP = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")
#: Results of one page of a listing, at most and when nothing is asked for.
PAGE = 50


def invalid(message: str) -> CommonServiceException:
    """AWS's error for a parameter that cannot be."""
    return error("InvalidParameterException", message)


def constraint(value: object, name: str, expected: str) -> CommonServiceException:
    """AWS's error for a parameter that breaks a rule of its shape."""
    return invalid(
        f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {expected}"
    )


def group_not_found() -> CommonServiceException:
    """There is no such log group."""
    return error("ResourceNotFoundException", "The specified log group does not exist.")


def stream_not_found() -> CommonServiceException:
    """There is no such log stream."""
    return error("ResourceNotFoundException", "The specified log stream does not exist.")


def check_group_name(name: str) -> None:
    """Raise AWS's error for a text that can name no log group."""
    if not _GROUP.fullmatch(name):
        raise constraint(
            name, "logGroupName", "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
        )


def existing_group(context: RequestContext, request: Request) -> str:
    """The name of the log group that a request names by ``logGroupName`` or ``logGroupIdentifier``."""
    name, identifier = request.get("logGroupName"), request.get("logGroupIdentifier")
    if name and identifier:
        raise error(
            "ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters."
        )
    if not name and not identifier:
        raise invalid("Either logGroupName or logGroupIdentifier is required")
    wanted = name or name_of(str(identifier))
    if wanted not in backend.backend(context.account_id, context.region).groups:
        raise group_not_found()
    return str(wanted)


def name_of(identifier: str) -> str:
    """The log group's name in an ARN, with or without ``:*``; a name is its own."""
    if not identifier.startswith("arn:"):
        return identifier
    return identifier.removesuffix(":*").rpartition(":log-group:")[2]


def existing_stream(context: RequestContext, group: str, stream: str) -> str:
    """The stream's name; it exists."""
    if stream not in backend.backend(context.account_id, context.region).groups[group].streams:
        raise stream_not_found()
    return stream


def pattern(text: str | None) -> FilterPattern:
    """The compiled filter pattern."""
    try:
        return compile_pattern(text or "")
    except InvalidPatternError as refused:
        raise invalid(refused.what) from refused


def page_size(request: Request, largest: int) -> int:
    """The ``limit`` of a request, as many as allowed when it has none."""
    limit = request.get("limit")
    if limit is None:
        return largest
    if not 1 <= limit <= largest:
        edge = "greater than or equal to 1" if limit < 1 else f"less than or equal to {largest}"
        raise constraint(limit, "limit", f"Member must have value {edge}")
    return int(limit)


def page(
    request: Request, items: Sequence[Item], name: Callable[[Item], str]
) -> tuple[list[Item], str | None]:
    """One page of items that are sorted by name, and the token of the next."""
    after = request.get("nextToken")
    size = page_size(request, PAGE)
    rest = [item for item in items if after is None or name(item) > after]
    shown = rest[:size]
    return shown, name(shown[-1]) if len(rest) > size else None
