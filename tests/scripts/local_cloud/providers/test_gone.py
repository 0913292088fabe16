"""What is gone is told as AWS tells it: by another error Terraform cannot see it, and a refresh fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_a_dashboard_that_is_gone_is_told_by_the_error_for_it(client: Callable[[str], Any]) -> None:
    with pytest.raises(ClientError) as refused:
        client("cloudwatch").get_dashboard(DashboardName="gone")
    # The code of AWS's DashboardNotFoundError.
    assert refused.value.response["Error"]["Code"] == "ResourceNotFound"


def test_flow_logs_that_are_gone_are_left_out(client: Callable[[str], Any]) -> None:
    assert client("ec2").describe_flow_logs(FlowLogIds=["fl-0123456789abcdef0"])["FlowLogs"] == []
