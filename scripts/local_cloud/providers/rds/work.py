"""What is done to a DB instance's server, in its own thread, with the states that the API shows meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

from localstack.aws.api import CommonServiceException

from scripts.local_cloud.databases import parameters
from scripts.local_cloud.databases.model import Address, Applied, ServerSpec, ServerStartError
from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.rds import secrets, tasks
from scripts.local_cloud.providers.rds.engines import check_class
from scripts.local_cloud.providers.rds.model import (
    LOCK,
    DBInstance,
    DBSnapshot,
    ParameterGroup,
    now,
    record_event,
    store_of,
)
from scripts.local_cloud.providers.rds.parameter_groups import group_of
from scripts.local_cloud.providers.rds.shapes import subnet_group_of
from scripts.local_cloud.providers.rds.tasks import servers

LOG = logging.getLogger(__name__)

Step = Callable[[DBInstance], None]


def begin(instance: DBInstance, status: str, steps: Iterable[Step], then: str = "available") -> None:
    """Show `status`, do the steps in the instance's thread, then show `then`.

    Where a step fails, the rest is left, an event says why, and the state is what the server itself says.
    """
    with LOCK:
        instance.status = status

    def run() -> None:
        for step in steps:
            step(instance)
        with LOCK:
            instance.status = then

    tasks.submit(instance.resource_id, run, lambda error: _failed(instance, error))


def _failed(instance: DBInstance, error: Exception) -> None:
    creating = instance.created is None
    told(
        instance,
        f"{'Creation' if creating else 'Modification'} of the DB instance failed: {error}",
        "failure",
    )
    with LOCK:
        if isinstance(error, ServerStartError) and group_of(instance).settings:
            # Whatever kept it down, the group's values are what a user can change.
            instance.status = "incompatible-parameters"
        elif creating and isinstance(error, CommonServiceException):
            instance.status = "incompatible-network"
        else:
            instance.status = "failed"


def told(instance: DBInstance, message: str, *categories: str) -> None:
    """An event of the instance."""
    record_event(instance.account_id, instance.region, "db", instance.identifier, message, *categories)


def specification(instance: DBInstance) -> ServerSpec:
    """What the instance asks of its server."""
    return ServerSpec(
        resource_id=instance.resource_id,
        identifier=instance.identifier,
        engine=instance.engine,
        engine_version=instance.engine_version,
        port=instance.port,
        master_username=instance.master_username,
        database=instance.database,
        parameters=group_of(instance).values,
        class_memory=check_class(instance.instance_class),
    )


# --- Steps ----------------------------------------------------------------------------------------------


def add_interface(instance: DBInstance) -> None:
    """The instance's network interface, in its availability zone."""
    with LOCK:
        group = subnet_group_of(store_of(instance.account_id, instance.region), instance)
        zone = instance.settings["AvailabilityZone"]
        subnet_id = next(subnet for subnet, where in group.subnets.items() if where == zone)
        groups = list(instance.security_groups)
    interface = network_interfaces.create(
        instance.account_id,
        instance.region,
        subnet_id=subnet_id,
        group_ids=groups,
        description="RDSNetworkInterface",
        requester_id="amazon-rds",
    )
    with LOCK:
        instance.interface_id = interface["NetworkInterfaceId"]


def create_server(password: str) -> Step:
    """A new server with its master user and database."""

    def step(instance: DBInstance) -> None:
        specified = specification(instance)
        _born(instance, specified, servers().create(specified, password))
        told(instance, "DB instance created", "creation")

    return step


def restore_server(storage_id: str) -> Step:
    """A new server with the data and the master user of a snapshot."""

    def step(instance: DBInstance) -> None:
        specified = specification(instance)
        _born(instance, specified, servers().restore(storage_id, specified))
        told(instance, "Restored from snapshot", "creation")

    return step


def _born(instance: DBInstance, specified: ServerSpec, address: Address) -> None:
    with LOCK:
        instance.address = address
        instance.created = now()
    asked = dict(specified.parameters)
    _note(instance, asked, servers().apply_parameters(instance.resource_id, asked))


def set_password(password: str, token: str | None = None) -> Step:
    """The master user's password, on the server first, then in the secret when RDS keeps one."""

    def step(instance: DBInstance) -> None:
        try:
            servers().set_password(instance.resource_id, password)
            secrets.store_password(instance, password, token)
        except BaseException:
            _secret_is(instance, "impaired")
            raise
        finally:
            with LOCK:
                instance.pending.pop("MasterUserPassword", None)
        _secret_is(instance, "active")
        told(instance, "Reset master credentials", "configuration change")

    return step


def manage_password(key: str) -> Step:
    """From now on RDS keeps the password: a new one, in a secret encrypted with the key of that ARN."""

    def step(instance: DBInstance) -> None:
        password = secrets.new_password()
        secret = secrets.create(instance, password, key)
        with LOCK:
            instance.secret = secret
        set_password(password)(instance)

    return step


def drop_secret(instance: DBInstance) -> None:
    """RDS no longer keeps the password."""
    with LOCK:
        secret, instance.secret = instance.secret, None
    if secret:
        secrets.delete(instance, secret)


def _secret_is(instance: DBInstance, status: str) -> None:
    with LOCK:
        if instance.secret:
            instance.secret.status = status


def set_groups(instance: DBInstance) -> None:
    """The instance's security groups, on its interface."""
    if instance.interface_id:
        network_interfaces.set_groups(
            instance.account_id, instance.region, instance.interface_id, list(instance.security_groups)
        )


def rename(name: str) -> Step:
    """A new identifier; resource id, address and data stay."""

    def step(instance: DBInstance) -> None:
        servers().modify(instance.resource_id, identifier=name)
        with LOCK:
            instances = store_of(instance.account_id, instance.region).instances
            told(instance, f"Renamed instance from {instance.identifier} to {name}", "configuration change")
            instances.pop(instance.identifier, None)
            instance.identifier = name
            instances[name] = instance

    return step


def set_port(port: int) -> Step:
    """Another port; the server is restarted."""

    def step(instance: DBInstance) -> None:
        address = servers().modify(instance.resource_id, port=port)
        with LOCK:
            instance.port = port
            instance.address = address
            instance.pending.pop("Port", None)
        told(instance, f"Database port changed to {port}", "configuration change")

    return step


def reboot(instance: DBInstance) -> None:
    """Restart with all that the parameter group now says."""
    wanted = group_of(instance).values
    applied = servers().reboot(instance.resource_id, wanted)
    _note(instance, wanted, applied)
    told(instance, "DB instance restarted", "availability")


def stop(instance: DBInstance) -> None:
    """Stop the server; its data stays."""
    servers().stop(instance.resource_id)
    told(instance, "DB instance stopped", "notification")


def start(instance: DBInstance) -> None:
    """Start the server with all that the parameter group now says."""
    wanted = group_of(instance).values
    # A restart of a stopped server is a start that tells what became of the parameters.
    _note(instance, wanted, servers().reboot(instance.resource_id, wanted))
    told(instance, "DB instance started", "notification")


def take_snapshot(snapshot: DBSnapshot) -> Step:
    """A copy of the server's data; the server is down while it is made."""

    def step(instance: DBInstance) -> None:
        try:
            servers().snapshot(instance.resource_id, snapshot.storage_id)
        except BaseException:
            with LOCK:
                snapshot.status = "failed"
            raise
        with LOCK:
            snapshot.status = "available"
        record_event(
            instance.account_id,
            instance.region,
            "snapshot",
            snapshot.identifier,
            "Manual snapshot created",
            "creation",
        )

    return step


def delete_all(instance: DBInstance) -> None:
    """Server, files, interface and secret; then the record."""
    servers().delete(instance.resource_id)
    if instance.interface_id:
        try:
            network_interfaces.delete(instance.account_id, instance.region, instance.interface_id)
        except CommonServiceException as gone:
            if gone.code != "InvalidNetworkInterfaceID.NotFound":
                raise
    if instance.secret:
        secrets.delete(instance, instance.secret)
    told(instance, "DB instance deleted", "deletion")
    with LOCK:
        store_of(instance.account_id, instance.region).instances.pop(instance.identifier, None)
    tasks.forget(instance.resource_id)


# --- Parameters -----------------------------------------------------------------------------------------


def follow_group(instance: DBInstance, names: Iterable[str]) -> None:
    """Bring what changed in the parameter group to the server: dynamic parameters now, others at a reboot."""
    changed = frozenset(names)
    with LOCK:
        instance.parameter_status = "applying"

    def run() -> None:
        # A stopped server takes everything when it is started.
        if instance.status == "stopped":
            with LOCK:
                instance.parameter_status = "pending-reboot"
            return
        with LOCK:
            asked = _asked(instance, group_of(instance), changed)
        applied = servers().apply_parameters(instance.resource_id, asked)
        _note(instance, asked, applied)

    def failed(error: Exception) -> None:
        told(instance, f"Parameters could not be applied: {error}", "failure")
        with LOCK:
            instance.parameter_status = "failed-to-apply"

    tasks.submit(instance.resource_id, run, failed)


def _asked(instance: DBInstance, group: ParameterGroup, changed: frozenset[str]) -> dict[str, str]:
    """What the server shall have now: what it had, with what changed and need not wait."""
    known = parameters.catalogue(group.family)
    asked = dict(instance.asked_parameters)
    for name in changed:
        setting = group.settings.get(name)
        if setting is None:
            asked.pop(name, None)
        elif setting.apply_method == "immediate" or known[name].apply_type == "static":
            asked[name] = setting.value
    return asked


def _note(instance: DBInstance, asked: Mapping[str, str], applied: Applied) -> None:
    """Keep what the server was asked for, and show what it did not do."""
    for name, reason in applied.unsupported.items():
        LOG.warning("%s of %s is not in force: %s", name, instance.identifier, reason)
    if applied.unsupported:
        listed = "; ".join(f"{name}: {reason}" for name, reason in sorted(applied.unsupported.items()))
        told(instance, f"Not in force in the real server: {listed}", "notification")
    with LOCK:
        instance.asked_parameters = dict(asked)
        waiting = applied.unsupported or applied.pending_reboot or group_of(instance).values != asked
        instance.parameter_status = "pending-reboot" if waiting else "in-sync"
