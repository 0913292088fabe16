"""Forms that a browser posts to S3: who signed stands among the fields, and what was signed is the policy.

Source: Amazon S3 API Reference, "Browser-based uploads using POST (AWS Signature Version 4)". LocalStack
checks whether the form keeps to its policy, and whether that has ended.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from botocore.auth import HmacV1Auth, SigV4Auth
from botocore.credentials import Credentials
from botocore.model import ServiceModel
from localstack.aws.api import RequestContext

from scripts.local_cloud.authorization import authenticating, refusals, signing
from scripts.local_cloud.authorization.asked import Call
from scripts.local_cloud.authorization.authenticating import Proof
from scripts.local_cloud.authorization.callers import ANONYMOUS
from scripts.local_cloud.authorization.gateway import is_root
from scripts.local_cloud.authorization.signatures import Expected
from scripts.local_cloud.authorization.signing import Unreadable

OPERATION = ("s3", "PostObject")


def check(service: ServiceModel, context: RequestContext) -> Proof | None:
    """Who signed a form; None for the root user.

    Raises
    ------
    CommonServiceException
        The key, its session or the signature is not good.
    """
    fields = {name.lower(): value for name, value in context.request.form.items()}
    try:
        signed = signing.in_form(fields)
    except Unreadable as unreadable:
        raise refusals.unreadable(service, str(unreadable)) from unreadable
    if signed is None:
        return Proof(ANONYMOUS)
    if is_root(signed.key_id):
        return None
    caller, key = authenticating.holder(service, signed)
    credentials = Credentials(signed.key_id, key.secret)
    policy = fields.get("policy", "")
    if signed.day:
        asked: Any = SimpleNamespace(context={"timestamp": signed.date})
        made = SigV4Auth(credentials, signed.service, signed.region).signature(policy, asked)
    else:
        made = HmacV1Auth(credentials).sign_string(policy)
    if not hmac.compare_digest(made.encode(), signed.signature.encode()):
        raise refusals.wrong_signature(service, signed, Expected(made, policy))
    return Proof(caller, signed)


def call(context: RequestContext) -> Call:
    """The call with the key that the form names, which LocalStack's parser leaves in it."""
    found = Call.of(context)
    name = next((value for field, value in context.request.form.items() if field.lower() == "key"), "")
    file = context.request.files.get("file")
    key = name.replace("${filename}", (file.filename if file else "") or "")
    return replace(found, request={**found.request, "Key": key})
