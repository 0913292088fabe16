"""EventBridge's senders, schedules and services: its provider keeps one beside each record."""

from __future__ import annotations

from typing import Any

from localstack.services.events.api_destination import APIDestinationService
from localstack.services.events.archive import ArchiveService
from localstack.services.events.connection import ConnectionService
from localstack.services.events.event_bus import EventBusService
from localstack.services.events.models import events_stores
from localstack.services.events.replay import ReplayService
from localstack.services.events.rule import RuleService
from localstack.services.plugins import SERVICE_PLUGINS


def revive() -> None:
    """Make them anew for the records that were loaded."""
    provider = SERVICE_PLUGINS.require("events")._provider
    for account, region, store in events_stores.iter_stores():
        for bus in store.event_buses.values():
            provider._event_bus_services_store[bus.arn] = EventBusService(bus)
            for rule in bus.rules.values():
                _rule(provider, account, region, rule)
        for archive in store.archives.values():
            provider._archive_service_store[archive.arn] = _archive(archive)
        for replay in store.replays.values():
            provider._replay_service_store[replay.arn] = _bare(ReplayService, replay=replay)
        for connection in store.connections.values():
            provider._connection_service_store[connection.arn] = _bare(
                ConnectionService, connection=connection
            )
        by_arn = {each.arn: each for each in store.connections.values()}
        for destination in store.api_destinations.values():
            provider._api_destination_service_store[destination.arn] = _bare(
                APIDestinationService,
                api_destination=destination,
                connection=by_arn.get(destination.connection_arn),
            )


def _rule(provider: Any, account: str, region: str, rule: Any) -> None:
    service = RuleService(rule)
    provider._rule_services_store[rule.arn] = service
    for target in rule.targets.values():
        provider.create_target_sender(target, rule.arn, rule.name, region, account)
    if service.schedule_cron and rule.targets:
        service.create_schedule_job(provider._get_scheduled_rule_job_function(account, region, rule))


def _archive(archive: Any) -> Any:
    # Its constructor would date and enable it anew.
    service = _bare(ArchiveService, archive=archive)
    service.client = service._initialize_client()
    service.event_bus_name = archive.event_source_arn.rpartition("/")[2]
    service.rule_name = service.target_id = f"Events-Archive-{archive.name}"
    return service


def _bare(kind: Any, **attributes: Any) -> Any:
    """A service of EventBridge for a record that is there: its constructor would make another one."""
    made: Any = kind.__new__(kind)
    made.__dict__.update(attributes)
    return made
