"""Prefix lists, AWS's own and customers'.

Moto shows AWS's lists without their blocks, loses the name of a list that is changed
(`managed_prefixes.py:127`) and keeps one that is deleted for another look.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.ec2.listing import Listing
from scripts.local_cloud.providers.ec2.operations import ask_moto, operations, pass_on
from scripts.local_cloud.providers.framework import Request, Response, error
from scripts.local_cloud.providers.moto_backend import prefix_lists, security_groups

_NOT_FOUND = ("InvalidPrefixListID.NotFound", "The prefix list ID '{}' does not exist")

_MANAGED = Listing(
    "DescribeManagedPrefixLists",
    "PrefixLists",
    ids="PrefixListIds",
    id_field="PrefixListId",
    not_found=_NOT_FOUND,
    filters={
        "owner-id": "OwnerId",
        "prefix-list-id": "PrefixListId",
        "prefix-list-name": "PrefixListName",
    },
)

_OF_AWS = Listing(
    "DescribePrefixLists",
    "PrefixLists",
    ids="PrefixListIds",
    id_field="PrefixListId",
    not_found=_NOT_FOUND,
    filters={"prefix-list-id": "PrefixListId", "prefix-list-name": "PrefixListName"},
)


def _managed(context: RequestContext) -> list[dict[str, Any]]:
    return prefix_lists.describe_all(context.account_id, context.region)


_MANAGED.register(_managed)


def _of_aws(context: RequestContext) -> list[dict[str, Any]]:
    where = context.account_id, context.region
    return [
        {
            "PrefixListId": each["PrefixListId"],
            "PrefixListName": each["PrefixListName"],
            "Cidrs": [entry["Cidr"] for entry in prefix_lists.entries(*where, each["PrefixListId"])],
        }
        for each in prefix_lists.describe_all(*where)
        if each["OwnerId"] == "AWS"
    ]


_OF_AWS.register(_of_aws)


def _existing(context: RequestContext, list_id: str) -> dict[str, Any]:
    for each in _managed(context):
        if each["PrefixListId"] == list_id:
            return each
    raise error(_NOT_FOUND[0], _NOT_FOUND[1].format(list_id))


def _entries(request: Request, name: str) -> list[dict[str, Any]]:
    canonical = []
    for entry in request.get(name) or ():
        try:
            block = str(ipaddress.ip_network(entry["Cidr"], strict=False))
        except ValueError:
            raise error("InvalidParameterValue", f"The CIDR '{entry['Cidr']}' is invalid.") from None
        canonical.append({**entry, "Cidr": block})
    return canonical


@operations.simulated("CreateManagedPrefixList")
def create(context: RequestContext, request: Request) -> Response:
    """Make a list of at most the entries that it allows."""
    entries = _entries(request, "Entries")
    _check_size(len(entries), request["MaxEntries"])
    return ask_moto(context, {**request, "Entries": entries})


def _check_size(count: int, allowed: int) -> None:
    if count > allowed:
        raise error(
            "PrefixListMaxEntriesExceeded",
            f"You've reached the maximum number of entries ({allowed}) for the prefix list.",
        )


@operations.simulated("ModifyManagedPrefixList")
def modify(context: RequestContext, request: Request) -> Response:
    """Change name, size or entries; a change of entries makes a new version."""
    where = context.account_id, context.region
    list_id = request["PrefixListId"]
    before = _existing(context, list_id)
    if before["OwnerId"] != context.account_id:
        raise error("UnauthorizedOperation", f"The prefix list {list_id} is managed by AWS.", status=403)
    current = request.get("CurrentVersion")
    if current is not None and current != before["Version"]:
        raise error(
            "PrefixListVersionMismatch", f"The prefix list is at version {before['Version']}, not {current}."
        )
    added, gone = _entries(request, "AddEntries"), _entries(request, "RemoveEntries")
    after = {each["Cidr"]: each for each in prefix_lists.entries(*where, list_id)}
    for each in gone:
        after.pop(each["Cidr"], None)
    after.update((each["Cidr"], each) for each in added)
    size = request.get("MaxEntries") or before["MaxEntries"]
    _check_size(len(after), size)
    name = request.get("PrefixListName") or before["PrefixListName"]
    entries = list(after.values()) if added or gone else None
    prefix_lists.change(*where, list_id, name=name, size=size, entries=entries)
    return {"PrefixList": _existing(context, list_id)}


@operations.simulated("DeleteManagedPrefixList")
def delete(context: RequestContext, request: Request) -> Response:
    """Remove a customer's list that no rule and no route refers to."""
    where = context.account_id, context.region
    list_id = request["PrefixListId"]
    _existing(context, list_id)
    used = [
        rule["SecurityGroupRuleId"]
        for group in security_groups.describe_all(*where)
        for rule in security_groups.rules(*where, group["GroupId"])
        if rule.get("PrefixListId") == list_id
    ]
    if used or prefix_lists.in_routes(*where, list_id):
        raise error("PrefixListInUse", f"The prefix list '{list_id}' is in use.")
    answer = pass_on(context, request)
    prefix_lists.remove(*where, list_id)
    return answer


operations.passed_on("GetManagedPrefixListEntries")
