"""Log groups, streams and tags, and what LocalStack 4.9.2 and moto-ext 5.1.54 lose of them."""

from __future__ import annotations

from typing import Any

from tests.scripts.local_cloud.providers.logs.conftest import put, refused

ONE = [{"metricName": "Errors", "metricNamespace": "lab", "metricValue": "1"}]


def describe(logs: Any, group: str) -> dict[str, Any]:
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    shown: dict[str, Any] = found
    return shown


def test_a_group_is_described_as_on_aws(logs: Any, group: str) -> None:
    """LocalStack services/logs/provider.py: no ``logGroupArn`` or ``logGroupClass``, no filter is counted."""
    logs.put_metric_filter(
        logGroupName=group, filterName="errors", filterPattern="ERROR", metricTransformations=ONE
    )
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    put(logs, group, "a", "twelve bytes")
    shown = describe(logs, group)
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{group}"
    assert (shown["arn"], shown["logGroupArn"]) == (f"{arn}:*", arn)
    assert shown["logGroupClass"] == "STANDARD"
    assert (shown["metricFilterCount"], shown["retentionInDays"]) == (1, 7)
    assert shown["storedBytes"] == len("twelve bytes") + 26
    logs.delete_retention_policy(logGroupName=group)
    assert "retentionInDays" not in describe(logs, group)


def test_groups_are_listed_page_by_page(logs: Any, group: str) -> None:
    """LocalStack services/logs/provider.py describe_log_groups: limit and token are not read."""
    names = [f"{group}/{number}" for number in range(5)]
    for name in names:
        logs.create_log_group(logGroupName=name)
    pages = list(
        logs.get_paginator("describe_log_groups").paginate(
            logGroupNamePrefix=f"{group}/", PaginationConfig={"PageSize": 2}
        )
    )
    assert [[item["logGroupName"] for item in page["logGroups"]] for page in pages] == [
        names[:2],
        names[2:4],
        names[4:],
    ]
    for name in names:
        logs.delete_log_group(logGroupName=name)


def test_a_group_that_is_made_again_has_nothing_of_the_one_before(logs: Any, group: str) -> None:
    """moto/logs/models.py delete_log_group: metric filters stay; LocalStack: so do tags."""
    logs.create_log_group(logGroupName=f"{group}/x", tags={"Old": "yes"})
    logs.put_metric_filter(
        logGroupName=f"{group}/x", filterName="errors", filterPattern="ERROR", metricTransformations=ONE
    )
    logs.delete_log_group(logGroupName=f"{group}/x")
    logs.create_log_group(logGroupName=f"{group}/x")
    assert logs.describe_metric_filters(logGroupName=f"{group}/x")["metricFilters"] == []
    assert logs.list_tags_for_resource(resourceArn=describe(logs, f"{group}/x")["logGroupArn"])["tags"] == {}
    logs.delete_log_group(logGroupName=f"{group}/x")


def test_a_group_that_was_made_without_tags_can_be_tagged(logs: Any, group: str) -> None:
    """LocalStack services/logs/provider.py tag_resource: what it adds to is thrown away."""
    arn = describe(logs, group)["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"Course": "de", "Week": "2"})
    logs.untag_resource(resourceArn=arn, tagKeys=["Week"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"Course": "de"}
    assert logs.list_tags_log_group(logGroupName=group)["tags"] == {"Course": "de"}


def test_a_key_is_associated_and_taken_away(logs: Any, group: str) -> None:
    logs.associate_kms_key(logGroupName=group, kmsKeyId="arn:aws:kms:us-east-1:000000000000:key/k")
    assert describe(logs, group)["kmsKeyId"].endswith("key/k")
    logs.disassociate_kms_key(logGroupName=group)
    assert "kmsKeyId" not in describe(logs, group)


def test_a_group_is_refused_that_exists_or_cannot_be(logs: Any, group: str) -> None:
    assert refused(logs.create_log_group, logGroupName=group)[0] == "ResourceAlreadyExistsException"
    assert refused(logs.create_log_group, logGroupName="no spaces")[0] == "InvalidParameterException"
    assert refused(logs.delete_log_group, logGroupName="/none")[0] == "ResourceNotFoundException"
    code, said = refused(logs.put_retention_policy, logGroupName=group, retentionInDays=8)
    assert code == "InvalidParameterException"
    assert "Value '8' at 'retentionInDays'" in said


def test_streams_are_found_by_the_arn_of_their_group(logs: Any, group: str) -> None:
    """LocalStack services/logs/provider.py describe_log_streams: an ARN that ends with ``:*`` finds none."""
    put(logs, group, "b", "x")
    found = logs.describe_log_streams(logGroupIdentifier=describe(logs, group)["arn"])["logStreams"]
    assert [stream["logStreamName"] for stream in found] == ["a", "b"]
    assert "lastEventTimestamp" in found[1]
