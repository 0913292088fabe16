"""DB instances: created, described, deleted, restarted, stopped and started."""

from __future__ import annotations

import secrets as random
import string
from typing import Any

from localstack.aws.api import RequestContext

from scripts.errors import MissingError
from scripts.local_cloud.databases import binaries
from scripts.local_cloud.databases.model import Engine
from scripts.local_cloud.providers.framework import Operations, Request, Response, error
from scripts.local_cloud.providers.rds import (
    engines,
    modifications,
    neighbours,
    parameter_groups,
    requests,
    rules,
    secrets,
    snapshots,
    subnet_groups,
    work,
)
from scripts.local_cloud.providers.rds.faults import (
    instance_not_found,
    instance_state,
    invalid_combination,
    missing_parameter,
)
from scripts.local_cloud.providers.rds.model import LOCK, DBInstance, RdsStore, arn, store
from scripts.local_cloud.providers.rds.paging import filters, matches, page
from scripts.local_cloud.providers.rds.shapes import db_instance, status
from scripts.local_cloud.providers.rds.tags import from_request

#: AWS's own quota of DB instances in a region.
QUOTA = 40
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
    operations.real("CreateDBInstance")(_create)
    operations.real("RestoreDBInstanceFromDBSnapshot")(_restore)
    operations.real("DescribeDBInstances")(_describe)
    operations.real("DeleteDBInstance")(_delete)
    operations.real("RebootDBInstance")(_reboot)
    operations.real("StopDBInstance")(_stop)
    operations.real("StartDBInstance")(_start)


def _create(context: RequestContext, request: Request) -> Response:
    engine = engines.engine_of(request["Engine"])
    version = engines.resolve(engine, request.get("EngineVersion"))
    requests.refuse_unsupported(engine, version, request)
    managed = bool(request.get("ManageMasterUserPassword"))
    user = request.get("MasterUsername")
    if not user:
        raise missing_parameter("MasterUsername")
    password = _first_password(engine, request, managed)
    instance = _record(context, request, engine, version, rules.username(engine, user))
    if request.get("DBName"):
        instance.database = rules.database(engine, request["DBName"])
    instance.settings |= requests.encryption(context, request)
    _add(context, instance)
    if managed:
        _make_secret(context, instance, password, request.get("MasterUserSecretKmsKeyId"))
    work.begin(instance, "creating", [work.add_interface, work.create_server(password)])
    return _shown(context, instance)


def _restore(context: RequestContext, request: Request) -> Response:
    if request.get("ManageMasterUserPassword"):
        raise error(
            "InvalidParameterCombination",
            "Restore first and then set ManageMasterUserPassword with ModifyDBInstance.",
        )
    snapshot = snapshots.available(store(context), request.get("DBSnapshotIdentifier"))
    origin = snapshot.shape
    engine = engines.engine_of(request.get("Engine") or origin["Engine"])
    if engine != origin["Engine"]:
        raise invalid_combination(f"The snapshot is of engine {origin['Engine']}, not {engine}.")
    if request.get("DBName"):
        raise invalid_combination(f"DBName must not be specified for the engine {engine}.")
    requests.refuse_unsupported(engine, origin["EngineVersion"], request)
    filled = {
        "DBInstanceClass": snapshot.instance_class,
        "Port": origin["Port"],
        **{name: value for name, value in request.items() if value is not None},
    }
    if filled.get("CopyTagsToSnapshot") is None:
        filled["CopyTagsToSnapshot"] = False
    present = snapshots.kept_settings(snapshot)
    instance = _record(context, filled, engine, origin["EngineVersion"], origin["MasterUsername"], present)
    instance.database = snapshot.database
    _add(context, instance)
    work.begin(instance, "creating", [work.add_interface, work.restore_server(snapshot.storage_id)])
    return _shown(context, instance)


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
        # A dead server is started again by a reboot, as AWS does by itself.
        if instance.created is None or status(instance) not in (
            "available",
            "failed",
            "incompatible-parameters",
        ):
            raise instance_state(f"Instance {instance.identifier} is not in available state.")
        shape = db_instance(store(context), instance) | {"DBInstanceStatus": "rebooting"}
        work.begin(instance, "rebooting", [*modifications.waiting(instance), work.reboot])
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


def _record(
    context: RequestContext,
    request: Request,
    engine: Engine,
    version: str,
    user: str,
    present: dict[str, Any] | None = None,
) -> DBInstance:
    identifier = rules.identifier("DBInstanceIdentifier", request["DBInstanceIdentifier"])
    records = store(context)
    if identifier in records.instances:
        raise error("DBInstanceAlreadyExists", "DB instance already exists")
    engines.check_class(request["DBInstanceClass"])
    port = rules.port(request.get("Port") or engines.PORTS[engine])
    family = engines.family_of(engine, version)
    parameter_group = parameter_groups.for_family(
        records, request.get("DBParameterGroupName") or parameter_groups.DEFAULT + family, family
    )
    group = subnet_groups.for_instance(context, request.get("DBSubnetGroupName"))
    security_groups = neighbours.security_groups(
        context.account_id, context.region, request.get("VpcSecurityGroupIds"), group.vpc_id
    )
    _check_server(engine)
    letters = string.ascii_uppercase + string.digits
    resource_id = "db-" + "".join(random.choice(letters) for _ in range(26))
    return DBInstance(
        identifier=identifier,
        resource_id=resource_id,
        account_id=context.account_id,
        region=context.region,
        engine=engine,
        engine_version=version,
        instance_class=request["DBInstanceClass"],
        master_username=user,
        database=None,
        port=port,
        subnet_group=group.name,
        security_groups=security_groups,
        parameter_group=parameter_group.name,
        settings=requests.new_settings(context, resource_id, engine, version, request, group, present),
        tags=from_request(request),
    )


def _first_password(engine: Engine, request: Request, managed: bool) -> str:
    given = request.get("MasterUserPassword")
    if managed and given:
        raise invalid_combination(
            "You can't specify MasterUserPassword when ManageMasterUserPassword is enabled."
        )
    if request.get("MasterUserSecretKmsKeyId") and not managed:
        raise invalid_combination("MasterUserSecretKmsKeyId needs ManageMasterUserPassword.")
    if managed:
        return secrets.new_password()
    if not given:
        raise missing_parameter("MasterUserPassword")
    return rules.password(engine, given)


def _check_server(engine: Engine) -> None:
    try:
        binaries.require(engine)
    except MissingError as missing:
        raise error("InsufficientDBInstanceCapacity", f"{missing.what} {missing.hint}".strip()) from missing


def _add(context: RequestContext, instance: DBInstance) -> None:
    """Enter the record, unless another call was quicker or removed what it refers to."""
    records = store(context)
    with LOCK:
        if instance.identifier in records.instances:
            raise error("DBInstanceAlreadyExists", "DB instance already exists")
        if len(records.instances) >= QUOTA:
            raise error("InstanceQuotaExceeded", "DB Instance quota exceeded")
        subnet_groups.find(records, instance.subnet_group)
        parameter_groups.find(records, instance.parameter_group)
        records.instances[instance.identifier] = instance


def _make_secret(context: RequestContext, instance: DBInstance, password: str, key: str | None) -> None:
    try:
        secret = secrets.create(instance, password, secrets.key(instance, key))
    except BaseException:
        with LOCK:
            store(context).instances.pop(instance.identifier, None)
        raise
    with LOCK:
        instance.secret = secret


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
