"""Athena's work groups and named queries; each test of a Moto defect says in its name what Moto would do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from localstack.aws.api import RequestContext

from scripts import config
from scripts.local_cloud.athena.grammar import several
from scripts.local_cloud.providers.athena import history
from scripts.local_cloud.providers.athena.history import Execution
from scripts.local_cloud.providers.athena.permissions import Permissions
from scripts.local_cloud.providers.athena.running import Runner


@pytest.fixture(scope="module")
def athena(client: Callable[[str], Any]) -> Any:
    return client("athena")


@pytest.fixture
def group(athena: Any) -> str:
    name = f"group-{uuid.uuid4().hex[:8]}"
    athena.create_work_group(
        Name=name,
        Description="d",
        Configuration={
            "ResultConfiguration": {
                "OutputLocation": "s3://b/results/",
                "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
            },
            "BytesScannedCutoffPerQuery": 10_485_760,
        },
        Tags=[{"Key": "a", "Value": "1"}],
    )
    return name


def test_a_work_group_is_read_back_with_what_aws_adds(athena: Any, group: str) -> None:
    found = athena.get_work_group(WorkGroup=group)["WorkGroup"]
    assert (found["State"], found["Description"]) == ("ENABLED", "d")
    configuration = found["Configuration"]
    assert configuration["EnforceWorkGroupConfiguration"] is True
    assert configuration["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"
    names = [each["Name"] for each in athena.list_work_groups()["WorkGroups"]]
    assert {group, "primary"} <= set(names)


def test_tags_of_a_work_group_are_read_back_which_fails_in_moto(athena: Any, group: str) -> None:
    arn = f"arn:aws:athena:us-east-1:000000000000:workgroup/{group}"
    athena.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
    athena.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    athena.untag_resource(ResourceARN=arn, TagKeys=["b"])
    assert athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == []


def test_an_update_sets_and_removes(athena: Any, group: str) -> None:
    athena.update_work_group(
        WorkGroup=group,
        State="DISABLED",
        ConfigurationUpdates={
            "RemoveBytesScannedCutoffPerQuery": True,
            "ResultConfigurationUpdates": {
                "OutputLocation": "s3://b/other/",
                "RemoveEncryptionConfiguration": True,
            },
        },
    )
    found = athena.get_work_group(WorkGroup=group)["WorkGroup"]
    assert found["State"] == "DISABLED"
    assert found["Configuration"]["ResultConfiguration"] == {"OutputLocation": "s3://b/other/"}
    assert "BytesScannedCutoffPerQuery" not in found["Configuration"]


def test_a_named_query_can_be_deleted_which_moto_cannot(athena: Any, group: str) -> None:
    query_id = athena.create_named_query(Name="q", Database="lake", QueryString="SELECT 1", WorkGroup=group)[
        "NamedQueryId"
    ]
    assert athena.list_named_queries(WorkGroup=group)["NamedQueryIds"] == [query_id]
    athena.update_named_query(NamedQueryId=query_id, Name="q", QueryString="SELECT 2")
    assert athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]["QueryString"] == "SELECT 2"
    with pytest.raises(athena.exceptions.InvalidRequestException, match="not empty"):
        athena.delete_work_group(WorkGroup=group)
    athena.delete_named_query(NamedQueryId=query_id)
    athena.delete_work_group(WorkGroup=group)
    with pytest.raises(athena.exceptions.InvalidRequestException, match="not found"):
        athena.get_work_group(WorkGroup=group)


def test_no_query_succeeds_empty_as_every_one_does_in_moto(athena: Any) -> None:
    with pytest.raises(ClientError, match="No output location provided"):
        athena.start_query_execution(QueryString="SELECT 1")
    with pytest.raises(ClientError, match="QueryExecution 1 was not found"):
        athena.get_query_execution(QueryExecutionId="1")
    with pytest.raises(ClientError, match="QueryExecution 1 was not found"):
        athena.get_query_results(QueryExecutionId="1")


def test_more_than_one_statement_is_refused_at_once(athena: Any, group: str) -> None:
    for sql in ("SELECT 1; SELECT 2", "DROP TABLE a;\n-- and\nDROP TABLE b;"):
        with pytest.raises(athena.exceptions.InvalidRequestException, match="Only one sql statement"):
            athena.start_query_execution(QueryString=sql, WorkGroup=group)


@pytest.mark.parametrize("sql", ["SELECT 1", "SELECT 1;", "SELECT ';' -- a; b", "SELECT 1; -- the end\n;"])
def test_one_statement_is_one_whatever_its_texts_and_comments_hold(sql: str) -> None:
    assert not several(sql)


def test_the_account_has_its_own_catalog(athena: Any) -> None:
    found = athena.get_data_catalog(Name="AwsDataCatalog")["DataCatalog"]
    assert (found["Type"], found["Parameters"]) == ("GLUE", {"catalog-id": "000000000000"})
    with pytest.raises(ClientError, match="UnsupportedOperation"):
        athena.create_data_catalog(Name="fn", Type="LAMBDA", Parameters={"function": "arn"})


def _ended(name: str, age: timedelta = timedelta()) -> Execution:
    """A query of an account of its own that ended when it began."""
    runner = Runner(config.load(), Permissions(RequestContext(None)), Path("/nonexistent"))
    status = {"State": "SUCCEEDED", "SubmissionDateTime": datetime.now(UTC) - age}
    record = {"QueryExecutionId": name, "Status": status}
    return Execution(record, runner, "111111111111", "eu-west-1", token=f"token of {name}")


def test_queries_that_ended_are_forgotten_after_45_days_or_when_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = RequestContext(None)
    context.account_id, context.region = "111111111111", "eu-west-1"
    monkeypatch.setattr(history, "MOST", 3)
    history.remember(_ended("old", timedelta(days=46)))
    assert list(history.executions_of(context)) == []
    running = _ended("running", timedelta(days=50))
    running.record["Status"]["State"] = "RUNNING"
    for each in (running, *map(_ended, "abcd")):
        history.remember(each)
    assert list(history.executions_of(context)) == ["running", "c", "d"]
    assert history.asked_before(context, "token of b") is None
    assert history.asked_before(context, "token of d") is history.executions_of(context)["d"]
