"""DB instances: created, anew or from a snapshot."""

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
    neighbours,
    parameter_groups,
    requests,
    rules,
    secrets,
    snapshots,
    subnet_groups,
    work,
)
from scripts.local_cloud.providers.rds.faults import invalid_combination, missing_parameter
from scripts.local_cloud.providers.rds.model import LOCK, DBInstance, store
from scripts.local_cloud.providers.rds.shapes import db_instance
from scripts.local_cloud.providers.rds.tags import from_request

#: AWS's own quota of DB instances in a region.
QUOTA = 40


def register(operations: Operations) -> None:
    """Add the operations that make an instance."""
    operations.real("CreateDBInstance")(_create)
    operations.real("RestoreDBInstanceFromDBSnapshot")(_restore)


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
