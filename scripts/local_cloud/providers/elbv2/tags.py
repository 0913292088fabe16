"""Tags of everything that load balancing has."""

from __future__ import annotations

from localstack.aws.api import RequestContext

from scripts.local_cloud.providers.elbv2 import store as records
from scripts.local_cloud.providers.elbv2.store import ElbStore, answers, store_of
from scripts.local_cloud.providers.framework import Request, Response, error

MOST_TAGS = 50


def _check_there(store: ElbStore, arn: str) -> None:
    if ":targetgroup/" in arn:
        records.target_group(store, arn)
    elif ":listener-rule/" in arn:
        records.rule(store, arn)
    elif ":listener/" in arn:
        records.listener(store, arn)
    elif ":loadbalancer/" in arn:
        records.load_balancer(store, arn)
    else:
        raise error(
            "ValidationError", f"'{arn}' is not a valid load balancer, target group, listener or rule ARN"
        )


def _tags(store: ElbStore, arn: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = store.tags.list_tags_for_resource(arn)["Tags"]
    return found


@answers("AddTags")
def _add(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    for arn in request["ResourceArns"]:
        _check_there(store, arn)
        keys = {each["Key"] for each in _tags(store, arn)} | {each["Key"] for each in request["Tags"]}
        if len(keys) > MOST_TAGS:
            raise error("TooManyTags", f"The maximum number of tags on '{arn}' is {MOST_TAGS}")
    for arn in request["ResourceArns"]:
        store.tags.tag_resource(arn, request["Tags"])
    return {}


@answers("RemoveTags")
def _remove(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    for arn in request["ResourceArns"]:
        _check_there(store, arn)
    for arn in request["ResourceArns"]:
        store.tags.untag_resource(arn, request["TagKeys"])
    return {}


@answers("DescribeTags")
def _describe(context: RequestContext, request: Request) -> Response:
    store = store_of(context)
    for arn in request["ResourceArns"]:
        _check_there(store, arn)
    return {
        "TagDescriptions": [
            {"ResourceArn": arn, "Tags": _tags(store, arn)} for arn in request["ResourceArns"]
        ]
    }
