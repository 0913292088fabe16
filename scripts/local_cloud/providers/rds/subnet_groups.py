"""DB subnet groups, checked against the subnets that EC2 knows."""

from __future__ import annotations

from collections.abc import Sequence

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Operations, Request, Response, error
from scripts.local_cloud.providers.rds import neighbours
from scripts.local_cloud.providers.rds.faults import invalid_value, subnet_group_not_found
from scripts.local_cloud.providers.rds.model import LOCK, RdsStore, SubnetGroup, store
from scripts.local_cloud.providers.rds.paging import filters, page
from scripts.local_cloud.providers.rds.shapes import subnet_group as shape
from scripts.local_cloud.providers.rds.tags import from_request

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_. ")
DEFAULT = "default"


def find(records: RdsStore, name: str) -> SubnetGroup:
    """The group of that name."""
    try:
        return records.subnet_groups[name.lower()]
    except KeyError:
        raise subnet_group_not_found(name) from None


def for_instance(context: RequestContext, name: str | None) -> SubnetGroup:
    """The group that a new instance shall lie in; AWS makes one of the default VPC when none is named."""
    records = store(context)
    used = any(instance.subnet_group == DEFAULT for instance in list(records.instances.values()))
    if used or (name and name.lower() != DEFAULT):
        return find(records, name or DEFAULT)
    subnets = neighbours.default_subnets(context.account_id, context.region)
    if len({subnet.zone for subnet in subnets}) < 2:
        raise error(
            "InvalidSubnet",
            "No default subnet detected in VPC. Please contact AWS Support to recreate a default VPC, "
            "or name a DB subnet group.",
        )
    group = SubnetGroup(
        DEFAULT, DEFAULT, subnets[0].vpc_id, {subnet.subnet_id: subnet.zone for subnet in subnets}
    )
    with LOCK:
        # Made anew while nobody lies in it: the default VPC may have been made anew, too.
        records.subnet_groups[DEFAULT] = group
    return group


def register(operations: Operations) -> None:
    """Add the operations on subnet groups."""
    operations.simulated("CreateDBSubnetGroup")(_create)
    operations.simulated("DescribeDBSubnetGroups")(_describe)
    operations.simulated("ModifyDBSubnetGroup")(_modify)
    operations.simulated("DeleteDBSubnetGroup")(_delete)


def _create(context: RequestContext, request: Request) -> Response:
    name = request["DBSubnetGroupName"].lower()
    if not name or len(name) > 255 or not set(name) <= _LETTERS or name == DEFAULT:
        raise invalid_value(
            "The parameter DBSubnetGroupName must be provided and must not be 'default'; it has up to 255 "
            "letters, digits, hyphens, underscores, dots and spaces."
        )
    description = request["DBSubnetGroupDescription"]
    tags = from_request(request)
    group = SubnetGroup(name, description, *_checked(context, request["SubnetIds"]), tags)
    with LOCK:
        if store(context).subnet_groups.setdefault(name, group) is not group:
            raise error("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")
        return {"DBSubnetGroup": shape(context.account_id, context.region, group)}


def _describe(context: RequestContext, request: Request) -> Response:
    filters(request, ())
    records = store(context)
    with LOCK:
        if request.get("DBSubnetGroupName"):
            groups = [find(records, request["DBSubnetGroupName"])]
        else:
            groups = [group for _, group in sorted(records.subnet_groups.items())]
        answer = page(request, groups, lambda group: group.name, "DBSubnetGroups")
        answer["DBSubnetGroups"] = [
            shape(context.account_id, context.region, group) for group in answer["DBSubnetGroups"]
        ]
    return answer


def _modify(context: RequestContext, request: Request) -> Response:
    group = find(store(context), request["DBSubnetGroupName"])
    vpc_id, subnets = _checked(context, request["SubnetIds"])
    with LOCK:
        used = [
            instance for instance in store(context).instances.values() if instance.subnet_group == group.name
        ]
        if used and vpc_id != group.vpc_id:
            raise error(
                "InvalidSubnet", f"The subnets are not in the VPC {group.vpc_id} of the DB subnet group."
            )
        for instance in used:
            zone = instance.settings["AvailabilityZone"]
            if zone not in subnets.values():
                raise error(
                    "SubnetAlreadyInUse",
                    f"Availability zone {zone} is used by the DB instance {instance.identifier}, so a subnet "
                    "of it must stay in the DB subnet group.",
                )
        group.vpc_id, group.subnets = vpc_id, subnets
        if request.get("DBSubnetGroupDescription"):
            group.description = request["DBSubnetGroupDescription"]
        return {"DBSubnetGroup": shape(context.account_id, context.region, group)}


def _delete(context: RequestContext, request: Request) -> Response:
    records = store(context)
    with LOCK:
        group = find(records, request["DBSubnetGroupName"])
        for instance in records.instances.values():
            if instance.subnet_group == group.name:
                raise error(
                    "InvalidDBSubnetGroupStateFault",
                    f"Cannot delete the subnet group '{group.name}' because at least one database instance: "
                    f"{instance.identifier} is still using it.",
                )
        del records.subnet_groups[group.name]
    return {}


def _checked(context: RequestContext, subnet_ids: Sequence[str]) -> tuple[str, dict[str, str]]:
    subnets = neighbours.subnets(context.account_id, context.region, subnet_ids)
    covered = sorted({subnet.zone for subnet in subnets})
    if len(covered) < 2:
        raise error(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. "
            f"Current AZ coverage: {', '.join(covered)}. Add subnets to cover at least 2 AZs.",
        )
    return subnets[0].vpc_id, {subnet.subnet_id: subnet.zone for subnet in subnets}
