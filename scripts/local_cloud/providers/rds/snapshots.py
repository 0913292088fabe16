"""DB snapshots: copies of a server's data that outlive it.

Only manual ones (a final one is manual too): automated backups would stop each server once a day for a copy.
"""

from __future__ import annotations

import uuid
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Operations, Request, Response, error
from scripts.local_cloud.providers.rds import rules, work
from scripts.local_cloud.providers.rds.engines import LICENSES, default_option_group
from scripts.local_cloud.providers.rds.faults import (
    instance_not_found,
    instance_state,
    invalid_value,
    missing_parameter,
    snapshot_not_found,
)
from scripts.local_cloud.providers.rds.model import (
    LOCK,
    DBInstance,
    DBSnapshot,
    RdsStore,
    now,
    record_event,
    store,
)
from scripts.local_cloud.providers.rds.paging import filters, matches, page
from scripts.local_cloud.providers.rds.shapes import db_snapshot, status, subnet_group_of
from scripts.local_cloud.providers.rds.tags import from_request
from scripts.local_cloud.providers.rds.tasks import servers

_FILTERS = ("db-instance-id", "db-snapshot-id", "dbi-resource-id", "engine", "snapshot-type")
_STORAGE = ("AllocatedStorage", "StorageType", "Iops", "StorageThroughput", "StorageEncrypted", "KmsKeyId")
_TYPES = ("automated", "awsbackup", "manual", "public", "shared")


def new(records: RdsStore, instance: DBInstance, identifier: str, tags: dict[str, str]) -> DBSnapshot:
    """Enter the record of a snapshot whose copy is still to be made; call under `LOCK`."""
    name = rules.identifier("DBSnapshotIdentifier", identifier, longest=255)
    if name in records.snapshots:
        raise error(
            "DBSnapshotAlreadyExists",
            f"Cannot create the snapshot because a snapshot with the identifier {name} already exists.",
        )
    copied = instance.tags if instance.settings["CopyTagsToSnapshot"] and not tags else {}
    snapshot = DBSnapshot(
        identifier=name,
        storage_id=f"snapshot-{uuid.uuid4().hex}",
        resource_id=instance.resource_id,
        shape=_shape(records, instance),
        tags={**copied, **tags},
        database=instance.database,
        instance_class=instance.instance_class,
        settings=dict(instance.settings),
    )
    records.snapshots[name] = snapshot
    return snapshot


def available(records: RdsStore, identifier: str | None) -> DBSnapshot:
    """The snapshot, which must be complete."""
    if not identifier:
        raise missing_parameter("DBSnapshotIdentifier")
    snapshot = find(records, identifier)
    if snapshot.status != "available":
        raise error(
            "InvalidDBSnapshotState", f"The snapshot {snapshot.identifier} is not in available state."
        )
    return snapshot


def find(records: RdsStore, identifier: str) -> DBSnapshot:
    """The snapshot of that identifier or ARN."""
    name = identifier.rsplit(":", 1)[-1].lower()
    try:
        return records.snapshots[name]
    except KeyError:
        raise snapshot_not_found(name) from None


def kept_settings(snapshot: DBSnapshot) -> dict[str, Any]:
    """What an instance restored from the snapshot has unless the request says otherwise."""
    names = (*_STORAGE, "BackupRetentionPeriod", "PreferredBackupWindow", "PreferredMaintenanceWindow")
    return {name: snapshot.settings[name] for name in names if name in snapshot.settings}


def register(operations: Operations) -> None:
    """Add the operations on snapshots."""
    operations.real("CreateDBSnapshot")(_create)
    operations.real("DescribeDBSnapshots")(_describe)
    operations.simulated("DescribeDBSnapshotAttributes")(_attributes)
    operations.real("DeleteDBSnapshot")(_delete)


def _create(context: RequestContext, request: Request) -> Response:
    records = store(context)
    tags = from_request(request)
    with LOCK:
        name = request["DBInstanceIdentifier"].lower()
        instance = records.instances.get(name)
        if instance is None:
            raise instance_not_found(name)
        if status(instance) != "available":
            raise instance_state(
                f"Cannot create a snapshot because the database instance {name} is not currently in the "
                "available state."
            )
        snapshot = new(records, instance, request["DBSnapshotIdentifier"], tags)
        work.begin(instance, "backing-up", [work.take_snapshot(snapshot)])
        return {"DBSnapshot": db_snapshot(context.account_id, context.region, snapshot)}


def _describe(context: RequestContext, request: Request) -> Response:
    asked = filters(request, _FILTERS)
    if request.get("SnapshotType") not in (None, *_TYPES):
        raise invalid_value(
            f"Invalid SnapshotType {request['SnapshotType']}; expected one of: {', '.join(_TYPES)}."
        )
    for parameter, name in (
        ("DBInstanceIdentifier", "db-instance-id"),
        ("DbiResourceId", "dbi-resource-id"),
        ("SnapshotType", "snapshot-type"),
    ):
        if request.get(parameter):
            asked.setdefault(name, []).append(request[parameter])
    records = store(context)
    with LOCK:
        wanted = request.get("DBSnapshotIdentifier")
        found = [find(records, wanted)] if wanted else [item for _, item in sorted(records.snapshots.items())]
        passing = [item for item in found if matches(asked, _filter_values(item))]
        if wanted and not passing:
            raise snapshot_not_found(wanted)
        answer = page(request, passing, lambda item: item.identifier, "DBSnapshots")
        answer["DBSnapshots"] = [
            db_snapshot(context.account_id, context.region, item) for item in answer["DBSnapshots"]
        ]
    return answer


def _attributes(context: RequestContext, request: Request) -> Response:
    with LOCK:
        snapshot = find(store(context), request["DBSnapshotIdentifier"])
    return {
        "DBSnapshotAttributesResult": {
            "DBSnapshotIdentifier": snapshot.identifier,
            "DBSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": []}],
        }
    }


def _delete(context: RequestContext, request: Request) -> Response:
    records = store(context)
    with LOCK:
        snapshot = find(records, request["DBSnapshotIdentifier"])
        if snapshot.status == "creating":
            raise error(
                "InvalidDBSnapshotState", f"The snapshot {snapshot.identifier} is not in available state."
            )
        del records.snapshots[snapshot.identifier]
    servers().delete_snapshot(snapshot.storage_id)
    record_event(
        context.account_id,
        context.region,
        "snapshot",
        snapshot.identifier,
        "Deleted manual snapshot",
        "deletion",
    )
    shape = db_snapshot(context.account_id, context.region, snapshot)
    return {"DBSnapshot": shape | {"Status": "deleted"}}


def _shape(records: RdsStore, instance: DBInstance) -> dict[str, Any]:
    settings = instance.settings
    shape = {
        "DBInstanceIdentifier": instance.identifier,
        "SnapshotCreateTime": now(),
        "OriginalSnapshotCreateTime": now(),
        "Engine": instance.engine,
        "EngineVersion": instance.engine_version,
        "Port": instance.port,
        "AvailabilityZone": settings["AvailabilityZone"],
        "VpcId": subnet_group_of(records, instance).vpc_id,
        "InstanceCreateTime": instance.created,
        "MasterUsername": instance.master_username,
        "LicenseModel": LICENSES[instance.engine],
        "OptionGroupName": default_option_group(instance.engine, instance.engine_version),
        "AllocatedStorage": settings["AllocatedStorage"],
        "StorageType": settings["StorageType"],
        "Iops": settings.get("Iops"),
        "StorageThroughput": settings["StorageThroughput"],
        "Encrypted": settings["StorageEncrypted"],
        "KmsKeyId": settings.get("KmsKeyId"),
        "IAMDatabaseAuthenticationEnabled": False,
        "DedicatedLogVolume": settings["DedicatedLogVolume"],
        "MultiTenant": False,
    }
    return {name: value for name, value in shape.items() if value is not None}


def _filter_values(snapshot: DBSnapshot) -> dict[str, Any]:
    return {
        "db-instance-id": snapshot.shape["DBInstanceIdentifier"],
        "db-snapshot-id": snapshot.identifier,
        "dbi-resource-id": snapshot.resource_id,
        "engine": snapshot.shape["Engine"],
        "snapshot-type": "manual",
    }
