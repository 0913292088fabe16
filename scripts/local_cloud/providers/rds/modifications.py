"""ModifyDBInstance: what takes effect at once, and what waits.

Password, security groups and parameter group take effect at once, whatever ApplyImmediately says; storage,
class, version, Multi-AZ and name wait in ``PendingModifiedValues`` unless it is set. There is no maintenance
window here: what waits is done with the next ApplyImmediately or at the next reboot.
"""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.framework import Operations, Request, Response, error
from scripts.local_cloud.providers.rds import (
    engines,
    neighbours,
    parameter_groups,
    requests,
    rules,
    secrets,
    work,
)
from scripts.local_cloud.providers.rds.faults import (
    instance_not_found,
    instance_state,
    invalid_combination,
    not_supported,
)
from scripts.local_cloud.providers.rds.model import (
    LOCK,
    DBInstance,
    RdsStore,
    record_instance_event,
    store,
    store_of,
)
from scripts.local_cloud.providers.rds.shapes import db_instance, status, subnet_group_of

_RENAMED = "DBInstanceIdentifier"
#: Shown as pending while their own steps are under way; they never wait.
_AT_ONCE = frozenset({"MasterUserPassword", "Port"})


def register(operations: Operations) -> None:
    """Add the operation."""
    operations.real("ModifyDBInstance")(_modify)


def waiting(instance: DBInstance) -> list[work.Step]:
    """Steps that do all that waits; call under `LOCK`."""
    pending = {name: value for name, value in instance.pending.items() if name not in _AT_ONCE}
    if not pending:
        return []
    waited = frozenset(pending)
    name = pending.pop(_RENAMED, None)

    def settle(changed: DBInstance) -> None:
        with LOCK:
            changed.pending = {key: changed.pending[key] for key in changed.pending.keys() - waited}
            changed.instance_class = pending.pop("DBInstanceClass", changed.instance_class)
            changed.engine_version = pending.pop("EngineVersion", changed.engine_version)
            changed.settings |= pending
            if "MultiAZ" in pending:
                group = subnet_group_of(store_of(changed.account_id, changed.region), changed)
                own_zone = changed.settings["AvailabilityZone"]
                spare = sorted(set(group.subnets.values()) - {own_zone})
                changed.settings["SecondaryAvailabilityZone"] = spare[0] if pending["MultiAZ"] else None
        record_instance_event(
            changed, "Finished applying modification to the DB instance", "configuration change"
        )

    return [settle, *([work.rename(name)] if name else [])]


def rotate(instance: DBInstance, token: str) -> None:
    """Start the rotation of a managed password; the new secret version gets the token as its id."""
    with LOCK:
        if instance.secret is None or status(instance) != "available":
            raise error(
                "InvalidRequestException",
                f"The secret cannot be rotated now: DB instance {instance.identifier} is not available.",
            )
        instance.secret.status = "rotating"
        steps = [work.set_password(secrets.new_password(), token)]
        work.begin(instance, "resetting-master-credentials", steps)


def _modify(context: RequestContext, request: Request) -> Response:
    records = store(context)
    with LOCK:
        instance = _modifiable(records, request)
    engine = instance.engine
    version = _version(instance, request)
    requests.refuse_unsupported(engine, instance.engine_version, request)
    now = requests.simple_changes(context, engine, version, request, instance.settings)
    now |= _log_exports(instance, request)
    later = _waiting_changes(records, instance, request, version)
    groups = _security_groups(instance, request)
    parameter_group = _parameter_group(records, instance, request, version)
    port = rules.port(request["DBPortNumber"]) if request.get("DBPortNumber") else instance.port
    credentials = _credentials(instance, request)

    with LOCK:
        # While EC2 and KMS were asked, another call may have begun to change the instance.
        _modifiable(records, request)
        instance.settings |= now
        if parameter_group:
            instance.parameter_group = parameter_group
            known = parameter_groups.group_of(instance).values == instance.asked_parameters
            instance.parameter_status = "in-sync" if known else "pending-reboot"
        if request.get("RotateMasterUserPassword") and instance.secret:
            instance.secret.status = "rotating"
        steps = list(credentials)
        if groups is not None and groups != instance.security_groups:
            instance.security_groups = groups
            steps.append(work.set_groups)
        if port != instance.port:
            instance.pending["Port"] = port
            steps.append(work.set_port(port))
        if credentials:
            instance.pending["MasterUserPassword"] = "****"
        for name, (value, present) in later.items():
            if value == present:
                instance.pending.pop(name, None)
            else:
                instance.pending[name] = value
        if request.get("ApplyImmediately"):
            steps += waiting(instance)
        shape = db_instance(records, instance)
        if steps:
            work.begin(instance, _state(request, credentials, later), steps)
    return {"DBInstance": shape}


def _modifiable(records: RdsStore, request: Request) -> DBInstance:
    name = request["DBInstanceIdentifier"].rsplit(":", 1)[-1].lower()
    instance = records.instances.get(name)
    if instance is None:
        raise instance_not_found(name)
    state = status(instance)
    # Another parameter group is the way out of a group whose values keep the server down.
    curing = state == "incompatible-parameters" and set(request) <= {
        "DBInstanceIdentifier",
        "DBParameterGroupName",
        "ApplyImmediately",
    }
    if state != "available" and not curing:
        raise instance_state("Database instance is not in available state.")
    return instance


def _version(instance: DBInstance, request: Request) -> str:
    asked = request.get("EngineVersion")
    if request.get("Engine") not in (None, instance.engine):
        raise not_supported("the engine of a DB instance cannot be changed.")
    if not asked or instance.engine_version == asked or instance.engine_version.startswith(f"{asked}."):
        return instance.engine_version
    version = engines.resolve(instance.engine, asked)
    targets = dict(engines.upgrades(instance.engine, instance.engine_version))
    if version not in targets:
        raise invalid_combination(
            f"Cannot upgrade {instance.engine} from {instance.engine_version} to {version}"
        )
    if targets[version]:
        if not request.get("AllowMajorVersionUpgrade"):
            raise invalid_combination(
                "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
            )
        raise not_supported(
            "a major version upgrade, for which the server's data would have to be converted. "
            "Dump it, and load it into a new DB instance."
        )
    return version


def _waiting_changes(
    records: RdsStore, instance: DBInstance, request: Request, version: str
) -> dict[str, tuple[Any, Any]]:
    """Name to (asked, present) of what waits for ApplyImmediately."""
    settings = instance.settings
    changes: dict[str, tuple[Any, Any]] = {}
    if any(request.get(name) for name in ("AllocatedStorage", "StorageType", "Iops", "StorageThroughput")):
        storage = rules.storage(instance.engine, request, settings)
        changes |= {name: (value, settings.get(name)) for name, value in storage.items()}
    if request.get("DBInstanceClass"):
        engines.check_class(request["DBInstanceClass"])
        changes["DBInstanceClass"] = (request["DBInstanceClass"], instance.instance_class)
    if request.get("EngineVersion"):
        changes["EngineVersion"] = (version, instance.engine_version)
    if request.get("MultiAZ") is not None:
        changes["MultiAZ"] = (request["MultiAZ"], settings["MultiAZ"])
    if request.get("NewDBInstanceIdentifier"):
        name = rules.identifier("NewDBInstanceIdentifier", request["NewDBInstanceIdentifier"])
        if name != instance.identifier and name in records.instances:
            raise error("DBInstanceAlreadyExists", "DB instance already exists")
        changes[_RENAMED] = (name, instance.identifier)
    return changes


def _security_groups(instance: DBInstance, request: Request) -> list[str] | None:
    records = store_of(instance.account_id, instance.region)
    group = subnet_group_of(records, instance)
    wanted = request.get("DBSubnetGroupName")
    if wanted and wanted.lower() != group.name:
        raise not_supported("a DB instance cannot be moved to another DB subnet group.")
    if not request.get("VpcSecurityGroupIds"):
        return None
    return neighbours.security_groups(
        instance.account_id, instance.region, request["VpcSecurityGroupIds"], group.vpc_id
    )


def _parameter_group(records: RdsStore, instance: DBInstance, request: Request, version: str) -> str | None:
    wanted = request.get("DBParameterGroupName")
    if not wanted:
        return None
    with LOCK:
        group = parameter_groups.for_family(records, wanted, engines.family_of(instance.engine, version))
    return group.name if group.name != instance.parameter_group else None


def _log_exports(instance: DBInstance, request: Request) -> dict[str, Any]:
    asked = request.get("CloudwatchLogsExportConfiguration") or {}
    enabled = set(instance.settings.get("EnabledCloudwatchLogsExports") or ())
    wanted = (enabled | set(asked.get("EnableLogTypes") or ())) - set(asked.get("DisableLogTypes") or ())
    if wanted == enabled:
        return {}
    types = rules.log_exports(instance.engine, instance.engine_version, list(wanted))
    return {"EnabledCloudwatchLogsExports": types or None}


def _credentials(instance: DBInstance, request: Request) -> list[work.Step]:
    """Steps for the master password."""
    password = request.get("MasterUserPassword")
    held = instance.secret is not None
    asked = request.get("ManageMasterUserPassword")
    managed = held if asked is None else bool(asked)
    rotate, key = request.get("RotateMasterUserPassword"), request.get("MasterUserSecretKmsKeyId")
    if managed and password:
        raise invalid_combination(
            "You can't specify MasterUserPassword for an instance with ManageMasterUserPassword enabled."
        )
    if rotate and not (managed and held):
        raise invalid_combination("RotateMasterUserPassword needs ManageMasterUserPassword.")
    if rotate and not request.get("ApplyImmediately"):
        raise invalid_combination("RotateMasterUserPassword needs ApplyImmediately.")
    if key and (held or not managed):
        raise not_supported("a key can only be chosen when ManageMasterUserPassword is switched on.")
    if held and not managed and not password:
        raise invalid_combination(
            "MasterUserPassword is required when ManageMasterUserPassword is switched off."
        )
    if password:
        step = work.set_password(rules.password(instance.engine, password))
        return [step, work.drop_secret] if held else [step]
    if rotate:
        return [work.set_password(secrets.new_password())]
    if managed and not held:
        return [work.manage_password(secrets.key(instance, key))]
    return []


def _state(request: Request, credentials: list[work.Step], later: dict[str, tuple[Any, Any]]) -> str:
    if request.get("ApplyImmediately"):
        if _changes(later, _RENAMED):
            return "renaming"
        if _changes(later, "EngineVersion"):
            return "upgrading"
    return "resetting-master-credentials" if credentials else "modifying"


def _changes(later: dict[str, tuple[Any, Any]], name: str) -> bool:
    return name in later and later[name][0] != later[name][1]
