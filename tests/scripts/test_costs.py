from __future__ import annotations

import pytest

from scripts import costs


def _plan(*resources: dict[str, object]) -> dict[str, object]:
    module = [{"mode": "managed", **resource} for resource in resources]
    return {"planned_values": {"root_module": {"child_modules": [{"resources": module}]}}}


def test_what_is_paid_by_the_hour_is_found_in_nested_modules_dearest_first() -> None:
    found = costs.of_plan(
        _plan(
            {"address": "aws_s3_bucket.raw", "type": "aws_s3_bucket", "values": {}},
            {"address": "aws_eip.nat", "type": "aws_eip", "values": {}},
            {"address": "aws_nat_gateway.a", "type": "aws_nat_gateway", "values": {}},
            {"address": "aws_kinesis_stream.s", "type": "aws_kinesis_stream", "values": {"shard_count": 2}},
        )
    )
    assert [(cost.address, cost.hourly) for cost in found] == [
        ("aws_nat_gateway.a", 0.045),
        ("aws_kinesis_stream.s", 0.03),
        ("aws_eip.nat", 0.005),
    ]
    assert costs.monthly(found) == pytest.approx(0.08 * 730)


def test_a_second_zone_doubles_a_db_instance() -> None:
    single, double = (
        costs.of_plan(_plan({"address": "db", "type": "aws_db_instance", "values": values}))[0].hourly
        for values in (
            {"instance_class": "db.t4g.micro", "multi_az": False},
            {"instance_class": "db.t4g.micro", "multi_az": True},
        )
    )
    assert single is not None
    assert double == 2 * single


def test_a_class_without_a_price_is_named_and_not_taken_for_free() -> None:
    values = {"instance_class": "db.r7g.16xlarge"}
    (found,) = costs.of_plan(_plan({"address": "db", "type": "aws_db_instance", "values": values}))
    assert found.hourly is None
    assert "db.r7g.16xlarge" in found.what


def test_a_table_on_demand_costs_nothing_by_the_hour() -> None:
    values = {"billing_mode": "PAY_PER_REQUEST"}
    assert costs.of_plan(_plan({"address": "t", "type": "aws_dynamodb_table", "values": values})) == []


@pytest.mark.parametrize("zones", [2, 3])
def test_a_load_balancer_holds_an_address_in_each_of_its_subnets(zones: int) -> None:
    subnets = [f"subnet-{number}" for number in range(zones)]
    found = costs.of_plan(_plan({"address": "lb", "type": "aws_lb", "values": {"subnets": subnets}}))
    assert [cost.hourly for cost in found] == [0.0225, pytest.approx(0.005 * zones)]


def test_a_load_balancer_whose_subnets_have_no_ids_yet_stands_in_every_public_one() -> None:
    tiers = ["public", "public", "public", "database"]
    subnets: list[dict[str, object]] = [
        {"address": f"subnet[{place}]", "type": "aws_subnet", "values": {"tags": {"Tier": tier}}}
        for place, tier in enumerate(tiers)
    ]
    found = costs.of_plan(_plan({"address": "lb", "type": "aws_lb", "values": {"internal": False}}, *subnets))
    assert sum(cost.hourly or 0 for cost in found) == pytest.approx(0.0225 + 3 * 0.005)


def test_an_internal_load_balancer_holds_no_public_address() -> None:
    (found,) = costs.of_plan(_plan({"address": "lb", "type": "aws_lb", "values": {"internal": True}}))
    assert found.hourly == 0.0225
