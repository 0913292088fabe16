"""What the README says of money, beside the plan that it speaks of."""

from __future__ import annotations

import re

import pytest
from tftest import TerraformPlanOutput

from scripts import costs
from tests.infrastructure.cases import INFRASTRUCTURE

pytestmark = pytest.mark.xdist_group("plans")


def test_everything_that_is_paid_by_the_hour_on_aws_has_a_price(aws_plan: TerraformPlanOutput) -> None:
    found = costs.of_plan(aws_plan)
    assert {"NAT gateway", "load balancer", "DB instance db.t4g.micro"} <= {cost.what for cost in found}
    assert [cost.what for cost in found if cost.hourly is None] == []


def test_the_readme_says_what_the_stack_costs_on_aws(aws_plan: TerraformPlanOutput) -> None:
    readme = (INFRASTRUCTURE.parent / "README.md").read_text()
    said = re.search(r"about ([0-9.]+) US dollars\s+\(some ([0-9]+) a month", readme)
    assert said, "the README no longer says what the stack costs"
    found = costs.of_plan(aws_plan)
    assert float(said[1]) == pytest.approx(sum(cost.hourly or 0 for cost in found), abs=0.005)
    assert int(said[2]) == pytest.approx(costs.monthly(found), abs=5)
