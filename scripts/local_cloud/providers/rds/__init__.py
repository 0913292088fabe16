"""Amazon RDS: records of our own, and a real server behind each DB instance.

``model`` keeps the records, ``rules`` and ``requests`` say what may be asked for, ``work`` does it to the
servers in threads of their own, ``supervision`` starts one again that ended by itself, ``announcing`` puts
events on EventBridge's bus, ``shapes`` shows it. The other modules answer the operations.
"""

from __future__ import annotations

from localstack.http import Request, Response
from localstack.services.edge import ROUTER
from localstack.services.plugins import Service, ServiceLifecycleHook

from scripts.local_cloud.localstack import SERVERS_PATH
from scripts.local_cloud.providers import changes
from scripts.local_cloud.providers.changes import Change
from scripts.local_cloud.providers.framework import Operations
from scripts.local_cloud.providers.rds import (
    catalogue,
    creation,
    instances,
    logs,
    modifications,
    parameter_groups,
    parameter_listing,
    parameter_work,
    snapshots,
    subnet_groups,
    tags,
)
from scripts.local_cloud.providers.rds.announcing import Announcer
from scripts.local_cloud.providers.rds.model import LOCK, store_of
from scripts.local_cloud.providers.rds.monitoring import Monitoring
from scripts.local_cloud.providers.rds.secrets import OwnedSecrets
from scripts.local_cloud.providers.rds.supervision import Supervisor


def operations() -> Operations:
    """What is answered of RDS."""
    answered = Operations("rds")
    for topic in (
        creation,
        instances,
        modifications,
        snapshots,
        parameter_groups,
        parameter_listing,
        subnet_groups,
        logs,
        tags,
        catalogue,
    ):
        topic.register(answered)
    return answered


def follow_parameter_groups(change: Change) -> None:
    """Bring a change of a parameter group to the servers of its members."""
    if change.service != "rds" or change.operation not in ("ModifyDBParameterGroup", "ResetDBParameterGroup"):
        return
    with LOCK:
        records = store_of(change.account_id, change.region)
        name = change.request["DBParameterGroupName"].lower()
        for instance in parameter_groups.members(records, name):
            named = [item["ParameterName"] for item in change.request.get("Parameters") or ()]
            parameter_work.follow_group(instance, named or list(instance.asked_parameters))


class _Lifecycle(ServiceLifecycleHook):
    def __init__(self) -> None:
        self._monitoring = Monitoring()
        self._supervisor = Supervisor()
        self._announcer = Announcer()

    def on_after_init(self) -> None:
        self._announcer.start()
        self._supervisor.start()
        self._monitoring.start()
        ROUTER.add(SERVERS_PATH, self._look, methods=["POST"])

    def on_after_state_load(self) -> None:
        self._supervisor.look()

    def on_before_stop(self) -> None:
        self._monitoring.stop()

    def _look(self, _request: Request) -> Response:
        self._supervisor.look()
        return Response(status=204)


def build() -> Service:
    """The LocalStack service; follows parameter groups, owns its secrets and is watched from here on."""
    changes.subscribe(follow_parameter_groups)
    OwnedSecrets(modifications.rotate).install()
    return operations().build(lifecycle_hook=_Lifecycle())
