"""Tags that something is made with: to set them needs the permission to tag, too.

Source: the services' user guides, "Tag resources during creation".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scripts.local_cloud.authorization.asked import Asked, Call

#: Service to the beginning of its creating operations, and its action for tags.
_TAGGING = {
    "dynamodb": ("CreateTable", "dynamodb:TagResource"),
    "firehose": ("CreateDeliveryStream", "firehose:TagDeliveryStream"),
    "kms": ("CreateKey", "kms:TagResource"),
    "logs": ("CreateLogGroup", "logs:TagResource"),
    "rds": ("Create", "rds:AddTagsToResource"),
    "secretsmanager": ("CreateSecret", "secretsmanager:TagResource"),
    "sns": ("CreateTopic", "sns:TagResource"),
    "sqs": ("CreateQueue", "sqs:TagQueue"),
}
_OF_IAM = {
    "CreateInstanceProfile": "iam:TagInstanceProfile",
    "CreatePolicy": "iam:TagPolicy",
    "CreateRole": "iam:TagRole",
    "CreateUser": "iam:TagUser",
}


def asked(call: Call, found: Iterable[Asked]) -> Iterator[Asked]:
    """What tagging asks for, on what the call makes."""
    if not (call.request.get("Tags") or call.request.get("tags")):
        return
    if call.service == "iam":
        action = _OF_IAM.get(call.operation, "")
    else:
        beginning, action = _TAGGING.get(call.service, ("", ""))
        if not call.operation.startswith(beginning):
            return
    if not action:
        return
    for each in found:
        if each.action.endswith(f":{call.operation}"):
            yield replace(each, action=action, resource=_taggable(call, each.resource))
            return


def _taggable(call: Call, resource: str) -> str:
    """What the tag is set on: a group of logs has no stream here, and a new key has no id yet."""
    if call.service == "kms":
        return call.arn("kms", "key/*")
    return resource.removesuffix(":log-stream:")
