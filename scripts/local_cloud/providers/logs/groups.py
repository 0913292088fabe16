"""Log groups: their retention, key and class."""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Operations, Request, Response, error
from scripts.local_cloud.providers.logs.requests import (
    check_group_name,
    constraint,
    existing_group,
    invalid,
    name_of,
    page,
)
from scripts.local_cloud.providers.moto_backend import logs as backend

#: Days that AWS keeps events for.
RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827),
    *(2192, 2557, 2922, 3288, 3653),
)
CLASSES = ("STANDARD", "INFREQUENT_ACCESS", "DELIVERY")


def register(operations: Operations) -> None:
    """Add the operations on log groups."""
    operations.real("CreateLogGroup")(_create)
    operations.real("DeleteLogGroup")(_delete)
    operations.real("DescribeLogGroups")(_describe)
    operations.real("PutRetentionPolicy")(_put_retention)
    operations.real("DeleteRetentionPolicy")(_delete_retention)
    operations.simulated("AssociateKmsKey")(_associate_key)
    operations.simulated("DisassociateKmsKey")(_disassociate_key)


def _create(context: RequestContext, request: Request) -> None:
    name = request["logGroupName"]
    check_group_name(name)
    group_class = request.get("logGroupClass") or "STANDARD"
    if group_class not in CLASSES:
        listed = ", ".join(CLASSES)
        raise constraint(group_class, "logGroupClass", f"Member must satisfy enum value set: [{listed}]")
    with backend.LOCK:
        if name in backend.backend(context.account_id, context.region).groups:
            raise error("ResourceAlreadyExistsException", "The specified log group already exists")
        backend.create_group(
            context.account_id,
            context.region,
            name,
            kms_key=request.get("kmsKeyId"),
            group_class=group_class,
            tags=request.get("tags") or {},
        )


def _delete(context: RequestContext, request: Request) -> None:
    with backend.LOCK:
        backend.delete_group(context.account_id, context.region, existing_group(context, request))


def _describe(context: RequestContext, request: Request) -> Response:
    prefix, part = request.get("logGroupNamePrefix"), request.get("logGroupNamePattern")
    if prefix and part:
        raise invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
    wanted = {name_of(item) for item in request.get("logGroupIdentifiers") or ()}
    group_class = request.get("logGroupClass")
    names = [
        name
        for name in backend.group_names(context.account_id, context.region)
        if name.startswith(prefix or "") and (part or "") in name and (not wanted or name in wanted)
    ]
    groups = [backend.describe_group(context.account_id, context.region, name) for name in names]
    found = [group for group in groups if not group_class or group["logGroupClass"] == group_class]
    shown, token = page(request, found, lambda group: str(group["logGroupName"]))
    return {"logGroups": shown, "nextToken": token}


def _put_retention(context: RequestContext, request: Request) -> None:
    days = request["retentionInDays"]
    if days not in RETENTIONS:
        listed = ", ".join(map(str, RETENTIONS))
        raise constraint(days, "retentionInDays", f"Member must satisfy enum value set: [{listed}]")
    name = existing_group(context, request)
    backend.set_group(context.account_id, context.region, name, retention_in_days=days)


def _delete_retention(context: RequestContext, request: Request) -> None:
    name = existing_group(context, request)
    backend.set_group(context.account_id, context.region, name, retention_in_days=None)


def _associate_key(context: RequestContext, request: Request) -> None:
    name = existing_group(context, _named(request))
    backend.set_group(context.account_id, context.region, name, kms_key_id=request["kmsKeyId"])


def _disassociate_key(context: RequestContext, request: Request) -> None:
    name = existing_group(context, _named(request))
    backend.set_group(context.account_id, context.region, name, kms_key_id=None)


def _named(request: Request) -> Request:
    """The request with its resource as a log group; queries' results, the other resource, are not kept."""
    identifier = request.get("resourceIdentifier")
    return request if not identifier else {"logGroupIdentifier": identifier}
