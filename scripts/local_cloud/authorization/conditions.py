"""The condition keys that every request has: from where, when, how, for which region, with which tags.

Source: IAM User Guide, "AWS global condition context keys".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from scripts.local_cloud.authorization.asked import Keys
from scripts.local_cloud.authorization.signing import Scheme, Signed

_GLOBAL_SERVICES = ("iam", "sts", "route53", "organizations")
_TAG_PARAMETERS = ("Tags", "tags", "TagList", "AddTags")
_TAG_KEYS = ("TagKeys", "tagKeys", "TagKeyList")
_V4 = "AWS4-HMAC-SHA256"


def keys(context: RequestContext, signed: Signed | None) -> Keys:
    """The keys of one request."""
    request = context.request
    now = datetime.now(UTC)
    secure = request.scheme == "https"
    found: Keys = {
        # Never from a header: whoever sends the request writes those.
        "aws:SourceIp": (request.environ.get("REMOTE_ADDR", ""),),
        "aws:SecureTransport": ("true" if secure else "false",),
        "aws:CurrentTime": (now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:EpochTime": (str(int(now.timestamp())),),
        "aws:RequestedRegion": (_region(context),),
        "aws:ViaAWSService": ("false",),
    }
    if agent := request.headers.get("User-Agent"):
        found["aws:UserAgent"] = (agent,)
    if referer := request.headers.get("Referer"):
        found["aws:Referer"] = (referer,)
    if context.service.service_name == "s3":
        found |= _of_s3(signed, now, secure=secure)
    elif context.service.service_name != "ec2":
        found |= _of_tags(context.service_request or {})
    return found


def _region(context: RequestContext) -> str:
    return "us-east-1" if context.service.service_name in _GLOBAL_SERVICES else context.region


def _of_s3(signed: Signed | None, now: datetime, *, secure: bool) -> Keys:
    found: Keys = {"s3:TlsVersion": ("1.3",)} if secure else {}
    if signed is None:
        return found
    found["s3:authType"] = ("REST-QUERY-STRING" if signed.in_address else "REST-HEADER",)
    version_4 = signed.scheme in (Scheme.V4, Scheme.V4_ADDRESS)
    found["s3:signatureversion"] = (_V4 if version_4 else "AWS",)
    if version_4 and signed.in_address:
        since = datetime.strptime(signed.date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        found["s3:signatureAge"] = (str(int((now - since).total_seconds() * 1000)),)
    return found


def _of_tags(request: Mapping[str, Any]) -> Keys:
    tags = dict(_tags(request))
    names = [
        name for parameter in _TAG_KEYS for name in request.get(parameter) or () if isinstance(name, str)
    ]
    found: Keys = {f"aws:RequestTag/{name}": (value,) for name, value in tags.items()}
    if names := list(dict.fromkeys([*tags, *names])):
        found["aws:TagKeys"] = tuple(names)
    return found


def _tags(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Tags in any of the shapes that services have for them."""
    for parameter in _TAG_PARAMETERS:
        given = request.get(parameter) or ()
        if isinstance(given, Mapping):
            yield from ((name, str(value)) for name, value in given.items())
            continue
        for each in given:
            if isinstance(each, Mapping):
                name = each.get("Key") or each.get("key") or each.get("TagKey")
                if name:
                    yield name, str(each.get("Value") or each.get("value") or each.get("TagValue") or "")
