"""RDS's errors, with AWS's codes and words."""

from __future__ import annotations

from localstack.aws.api import CommonServiceException

from scripts.local_cloud.providers.framework import error


def invalid_value(message: str) -> CommonServiceException:
    """A parameter cannot have that value."""
    return error("InvalidParameterValue", message)


def invalid_combination(message: str) -> CommonServiceException:
    """The parameters do not go together, or not with the instance."""
    return error("InvalidParameterCombination", message)


def missing_parameter(name: str) -> CommonServiceException:
    """A parameter that the others call for is not there."""
    return error("MissingParameter", f"The request must contain the parameter {name}")


def not_supported(what: str) -> CommonServiceException:
    """Something that the local cloud cannot do truthfully, so that it does not pretend to."""
    return error("InvalidParameterCombination", f"The local cloud cannot do this truthfully: {what}")


def instance_not_found(identifier: str) -> CommonServiceException:
    """DBInstanceNotFoundFault."""
    return error("DBInstanceNotFound", f"DBInstance {identifier} not found.", 404)


def instance_state(message: str) -> CommonServiceException:
    """InvalidDBInstanceStateFault."""
    return error("InvalidDBInstanceState", message)


def parameter_group_not_found(name: str) -> CommonServiceException:
    """DBParameterGroupNotFoundFault."""
    return error("DBParameterGroupNotFound", f"DBParameterGroup not found: {name}", 404)


def subnet_group_not_found(name: str) -> CommonServiceException:
    """DBSubnetGroupNotFoundFault."""
    return error("DBSubnetGroupNotFoundFault", f"DB subnet group '{name}' does not exist.", 404)


def snapshot_not_found(identifier: str) -> CommonServiceException:
    """DBSnapshotNotFoundFault."""
    return error("DBSnapshotNotFound", f"DBSnapshot {identifier} not found.", 404)


def option_group_not_found(name: str) -> CommonServiceException:
    """OptionGroupNotFoundFault."""
    return error("OptionGroupNotFoundFault", f"Specified OptionGroupName: {name} not found.", 404)
