"""Every operation that AWS knows is either in a provider's table, and answered, or refused in AWS's shape."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import OperationModel, ServiceModel, Shape
from localstack.aws.api import CommonServiceException, RequestContext

from scripts.local_cloud.localstack import SERVICES
from scripts.local_cloud.providers.framework import Handler, Operations
from tests.conftest import Cloud

REFUSAL = "UnsupportedOperation"
#: An account of its own: what these calls make is in nobody's way.
ACCOUNT = "000000007357"


@pytest.fixture(scope="module", autouse=True)
def _no_thread_left() -> Iterator[None]:
    """LocalStack's CloudWatch starts a thread when it is made, and this process could not end."""
    yield
    provider = import_module("scripts.local_cloud.providers.cloudwatch").PROVIDER
    if provider.alarm_scheduler:
        provider.shutdown_alarm_scheduler()


def model_of(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def table_of(service: str) -> dict[str, Handler]:
    provider = import_module(f"scripts.local_cloud.providers.{service}")
    table: dict[str, Handler] = provider.build().skeleton.dispatch_table
    return table


def is_refusal(handler: Handler) -> bool:
    return getattr(handler, "__func__", None) is Operations._refuse


def careless_client(cloud: Cloud, service: str) -> Any:
    """A client that checks nothing and tries nothing twice."""
    config = Config(
        parameter_validation=False,
        inject_host_prefix=False,
        account_id_endpoint_mode="disabled",
        retries={"total_max_attempts": 1},
        read_timeout=240,
    )
    return cloud.session._session.create_client(
        service,
        region_name="us-east-1",
        endpoint_url=cloud.endpoint_url,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",
        config=config,
    )


def minimal(shape: Shape | None, depth: int = 0) -> Any:
    """The smallest value of a shape: what is required, and nothing that can be there."""
    if shape is None:
        return {}
    match shape.type_name:
        case "structure":
            wanted = shape.required_members or (list(shape.members)[:1] if depth else [])
            return {name: minimal(shape.members[name], depth + 1) for name in wanted if depth < 5}
        case "list":
            return [minimal(shape.member, depth + 1)] if depth < 5 else []
        case "map":
            return {minimal(shape.key, depth + 1): minimal(shape.value, depth + 1)}
        case "string":
            return shape.enum[0] if shape.enum else "x" * max(shape.metadata.get("min", 1), 1)
        case "blob":
            return b"x"
        case "boolean":
            return False
        case "timestamp":
            return "2026-01-01T00:00:00Z"
        case _:
            return shape.metadata.get("min", 1)


def requests_to(operation: OperationModel) -> list[Any]:
    """The smallest complete request; an empty one too where that differs and botocore can send it."""
    complete = minimal(operation.input_shape)
    return [complete, {}] if complete and not operation.operation_context_parameters else [complete]


def status_of(client: Any, operation: OperationModel, request: Any) -> tuple[int, str]:
    """HTTP status and error code of a call."""
    try:
        answer = client._make_api_call(operation.name, request)
    except ClientError as refused:
        answer = refused.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer.get("Error", {}).get("Code", "")


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_outside_the_table_is_refused_by_name(service: str) -> None:
    table, model = table_of(service), model_of(service)
    assert set(table) == set(model.operation_names)
    for name, handler in table.items():
        if is_refusal(handler):
            context = RequestContext(None)
            context.operation = model.operation_model(name)
            with pytest.raises(
                CommonServiceException, match=f"cannot answer {service}:{name} truthfully"
            ) as refusal:
                handler(context, {})
            assert (refusal.value.code, refusal.value.status_code) == (REFUSAL, 400)


@pytest.mark.parametrize("service", SERVICES)
def test_a_refusal_reaches_a_client_as_an_error_of_aws(cloud: Cloud, service: str) -> None:
    client, model = careless_client(cloud, service), model_of(service)
    refused = sorted(name for name, handler in table_of(service).items() if is_refusal(handler))
    for name in refused[:: max(len(refused) // 10, 1)]:
        operation = model.operation_model(name)
        assert status_of(client, operation, minimal(operation.input_shape)) == (400, REFUSAL), name


@pytest.mark.parametrize("service", SERVICES)
def test_no_operation_in_the_table_fails_by_its_own_fault(cloud: Cloud, service: str) -> None:
    client, model = careless_client(cloud, service), model_of(service)
    broken = {}
    for name, handler in table_of(service).items():
        if is_refusal(handler):
            continue
        operation = model.operation_model(name)
        for request in requests_to(operation):
            status, code = status_of(client, operation, request)
            if status >= 500:
                broken[name] = status, code
    assert broken == {}
