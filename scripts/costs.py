"""What of a Terraform plan costs money by the hour on AWS, whether it is used or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Prices in US dollars of us-east-1 on demand, Linux, single zone, as published by AWS in November 2026.
PRICES_OF = "us-east-1, November 2026"

_INSTANCE = {
    "t3.nano": 0.0052, "t3.micro": 0.0104, "t3.small": 0.0208, "t3.medium": 0.0416,
    "t4g.nano": 0.0042, "t4g.micro": 0.0084, "t4g.small": 0.0168, "t4g.medium": 0.0336,
}  # fmt: skip
_DB_INSTANCE = {
    "db.t3.micro": 0.017, "db.t3.small": 0.034, "db.t3.medium": 0.068,
    "db.t4g.micro": 0.016, "db.t4g.small": 0.032, "db.t4g.medium": 0.065,
}  # fmt: skip
_PUBLIC_ADDRESS = 0.005
_HOURS_A_MONTH = 730


@dataclass(frozen=True)
class Cost:
    """One resource that is paid by the hour.

    Attributes
    ----------
    address
        Terraform's address.
    what
        In the words of AWS's price list.
    hourly
        US dollars an hour; None where the price of its class is not in the table.
    """

    address: str
    what: str
    hourly: float | None


def of_plan(plan: Mapping[str, Any]) -> list[Cost]:
    """The resources that a plan creates or keeps and that are paid by the hour, dearest first.

    Parameters
    ----------
    plan
        In the shape of ``terraform show -json``.
    """
    resources = list(_resources(plan["planned_values"]["root_module"]))
    found = [cost for each in _with_subnets(resources) for cost in _cost(*each)]
    return sorted(found, key=lambda cost: (-(cost.hourly or 0), cost.address))


def monthly(costs: list[Cost]) -> float:
    """US dollars a month of 730 hours."""
    return sum(cost.hourly or 0 for cost in costs) * _HOURS_A_MONTH


_Resource = tuple[str, str, Mapping[str, Any]]


def _with_subnets(resources: Sequence[_Resource]) -> Iterator[_Resource]:
    """The same, with the subnets of a load balancer where they have no ids yet: the public ones."""
    public = [
        address
        for address, kind, values in resources
        if kind == "aws_subnet" and (values.get("tags") or {}).get("Tier") == "public"
    ]
    for address, kind, values in resources:
        unknown = kind == "aws_lb" and not values.get("subnets")
        yield address, kind, {**values, "subnets": public} if unknown else values


def _resources(module: Mapping[str, Any]) -> Iterator[_Resource]:
    for resource in module.get("resources", ()):
        if resource["mode"] == "managed":
            yield resource["address"], resource["type"], resource.get("values") or {}
    for child in module.get("child_modules", ()):
        yield from _resources(child)


def _cost(address: str, kind: str, values: Mapping[str, Any]) -> list[Cost]:
    price = _BY_TYPE.get(kind)
    return [Cost(address, what, hourly) for what, hourly in price(values)] if price else []


_Price = Callable[[Mapping[str, Any]], list[tuple[str, float | None]]]


def _instance(values: Mapping[str, Any]) -> list[tuple[str, float | None]]:
    size = values.get("instance_type") or "?"
    machine = (f"EC2 instance {size}", _INSTANCE.get(size))
    if values.get("associate_public_ip_address"):
        return [machine, ("public IPv4 address", _PUBLIC_ADDRESS)]
    return [machine]


def _db_instance(values: Mapping[str, Any]) -> list[tuple[str, float | None]]:
    size = values.get("instance_class") or "?"
    hourly = _DB_INSTANCE.get(size)
    zones = 2 if values.get("multi_az") else 1
    return [(f"DB instance {size}" + (", two zones" if zones == 2 else ""), hourly and hourly * zones)]


def _table(values: Mapping[str, Any]) -> list[tuple[str, float | None]]:
    if values.get("billing_mode") == "PAY_PER_REQUEST":
        return []
    read, write = values.get("read_capacity") or 0, values.get("write_capacity") or 0
    return [(f"DynamoDB capacity, {read} read and {write} write units", read * 0.00013 + write * 0.00065)]


def _stream(values: Mapping[str, Any]) -> list[tuple[str, float | None]]:
    mode = (values.get("stream_mode_details") or [{}])[0].get("stream_mode")
    if mode == "ON_DEMAND":
        return [("Kinesis stream on demand", 0.04)]
    shards = values.get("shard_count") or 1
    return [(f"Kinesis, {shards} shard{'s' if shards > 1 else ''}", shards * 0.015)]


def _endpoint(values: Mapping[str, Any]) -> list[tuple[str, float | None]]:
    if values.get("vpc_endpoint_type") != "Interface":
        return []
    zones = len(values.get("subnet_ids") or ()) or 1
    return [(f"interface endpoint in {zones} zone{'s' if zones > 1 else ''}", zones * 0.01)]


def _load_balancer(values: Mapping[str, Any]) -> list[tuple[str, float | None]]:
    """An internet-facing one holds a public address in each of its subnets."""
    machine = ("load balancer", 0.0225)
    # AWS asks for two subnets at least.
    zones = max(2, len(values.get("subnets") or ()))
    if values.get("internal"):
        return [machine]
    return [machine, (f"public IPv4 addresses of it, {zones} zones", zones * _PUBLIC_ADDRESS)]


_BY_TYPE: dict[str, _Price] = {
    "aws_db_instance": _db_instance,
    "aws_dynamodb_table": _table,
    "aws_eip": lambda _: [("public IPv4 address", _PUBLIC_ADDRESS)],
    "aws_instance": _instance,
    "aws_kinesis_stream": _stream,
    "aws_lb": _load_balancer,
    "aws_nat_gateway": lambda _: [("NAT gateway", 0.045)],
    "aws_vpc_endpoint": _endpoint,
}
