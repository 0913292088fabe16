"""What of a Terraform plan costs money by the hour on AWS, whether it is used or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
    found = [cost for values in _resources(plan["planned_values"]["root_module"]) for cost in _cost(*values)]
    return sorted(found, key=lambda cost: (-(cost.hourly or 0), cost.address))


def monthly(costs: list[Cost]) -> float:
    """US dollars a month of 730 hours."""
    return sum(cost.hourly or 0 for cost in costs) * _HOURS_A_MONTH


def _resources(module: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
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


_BY_TYPE: dict[str, _Price] = {
    "aws_db_instance": _db_instance,
    "aws_dynamodb_table": _table,
    "aws_eip": lambda _: [("public IPv4 address", _PUBLIC_ADDRESS)],
    "aws_instance": _instance,
    "aws_kinesis_stream": _stream,
    # Each node holds a public address in its zone.
    "aws_lb": lambda values: [
        ("load balancer", 0.0225),
        *(
            []
            if values.get("internal")
            else [("public IPv4 addresses of it, two zones", 2 * _PUBLIC_ADDRESS)]
        ),
    ],
    "aws_nat_gateway": lambda _: [("NAT gateway", 0.045)],
    "aws_vpc_endpoint": _endpoint,
}
