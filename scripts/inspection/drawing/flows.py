"""What flows beside the network: streams, messages, and the way from a source to answers."""

from __future__ import annotations

from collections.abc import Iterable

from scripts.inspection.drawing import content
from scripts.inspection.drawing.card import Card, Row
from scripts.inspection.drawing.layered import Arrow
from scripts.inspection.model import (
    Alarm,
    Bucket,
    CatalogDatabase,
    Crawler,
    DeliveryStream,
    Environment,
    GlueConnection,
    GlueJob,
    Queue,
    Resource,
    Rule,
    StateMachine,
    Stream,
    Topic,
    WorkGroup,
)


def of(env: Environment) -> tuple[dict[str, Card], list[Arrow]]:
    """Cards by any id, and the arrows between them."""
    found = _Flows(env)
    found.streams()
    found.analytics()
    found.messages()
    cards = found.cards
    return cards, [each for each in found.arrows if each.source in cards and each.target in cards]


class _Flows:
    def __init__(self, env: Environment) -> None:
        self.env = env
        self.cards: dict[str, Card] = {}
        self.arrows: list[Arrow] = []

    def _add(self, each: Resource, heading: str, *rows: str | Row) -> str:
        key = _key(each.kind, each.id)
        texts = tuple(Row(row) if isinstance(row, str) else row for row in rows if row)
        self.cards[key] = Card(heading, texts, "data", each.mark, f"{each.kind} {each.name}")
        return key

    def _lead(self, source: str, kind: type[Resource], targets: Iterable[str]) -> None:
        self.arrows += [Arrow(source, _key(kind.kind, each)) for each in targets]

    def streams(self) -> None:
        """Streams and what they are delivered to, buckets last."""
        for stream in self.env.of(Stream):
            self._add(stream, f"Kinesis {stream.name}", stream.where)
        for delivery in self.env.of(DeliveryStream):
            folder = f"to {delivery.folder}" if delivery.folder else ""
            key = self._add(delivery, f"Firehose {delivery.name}", folder)
            self.arrows.append(Arrow(_key(Stream.kind, delivery.source), key))
            self._lead(key, Bucket, [delivery.bucket])
        for bucket in self.env.of(Bucket):
            self._add(bucket, f"S3 {bucket.name}")

    def analytics(self) -> None:
        """From a database over a job and the lake to queries, and what starts all that."""
        for machine in self.env.of(StateMachine):
            rules = [each for each in self.env.of(Rule) if machine.name in each.targets]
            rows = [
                Row(f"schedule {each.schedule}: {each.state.lower() or 'enabled'}", each.mark)
                for each in rules
            ]
            key = self._add(machine, f"Step Functions {machine.name}", *rows)
            self._lead(key, GlueJob, machine.jobs)
            self._lead(key, Crawler, machine.crawlers)
            self._lead(key, WorkGroup, machine.work_groups)
            self._lead(key, Topic, machine.topics)
        for rule in self.env.of(Rule):
            if rule.hears or rule.topics:
                key = self._add(rule, f"rule {rule.name}", rule.state.lower())
                self.arrows += [Arrow(_key(StateMachine.kind, each), key) for each in rule.hears]
                self._lead(key, Topic, rule.topics)
        connections = {each.name: each for each in self.env.of(GlueConnection)}
        for job in self.env.of(GlueJob):
            key = self._add(job, f"Glue job {job.name}", job.where)
            for name in job.connections:
                source = content.database_of(self.env, connections[name]) if name in connections else None
                if source is not None:
                    self.arrows.append(Arrow(self._add(source, f"RDS {source.name}", "over JDBC"), key))
            self._lead(key, Bucket, job.buckets)
            self._lead(key, CatalogDatabase, job.catalogs)
        for crawler in self.env.of(Crawler):
            key = self._add(crawler, f"crawler {crawler.name}")
            self._lead(key, CatalogDatabase, [crawler.database])
        for catalog in self.env.of(CatalogDatabase):
            self._add(catalog, f"catalog {catalog.name}", *catalog.tables)
        for group in self.env.of(WorkGroup):
            key = self._add(group, f"Athena {group.name}")
            self.arrows += [Arrow(_key(each.kind, each.id), key) for each in self.env.of(CatalogDatabase)]
            lakes = dict.fromkeys(each.bucket for each in self.env.of(CatalogDatabase))
            self.arrows += [Arrow(_key(Bucket.kind, each), key) for each in lakes]

    def messages(self) -> None:
        """Queues, alarms and topics."""
        for queue in self.env.of(Queue):
            key = self._add(queue, f"SQS {queue.name}")
            if queue.dead_letters:
                self._lead(key, Queue, [queue.dead_letters])
        topics: dict[str, list[Alarm]] = {}
        for alarm in self.env.of(Alarm):
            topics.setdefault(next(iter(alarm.topics), ""), []).append(alarm)
        for topic, alarms in topics.items():
            key = f"alarms {topic}"
            rows = tuple(Row(content.dotted(each.name, each.state), each.mark) for each in alarms)
            self.cards[key] = Card(f"CloudWatch alarms ({len(alarms)})", rows, "data")
            self._lead(key, Topic, [topic])
        for each in self.env.of(Topic):
            self._add(each, f"SNS {each.name}")


def _key(kind: str, identifier: str) -> str:
    return f"{kind} {identifier}"
