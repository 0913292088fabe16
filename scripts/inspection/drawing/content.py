"""What is written on each card, from the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from scripts.inspection import tiers
from scripts.inspection.drawing.card import Card, Row
from scripts.inspection.model import (
    DbInstance,
    Endpoint,
    Environment,
    GlueConnection,
    GlueJob,
    GroupRule,
    Instance,
    InternetGateway,
    LoadBalancer,
    Mark,
    NatGateway,
    NetworkAcl,
    Resource,
    RouteTable,
    SecurityGroup,
    Subnet,
)

_WELL_KNOWN = {"0.0.0.0/0": "anywhere", "::/0": "anywhere (IPv6)", "?": "what an apply will tell"}
_ENGINES = {"mysql": "MySQL", "mariadb": "MariaDB", "postgres": "PostgreSQL"}


def label(env: Environment, identifier: str) -> str:
    """What a card calls another resource: its name, or the id of what is not in the environment."""
    found = env.get(identifier)
    return found.name if found is not None else _WELL_KNOWN.get(identifier, identifier)


def table_of(env: Environment, subnet: Subnet) -> RouteTable | None:
    """The route table that governs a subnet."""
    return tiers.table_of(list(env.of(RouteTable)), subnet)


def subnet_rows(env: Environment, subnet: Subnet) -> list[Row]:
    """Addresses, routes and network ACL of a subnet."""
    own = (subnet.cidr, subnet.id if subnet.id.startswith("subnet-") else "")
    rows = [Row(dotted(*own))]
    table = table_of(env, subnet)
    if not subnet.table_known and table is None:
        rows.append(Row("route table known after apply"))
    if table is not None:
        rows.append(Row(f"route table {table.name}", table.mark))
        rows += [Row(text, mark, indent=12) for text, mark in _routes(env, table)]
    acl = next((acl for acl in env.of(NetworkAcl) if subnet.id in acl.subnets), None)
    if acl is not None:
        counts = f": {acl.counts}" if acl.rules is not None else ""
        rows.append(Row(f"ACL {acl.name}{counts}", acl.mark))
    return rows


def _routes(env: Environment, table: RouteTable) -> Iterator[tuple[str, Mark]]:
    by_target: dict[tuple[str, bool, Mark], list[str]] = defaultdict(list)
    for route in table.routes:
        if route.target != "local":
            target = env.get(route.target)
            kind = "gateway endpoint" if isinstance(target, Endpoint) else _gateway(target, route.target)
            by_target[kind, route.active, route.mark].append(route.destination)
    for (gateway, active, mark), destinations in by_target.items():
        yield f"{', '.join(destinations)} to {gateway}" + ("" if active else " (blackhole)"), mark
    if not by_target:
        yield "the VPC only", Mark.NONE


def _gateway(target: Resource | None, identifier: str) -> str:
    if isinstance(target, InternetGateway):
        return "internet gateway"
    return f"{target.kind} {target.name}" if target is not None else identifier or "what an apply will tell"


def nat_card(gateway: NatGateway) -> Card:
    return _card(gateway, f"NAT gateway {gateway.name}", gateway.public_ip, role="gateway")


def instance_card(instance: Instance) -> Card:
    about = dotted(instance.type, instance.private_ip, instance.public_ip)
    return _card(instance, f"EC2 {instance.name}", about)


def db_card(database: DbInstance) -> Card:
    engine = f"{_ENGINES.get(database.engine, database.engine)} {database.version}".strip()
    at = f"{database.endpoint}:{database.port}" if database.endpoint else f"port {database.port or '?'}"
    standby = "standby in a second zone" if database.multi_az else ""
    about = dotted(engine, database.instance_class)
    return _card(database, f"RDS {database.name}", about, at, standby, role="data")


def database_of(env: Environment, connection: GlueConnection) -> DbInstance | None:
    """The DB instance that a connection leads to, where it is of the environment."""
    return next(
        (
            each
            for each in env.of(DbInstance)
            if each.id == connection.database or (each.endpoint and each.endpoint == connection.host)
        ),
        None,
    )


def job_cards(env: Environment, connection: GlueConnection) -> Iterator[Card]:
    """The jobs that stand where a connection puts them, or it alone where there are none."""
    database = database_of(env, connection)
    leads = f"to {connection.host}" if connection.host else ""
    if database is not None:
        leads = f"JDBC to {database.name}"
    jobs = [each for each in env.of(GlueJob) if each.connections[:1] == (connection.name,)]
    for job in jobs:
        yield _card(job, f"Glue job {job.name}", f"connection {connection.name}", leads)
    if not jobs:
        yield _card(connection, f"Glue connection {connection.name}", leads)


def load_balancer_card(env: Environment, balancer: LoadBalancer) -> Card:
    rows: list[Row] = []
    for listener in balancer.listeners:
        rows.append(Row(f"{listener.protocol} {listener.port or '?'}: {listener.action}", listener.mark))
        for target in listener.targets:
            health = f" ({target.health})" if target.health else ""
            text = f"{label(env, target.id)}:{target.port or '?'}{health}"
            rows.append(Row(text, listener.mark, indent=12))
    card = _card(balancer, f"load balancer {balancer.name}", "internal" if balancer.internal else "")
    return Card(card.heading, (*card.rows, *rows), "chip", card.mark, card.title)


def endpoint_card(endpoint: Endpoint) -> Card:
    return _card(endpoint, f"interface endpoint {endpoint.name}", endpoint.service, role="gateway")


def group_card(env: Environment, group: SecurityGroup) -> Card:
    """A security group with who may open connections to its members, and who they are."""
    rows = [Row(f"from {peer}: {traffic}", mark) for peer, traffic, mark in _peers(env, group, egress=False)]
    rows += [Row(f"to {peer}: {traffic}", mark) for peer, traffic, mark in _peers(env, group, egress=True)]
    machines: tuple[LoadBalancer | Instance | DbInstance | GlueConnection, ...] = (
        *env.of(LoadBalancer),
        *env.of(Instance),
        *env.of(DbInstance),
        *env.of(GlueConnection),
    )
    members = [each.name for each in machines if group.id in each.groups]
    if members:
        rows.append(Row(f"members: {', '.join(members)}"))
    return Card(group.name, tuple(rows or [Row("no rules")]), "group", group.mark)


def admitted(group: SecurityGroup) -> list[str]:
    """Whom a group admits, in the order of its card's first rows."""
    return list(dict.fromkeys(rule.peer for rule in group.rules if not rule.egress))


def _peers(env: Environment, group: SecurityGroup, *, egress: bool) -> Iterator[tuple[str, str, Mark]]:
    rules: dict[str, list[GroupRule]] = defaultdict(list)
    for rule in group.rules:
        if rule.egress == egress:
            rules[rule.peer].append(rule)
    for peer, found in rules.items():
        who = "its own members" if peer == group.id else label(env, peer)
        marks = {rule.mark for rule in found}
        yield who, ", ".join(_ports(found)), marks.pop() if len(marks) == 1 else Mark.CHANGE


def _ports(rules: Iterable[GroupRule]) -> Iterator[str]:
    """``tcp 3306, 5432``: the protocol is said once."""
    last = ""
    for rule in rules:
        protocol, _, ports = rule.traffic.partition(" ")
        yield ports if protocol == last and ports else rule.traffic
        last = protocol


def dotted(*parts: str) -> str:
    """What there is of these texts, on one line."""
    return " · ".join(part for part in parts if part)


def _card(resource: Resource, heading: str, *rows: str, role: str = "chip") -> Card:
    state = resource.state if resource.state not in ("available", "running", "active", "READY") else ""
    texts = tuple(Row(text) for text in (*rows, state) if text)
    title = (f"{resource.kind} {resource.name}", resource.id, resource.state)
    return Card(heading, texts, role, resource.mark, ", ".join(part for part in title if part))
