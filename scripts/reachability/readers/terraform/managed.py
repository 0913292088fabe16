"""What AWS runs and has interfaces for: NAT gateways, VPC endpoints, DB instances, Glue's jobs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from scripts.declarations.declared import Declared
from scripts.reachability.model import DbInstance, GlueConnection, NatGateway
from scripts.reachability.readers.assembly import Found
from scripts.reachability.readers.engines import default_port
from scripts.reachability.readers.terraform.ends import Ends
from scripts.reachability.readers.terraform.interfaces import (
    database_interface,
    endpoint_interfaces,
    nat_interface,
)
from scripts.reachability.readers.terraform.stack import GROUP, SUBNET, Stack, blocks, common, identifier
from scripts.reachability.readers.workers import workers

_CONNECTION, _PLACE = "aws_glue_connection", "physical_connection_requirements"


def managed(ends: Ends) -> Iterator[Found]:
    """All of them, with their interfaces."""
    yield from _nat_gateways(ends)
    yield from _endpoints(ends)
    yield from _databases(ends)
    yield from _glue_connections(ends)


def _nat_gateways(ends: Ends) -> Iterator[Found]:
    stack = ends.stack
    for each in stack.of("aws_nat_gateway"):
        values = each.values
        subnet = stack.one(each, "subnet_id", types=SUBNET)
        public = (values.get("connectivity_type") or "public") == "public"
        known: str | bool = str(values.get("public_ip") or "") or public
        if known is True:
            for one in stack.named(each, "allocation_id", types=("aws_eip",)):
                known = (isinstance(one, Declared) and one.values.get("public_ip")) or True
        interface = list(
            ends.interface(
                nat_interface(each), subnet, (), each,
                owner=identifier(each),
                private=[one for one in (values.get("private_ip"),) if one],
                public=known,
                source_dest_check=False,
            )
        )  # fmt: skip
        if not interface:
            continue
        yield from interface
        yield NatGateway(
            **common(each),
            vpc=ends.vpc_of(subnet),
            subnet=subnet,
            interface=nat_interface(each),
            public=public,
        )
        if values.get("secondary_allocation_ids") or values.get("secondary_private_ip_addresses"):
            stack.report(each, "secondary addresses", "connections may leave from any of them")


def _endpoints(ends: Ends) -> Iterator[Found]:
    stack = ends.stack
    for each in stack.of("aws_vpc_endpoint"):
        known = {one.get("subnet_id"): one for one in blocks(each, "subnet_configuration")}
        for own, subnet in endpoint_interfaces(stack, each):
            groups = ends.groups(each, "security_group_ids", ends.vpc_of(subnet))
            configured = known.get(subnet, {})
            dual = each.values.get("ip_address_type") in ("dualstack", "ipv6")
            yield from ends.interface(
                own, subnet, groups, each,
                owner=identifier(each),
                private=[one for one in (configured.get("ipv4"),) if one],
                ipv6=[one for one in (configured.get("ipv6"),) if one],
                wants_ipv6=int(dual and ends.speaks_ipv6(subnet)),
            )  # fmt: skip


def _databases(ends: Ends) -> Iterator[Found]:
    stack = ends.stack
    for each in stack.of("aws_db_instance"):
        values = each.values
        engine = _engine(stack, each)
        port = values.get("port") or (default_port(engine) if engine else None)
        if not port:
            stack.report(each, "port", "only an apply will tell: the DB instance is left out")
            continue
        places = _places_of(ends, each)
        interfaces = []
        for subnet in places:
            groups = ends.groups(each, "vpc_security_group_ids", ends.vpc_of(subnet))
            public = bool(values.get("publicly_accessible"))
            own = database_interface(each, subnet)
            made = ends.interface(own, subnet, groups, each, owner=identifier(each), public=public)
            interfaces += list(made)
        yield from interfaces
        if not interfaces:
            stack.report(each, "db_subnet_group_name", "only an apply will tell where it is")
        yield DbInstance(
            **common(each, "identifier"),
            engine=engine,
            port=int(port),
            interfaces=tuple(one.id for one in interfaces),
            publicly_accessible=bool(values.get("publicly_accessible")),
            host=values.get("address") or "",
            status=values.get("status") or "available",
        )


def _glue_connections(ends: Ends) -> Iterator[Found]:
    stack = ends.stack
    jobs: dict[str, list[str]] = defaultdict(list)
    for job in stack.of("aws_glue_job"):
        for one in stack.named(job, "connections", types=(_CONNECTION,)):
            own = one if isinstance(one, str) else identifier(one)
            jobs[own] += [str(job.values.get("name") or ""), job.address]
    for each in stack.of(_CONNECTION):
        if not blocks(each, _PLACE):
            # Its jobs run outside of every VPC.
            continue
        called = identifier(each)
        subnet = stack.one(each, _PLACE, 0, "subnet_id", types=SUBNET)
        groups = stack.ids(each, _PLACE, 0, "security_group_id_list", types=GROUP)
        if not groups:
            default = stack.vpc_resource(ends.vpc_of(subnet))
            groups = (stack.default(default, "default_security_group_id"),)
        made = [
            one
            for worker in workers(called)
            for one in ends.interface(worker, subnet, groups, each, owner=called)
        ]
        if not made:
            continue
        yield from made
        yield GlueConnection(
            id=called,
            name=called,
            address=each.address,
            vpc=ends.vpc_of(subnet),
            subnet=subnet,
            interfaces=tuple(one.id for one in made),
            jobs=tuple(filter(None, jobs[called])),
        )


def _engine(stack: Stack, each: Declared) -> str:
    """Its engine; a replica's is that of its source."""
    known = str(each.values.get("engine") or "")
    for source in stack.named(each, "replicate_source_db", types=("aws_db_instance",)):
        if not known and isinstance(source, Declared):
            known = str(source.values.get("engine") or "")
    return known


def _places_of(ends: Ends, each: Declared) -> list[str]:
    """Subnets that a DB instance may be put into."""
    stack = ends.stack
    found: list[str] = []
    for group in stack.named(each, "db_subnet_group_name", types=("aws_db_subnet_group",)):
        if isinstance(group, Declared):
            found += stack.ids(group, "subnet_ids", types=SUBNET)
        elif group == "default":
            found += [identifier(one) for one in stack.of("aws_default_subnet")]
        else:
            stack.report(
                each, f"DB subnet group {group}", "it is declared elsewhere: its subnets are unknown"
            )
    zone = each.values.get("availability_zone")
    here = [subnet for subnet in found if zone and ends.zone_of(subnet) == zone]
    return here or found
