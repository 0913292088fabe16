"""A parameter group's values on the servers of its members: what is in force, and what waits for a reboot."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from scripts.local_cloud.databases import parameters
from scripts.local_cloud.databases.model import Applied
from scripts.local_cloud.providers.rds import tasks
from scripts.local_cloud.providers.rds.model import LOCK, DBInstance, ParameterGroup, record_instance_event
from scripts.local_cloud.providers.rds.parameter_groups import group_of
from scripts.local_cloud.providers.rds.tasks import servers

LOG = logging.getLogger(__name__)


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
        note(instance, asked, applied)

    def failed(error: Exception) -> None:
        record_instance_event(instance, f"Parameters could not be applied: {error}", "failure")
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


def note(instance: DBInstance, asked: Mapping[str, str], applied: Applied) -> None:
    """Keep what the server was asked for, and show what it did not do."""
    for name, reason in applied.unsupported.items():
        LOG.warning("%s of %s is not in force: %s", name, instance.identifier, reason)
    if applied.unsupported:
        listed = "; ".join(f"{name}: {reason}" for name, reason in sorted(applied.unsupported.items()))
        record_instance_event(instance, f"Not in force in the real server: {listed}", "notification")
    with LOCK:
        instance.asked_parameters = dict(asked)
        waiting = applied.unsupported or applied.pending_reboot or group_of(instance).values != asked
        instance.parameter_status = "pending-reboot" if waiting else "in-sync"
