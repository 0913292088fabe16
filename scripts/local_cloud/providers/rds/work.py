"""What is done to a DB instance's server, in its own thread, with the states that the API shows meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from localstack.aws.api import CommonServiceException

from scripts.local_cloud.databases.model import Address, ServerSpec, ServerStartError
from scripts.local_cloud.providers import network_interfaces
from scripts.local_cloud.providers.rds import parameter_work, secrets, tasks
from scripts.local_cloud.providers.rds.engines import check_class
from scripts.local_cloud.providers.rds.model import (
    LOCK,
    DBInstance,
    DBSnapshot,
    now,
    record_event,
    record_instance_event,
    store_of,
)
from scripts.local_cloud.providers.rds.parameter_groups import group_of
from scripts.local_cloud.providers.rds.shapes import subnet_group_of
from scripts.local_cloud.providers.rds.tasks import servers

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
            # A later call may already have asked for more: its work is next in the queue.
            if instance.status == status:
                instance.status = then

    tasks.submit(instance.resource_id, run, lambda error: _failed(instance, status, error))


def _failed(instance: DBInstance, during: str, error: Exception) -> None:
    record_instance_event(instance, f"The DB instance failed while {during}: {error}", "failure")
    with LOCK:
        if instance.status != during:
            return
        if instance.created is None and isinstance(error, CommonServiceException):
            instance.status = "incompatible-network"
        elif instance.created is None or isinstance(error, ServerStartError):
            instance.status = kept_down(instance, error)
        else:
            # Its server tells whether it is; `supervision` starts one that has ended.
            instance.status = "available"


def kept_down(instance: DBInstance, error: Exception) -> str:
    """The status of an instance whose server does not run for that error."""
    if isinstance(error, ServerStartError) and group_of(instance).settings:
        # Whatever kept it down, the group's values are what a user can change.
        return "incompatible-parameters"
    return "failed"


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
        record_instance_event(instance, "DB instance created", "creation")

    return step


def restore_server(storage_id: str) -> Step:
    """A new server with the data and the master user of a snapshot."""

    def step(instance: DBInstance) -> None:
        specified = specification(instance)
        _born(instance, specified, servers().restore(storage_id, specified))
        record_instance_event(instance, "Restored from snapshot", "creation")

    return step


def _born(instance: DBInstance, specified: ServerSpec, address: Address) -> None:
    with LOCK:
        instance.address = address
        instance.created = now()
    asked = dict(specified.parameters)
    parameter_work.note(instance, asked, servers().apply_parameters(instance.resource_id, asked))


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
        record_instance_event(instance, "Reset master credentials", "configuration change")

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
            record_instance_event(
                instance, f"Renamed instance from {instance.identifier} to {name}", "configuration change"
            )
            instances.pop(instance.identifier, None)
            instance.identifier = name
            instances[name] = instance

    return step


def set_port(port: int) -> Step:
    """Another port; the server is restarted."""

    def step(instance: DBInstance) -> None:
        try:
            address = servers().modify(instance.resource_id, port=port)
        finally:
            with LOCK:
                instance.pending.pop("Port", None)
        with LOCK:
            instance.port = port
            instance.address = address
        record_instance_event(instance, f"Database port changed to {port}", "configuration change")

    return step


def reboot(instance: DBInstance) -> None:
    """Restart with all that the parameter group now says."""
    wanted = group_of(instance).values
    applied = servers().reboot(instance.resource_id, wanted)
    parameter_work.note(instance, wanted, applied)
    record_instance_event(instance, "DB instance restarted", "availability")


def fail_over(instance: DBInstance) -> None:
    """The server dies in the middle of its work, and the standby in the other zone takes over its data.

    Here one server is both: it is ended by SIGKILL and started on the data that it leaves, which it repairs
    from its log. What was committed is there, what was not is gone, as on a standby.
    """
    record_instance_event(instance, "Multi-AZ instance failover started.", "failover")
    wanted = group_of(instance).values
    parameter_work.note(instance, wanted, servers().crash(instance.resource_id, wanted))
    record_instance_event(instance, "DB instance restarted", "availability")
    with LOCK:
        zone = instance.settings["AvailabilityZone"]
        standby = instance.settings["SecondaryAvailabilityZone"]
        former = instance.interface_id
        if standby:
            instance.settings |= {"AvailabilityZone": standby, "SecondaryAvailabilityZone": zone}
    if standby:
        add_interface(instance)
        if former:
            _delete_interface(instance, former)
    record_instance_event(instance, "Multi-AZ instance failover completed", "failover")


def stop(instance: DBInstance) -> None:
    """Stop the server; its data stays."""
    servers().stop(instance.resource_id)
    record_instance_event(instance, "DB instance stopped", "notification")


def start(instance: DBInstance) -> None:
    """Start the server with all that the parameter group now says."""
    wanted = group_of(instance).values
    # A restart of a stopped server is a start that tells what became of the parameters.
    parameter_work.note(instance, wanted, servers().reboot(instance.resource_id, wanted))
    record_instance_event(instance, "DB instance started", "notification")


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
        _delete_interface(instance, instance.interface_id)
    if instance.secret:
        secrets.delete(instance, instance.secret)
    record_instance_event(instance, "DB instance deleted", "deletion")
    with LOCK:
        store_of(instance.account_id, instance.region).instances.pop(instance.identifier, None)
    tasks.forget(instance.resource_id)


def _delete_interface(instance: DBInstance, interface_id: str) -> None:
    try:
        network_interfaces.delete(instance.account_id, instance.region, interface_id)
    except CommonServiceException as gone:
        if gone.code != "InvalidNetworkInterfaceID.NotFound":
            raise
