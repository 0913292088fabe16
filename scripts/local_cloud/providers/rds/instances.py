"""DB instances: described, deleted, restarted, stopped and started."""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Operations, Request, Response
from scripts.local_cloud.providers.rds import (
    modifications,
    snapshots,
    work,
)
from scripts.local_cloud.providers.rds.faults import (
    instance_not_found,
    instance_state,
    invalid_combination,
)
from scripts.local_cloud.providers.rds.model import LOCK, DBInstance, RdsStore, arn, store
from scripts.local_cloud.providers.rds.paging import filters, matches, page
from scripts.local_cloud.providers.rds.shapes import db_instance, status

_FILTERS = ("db-cluster-id", "db-instance-id", "dbi-resource-id", "domain", "engine")


def find(records: RdsStore, identifier: str) -> DBInstance:
    """The instance of that identifier or ARN."""
    name = identifier.rsplit(":", 1)[-1].lower()
    try:
        return records.instances[name]
    except KeyError:
        raise instance_not_found(name) from None


def register(operations: Operations) -> None:
    """Add the operations on instances."""
    operations.real("DescribeDBInstances")(_describe)
    operations.real("DeleteDBInstance")(_delete)
    operations.real("RebootDBInstance")(_reboot)
    operations.real("StopDBInstance")(_stop)
    operations.real("StartDBInstance")(_start)


def _describe(context: RequestContext, request: Request) -> Response:
    asked = filters(request, _FILTERS)
    records = store(context)
    with LOCK:
        if request.get("DBInstanceIdentifier"):
            found = [find(records, request["DBInstanceIdentifier"])]
        else:
            found = sorted(records.instances.values(), key=lambda item: item.identifier)
        passing = [item for item in found if matches(asked, _filter_values(item))]
        if request.get("DBInstanceIdentifier") and not passing:
            raise instance_not_found(request["DBInstanceIdentifier"])
        answer = page(request, passing, lambda item: item.identifier, "DBInstances")
        answer["DBInstances"] = [db_instance(records, item) for item in answer["DBInstances"]]
    return answer


def _delete(context: RequestContext, request: Request) -> Response:
    records = store(context)
    final = request.get("FinalDBSnapshotIdentifier")
    if request.get("SkipFinalSnapshot") and final:
        raise invalid_combination(
            "FinalDBSnapshotIdentifier can not be specified when deleting a database instance with "
            "SkipFinalSnapshot set to true."
        )
    with LOCK:
        instance = find(records, request["DBInstanceIdentifier"])
        if instance.settings["DeletionProtection"]:
            raise invalid_combination(
                "Cannot delete protected DB Instance, please disable deletion protection and try again."
            )
        if instance.status == "deleting":
            raise instance_state(f"Instance {instance.identifier} is already being deleted.")
        if not request.get("SkipFinalSnapshot") and not final:
            raise invalid_combination(
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
            )
        steps: list[work.Step] = [work.delete_all]
        if final:
            if status(instance) != "available":
                raise instance_state(
                    "Cannot create a snapshot because the database instance "
                    f"{instance.identifier} is not currently in the available state."
                )
            snapshot = snapshots.new(records, instance, final, {})
            steps.insert(0, work.take_snapshot(snapshot))
        shape = db_instance(records, instance) | {"DBInstanceStatus": "deleting"}
        work.begin(instance, "deleting", steps, then="deleted")
    return {"DBInstance": shape}


def _reboot(context: RequestContext, request: Request) -> Response:
    with LOCK:
        instance = find(store(context), request["DBInstanceIdentifier"])
        if request.get("ForceFailover") and not instance.settings["MultiAZ"]:
            raise invalid_combination("ForceFailover cannot be specified: the DB instance is not Multi-AZ.")
        # One that does not come up by itself is tried again.
        if instance.created is None or status(instance) not in (
            "available",
            "failed",
            "incompatible-parameters",
            "storage-full",
        ):
            raise instance_state(f"Instance {instance.identifier} is not in available state.")
        shape = db_instance(store(context), instance) | {"DBInstanceStatus": "rebooting"}
        restart = work.fail_over if request.get("ForceFailover") else work.reboot
        work.begin(instance, "rebooting", [*modifications.waiting(instance), restart])
    return {"DBInstance": shape}


def _stop(context: RequestContext, request: Request) -> Response:
    records = store(context)
    with LOCK:
        instance = find(records, request["DBInstanceIdentifier"])
        if status(instance) != "available":
            raise instance_state(f"Instance {instance.identifier} is not in available state.")
        steps: list[work.Step] = [work.stop]
        if request.get("DBSnapshotIdentifier"):
            snapshot = snapshots.new(records, instance, request["DBSnapshotIdentifier"], {})
            steps.insert(0, work.take_snapshot(snapshot))
        work.begin(instance, "stopping", steps, then="stopped")
    return _shown(context, instance)


def _start(context: RequestContext, request: Request) -> Response:
    with LOCK:
        instance = find(store(context), request["DBInstanceIdentifier"])
        if instance.status != "stopped":
            raise instance_state(f"Instance {instance.identifier} is not in stopped state.")
        work.begin(instance, "starting", [work.start])
    return _shown(context, instance)


def _shown(context: RequestContext, instance: DBInstance) -> Response:
    with LOCK:
        return {"DBInstance": db_instance(store(context), instance)}


def _filter_values(instance: DBInstance) -> dict[str, Any]:
    return {
        "db-cluster-id": (),
        "db-instance-id": (
            instance.identifier,
            arn(instance.account_id, instance.region, "db", instance.identifier),
        ),
        "dbi-resource-id": instance.resource_id,
        "domain": (),
        "engine": instance.engine,
    }
