"""A filter that RDS does not have is refused by every operation that takes filters."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import botocore.session
import pytest

from scripts.local_cloud.providers.framework import Operations
from tests.scripts.local_cloud.providers.rds.conftest import refused

#: What else the operations need that are answered.
NEEDED: dict[str, dict[str, Any]] = {
    "DescribeDBParameters": {"DBParameterGroupName": "default.mysql8.0"},
    "DescribeEngineDefaultParameters": {"DBParameterGroupFamily": "mysql8.0"},
    "DescribeOrderableDBInstanceOptions": {"Engine": "mysql"},
    "ListTagsForResource": {"ResourceName": "arn:aws:rds:us-east-1:000000000000:pg:default.mysql8.0"},
}


def filtered_operations() -> Iterator[str]:
    """Every operation that is answered and takes filters."""
    model = botocore.session.get_session().get_service_model("rds")
    table = import_module("scripts.local_cloud.providers.rds").build().skeleton.dispatch_table
    for operation, handler in table.items():
        shape = model.operation_model(operation).input_shape
        answered = getattr(handler, "__func__", None) is not Operations._refuse
        if answered and shape and "Filters" in shape.members:
            yield operation


@pytest.mark.parametrize("operation", list(filtered_operations()))
def test_an_unknown_filter_is_refused(rds: Any, mysql: str, operation: str) -> None:
    needed = NEEDED.get(operation, {})
    if operation == "DescribeDBLogFiles":
        needed = {"DBInstanceIdentifier": mysql}
    wrong = [{"Name": "colour", "Values": ["red"]}]
    code, message = refused(lambda **request: rds._make_api_call(operation, request), **needed, Filters=wrong)
    assert (code, message) == ("InvalidParameterValue", "Unrecognized filter name: colour")
