"""DB parameter groups: families and values checked, stored, and read back exactly as they were set."""

from __future__ import annotations

from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.databases import parameters
from scripts.local_cloud.databases.model import ENGINES
from scripts.local_cloud.databases.parameters import Parameter, ParameterError
from scripts.local_cloud.providers.framework import Operations, Request, Response, error
from scripts.local_cloud.providers.rds import rules
from scripts.local_cloud.providers.rds.faults import (
    invalid_combination,
    invalid_value,
    parameter_group_not_found,
)
from scripts.local_cloud.providers.rds.model import (
    LOCK,
    DBInstance,
    ParameterGroup,
    ParameterSetting,
    RdsStore,
    arn,
    record_event,
    store,
    store_of,
)
from scripts.local_cloud.providers.rds.tags import from_request

#: So many parameters may one call change.
LIMIT = 20
DEFAULT = "default."


def families() -> list[str]:
    """Every family that there is a server for."""
    return [family for engine in ENGINES for family in parameters.families(engine)]


def find(records: RdsStore, name: str) -> ParameterGroup:
    """The group of that name; a family's default group is always there and always empty."""
    name = name.lower()
    if name in records.parameter_groups:
        return records.parameter_groups[name]
    family = name.removeprefix(DEFAULT)
    if name.startswith(DEFAULT) and family in families():
        tags = records.default_tags.setdefault(name, {})
        return ParameterGroup(name, family, f"Default parameter group for {family}", tags=tags)
    raise parameter_group_not_found(name)


def for_family(records: RdsStore, name: str, family: str) -> ParameterGroup:
    """The group, which must be of the family."""
    group = find(records, name)
    if group.family != family:
        raise invalid_combination(
            f"The parameter group {group.name} with DBParameterGroupFamily {group.family} cannot be used for "
            f"this instance. Please use a parameter group with DBParameterGroupFamily {family}."
        )
    return group


def group_of(instance: DBInstance) -> ParameterGroup:
    """The group of an instance; it cannot be deleted while the instance is there."""
    return find(store_of(instance.account_id, instance.region), instance.parameter_group)


def members(records: RdsStore, name: str) -> list[DBInstance]:
    """The instances that use a group."""
    return [instance for instance in records.instances.values() if instance.parameter_group == name]


def register(operations: Operations) -> None:
    """Add the operations on parameter groups."""
    operations.real("CreateDBParameterGroup")(_create)
    operations.real("CopyDBParameterGroup")(_copy)
    operations.real("ModifyDBParameterGroup")(_modify)
    operations.real("ResetDBParameterGroup")(_reset)
    operations.real("DeleteDBParameterGroup")(_delete)


def _create(context: RequestContext, request: Request) -> Response:
    family = request["DBParameterGroupFamily"]
    if family not in families():
        raise invalid_value(f"ParameterGroupFamily {family} is not a valid parameter group family")
    name = _new_name(store(context), "DBParameterGroupName", request["DBParameterGroupName"])
    return _added(context, ParameterGroup(name, family, request["Description"], tags=from_request(request)))


def _copy(context: RequestContext, request: Request) -> Response:
    records = store(context)
    source_name = request["SourceDBParameterGroupIdentifier"].rsplit(":", 1)[-1]
    source = find(records, source_name)
    name = _new_name(records, "TargetDBParameterGroupIdentifier", request["TargetDBParameterGroupIdentifier"])
    with LOCK:
        settings = {
            key: ParameterSetting(item.value, item.apply_method) for key, item in source.settings.items()
        }
    description = request["TargetDBParameterGroupDescription"]
    return _added(
        context, ParameterGroup(name, source.family, description, settings, tags=from_request(request))
    )


def _modify(context: RequestContext, request: Request) -> Response:
    asked = request["Parameters"]
    if not asked:
        raise error("MissingParameter", "The request must contain the parameter Parameters")
    if len(asked) > LIMIT:
        raise invalid_value(
            f"You can modify at most {LIMIT} parameters in one request; {len(asked)} were given."
        )
    with LOCK:
        group = _own(store(context), request["DBParameterGroupName"])
        settings = {}
        for item in asked:
            parameter = _checked(group.family, item.get("ParameterName"), item.get("ParameterValue"))
            method = _method(parameter, item.get("ApplyMethod"))
            settings[parameter.name] = ParameterSetting(item["ParameterValue"], method)
        # Nothing of a request is stored when any part of it is wrong.
        group.settings.update(settings)
    _announce(context, group, settings)
    return {"DBParameterGroupName": group.name}


def _reset(context: RequestContext, request: Request) -> Response:
    asked = request.get("Parameters") or []
    if request.get("ResetAllParameters") and asked:
        raise invalid_combination("ResetAllParameters and Parameters cannot be given together.")
    if not request.get("ResetAllParameters") and not asked:
        raise invalid_combination("One of ResetAllParameters or Parameters must be given.")
    if len(asked) > LIMIT:
        raise invalid_value(
            f"You can reset at most {LIMIT} parameters in one request; {len(asked)} were given."
        )
    with LOCK:
        group = _own(store(context), request["DBParameterGroupName"])
        for item in asked:
            _method(_known(group.family, item.get("ParameterName")), item.get("ApplyMethod"))
        names = [item["ParameterName"] for item in asked] or list(group.settings)
        for name in names:
            group.settings.pop(name, None)
    _announce(context, group, names)
    return {"DBParameterGroupName": group.name}


def _delete(context: RequestContext, request: Request) -> Response:
    records = store(context)
    with LOCK:
        group = find(records, request["DBParameterGroupName"])
        if group.name.startswith(DEFAULT):
            raise error(
                "InvalidDBParameterGroupState", f"Default DBParameterGroup cannot be deleted: {group.name}"
            )
        if members(records, group.name):
            raise error(
                "InvalidDBParameterGroupState",
                "One or more database instances are still members of this parameter group "
                f"{group.name}, so the group cannot be deleted",
            )
        del records.parameter_groups[group.name]
    return {}


def _new_name(records: RdsStore, parameter: str, value: str) -> str:
    # Unlike other identifiers, a group's name may hold dots and underscores (``sourcelab-mysql8.0``).
    name: str = value.lower()
    rules.identifier(parameter, name.replace(".", "-").replace("_", "-"), longest=255)
    if name.startswith(DEFAULT):
        raise invalid_value(
            f"{parameter} {name} is reserved: names that begin with {DEFAULT!r} are AWS's own."
        )
    if name in records.parameter_groups:
        raise error("DBParameterGroupAlreadyExists", f"Parameter group {name} already exists")
    return name


def _added(context: RequestContext, group: ParameterGroup) -> Response:
    with LOCK:
        if store(context).parameter_groups.setdefault(group.name, group) is not group:
            raise error("DBParameterGroupAlreadyExists", f"Parameter group {group.name} already exists")
    return {"DBParameterGroup": shape(context, group)}


def _own(records: RdsStore, name: str) -> ParameterGroup:
    group = find(records, name)
    if group.name.startswith(DEFAULT):
        raise invalid_value("Cannot modify a default parameter group.")
    return group


def _known(family: str, name: str | None) -> Parameter:
    if not name:
        raise invalid_value("The parameter ParameterName must be provided for each parameter.")
    try:
        return parameters.catalogue(family)[name]
    except KeyError:
        raise invalid_value(f"Could not find parameter with name: {name}") from None


def _checked(family: str, name: str | None, value: str | None) -> Parameter:
    known = _known(family, name)
    if not known.modifiable:
        raise invalid_value(f"The parameter {name} cannot be modified.")
    if value is None:
        raise invalid_value(f"The parameter ParameterValue must be provided for {name}.")
    try:
        return parameters.check(family, known.name, value)
    except ParameterError as wrong:
        raise invalid_value(wrong.what) from wrong


def _method(parameter: Parameter, method: str | None) -> str:
    if method not in (None, "immediate", "pending-reboot"):
        raise invalid_value(f"Invalid ApplyMethod {method}; expected immediate or pending-reboot.")
    if parameter.apply_type == "static" and method == "immediate":
        raise invalid_combination("cannot use immediate apply method for static parameter")
    return method or ("pending-reboot" if parameter.apply_type == "static" else "immediate")


def _announce(context: RequestContext, group: ParameterGroup, names: Any) -> None:
    for name in names:
        setting = group.settings.get(name)
        message = f"Updated parameter {name} to {setting.value}" if setting else f"Reset parameter {name}"
        record_event(context.account_id, context.region, "pg", group.name, message, "configuration change")


def shape(context: RequestContext, group: ParameterGroup) -> dict[str, str]:
    return {
        "DBParameterGroupName": group.name,
        "DBParameterGroupFamily": group.family,
        "Description": group.description,
        "DBParameterGroupArn": arn(context.account_id, context.region, "pg", group.name),
    }
