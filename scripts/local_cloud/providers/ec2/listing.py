"""The describe operations: ids, filters and pages, over what a topic module shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2 import filters
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations
from scripts.local_cloud.providers.framework import Request, Response, error

Source = Callable[[RequestContext], list[dict[str, Any]]]


@dataclass(frozen=True)
class Listing:
    """How one describe operation chooses among the things that there are.

    Attributes
    ----------
    operation, result
        AWS's names of the operation and of the list in its answer.
    ids, id_field
        The request's list of ids, and the field of an item that it names.
    not_found
        The error's code and message, with ``{}`` for the id, when an id is unknown; None where AWS then
        answers with what it knows.
    filters
        Filter name to JMESPath of the value; the tag filters are understood without.
    """

    operation: str
    result: str
    ids: str = ""
    id_field: str = ""
    not_found: tuple[str, str] | None = ("InvalidParameterValue", "{} does not exist")
    filters: filters.Paths = field(default_factory=dict)

    def register(self, source: Source) -> None:
        """Answer the operation from the items of ``source``."""

        @operations.simulated(self.operation)
        def answer(context: RequestContext, request: Request) -> Response:
            return self.answer(source(context), request)

    def answer(self, items: list[dict[str, Any]], request: Request) -> Response:
        """The items that the request asks for."""
        if request.get("DryRun"):
            raise error(
                "DryRunOperation", "Request would have succeeded, but DryRun flag is set.", status=412
            )
        wanted = request.get(self.ids) if self.ids else None
        if wanted:
            known = {item[self.id_field]: item for item in items}
            unknown = [each for each in wanted if each not in known]
            if unknown and self.not_found is not None:
                code, message = self.not_found
                raise error(code, message.format(", ".join(unknown)))
            items = [known[each] for each in dict.fromkeys(wanted) if each in known]
        chosen = filters.matching(items, request.get("Filters") or request.get("Filter"), self.filters)
        shown, token = filters.page(chosen, request.get("MaxResults"), request.get("NextToken"))
        return {self.result: shown, "NextToken": token} if token else {self.result: shown}


def from_moto(context: RequestContext, result: str) -> list[dict[str, Any]]:
    """Everything that Moto has for the describe operation at hand, unfiltered."""
    items: list[dict[str, Any]] = ask_moto(context, {}).get(result) or []
    return items
