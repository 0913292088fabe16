"""Stands at LocalStack's gateway: lets the local account's root through, and has everybody else judged.

The judging itself is imported with the first request that needs it: with Moto's IAM it takes half a second.
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import threading
from importlib import import_module
from typing import Any

from botocore.model import OperationModel
from localstack.aws import handlers
from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.aws.connect import connect_to
from localstack.http import Response

from scripts.local_cloud.authorization import signing, websites

_ROOT = re.compile(r"test|\d{12}")

#: Header of what the services of this process ask of each other, and what proves that it is theirs.
_INSIDE = "X-Lab-Inside"
_SECRET = secrets.token_urlsafe()

#: Addresses of queues, to which SQS lets calls be sent, and the hosts of S3's websites: LocalStack sends both
#: on to itself.
_QUEUE = re.compile(r"/(?:queue/[a-z0-9-]+/)?\d{12}/[\w-]+(?:\.fifo)?")
_WEBSITE = ".s3-website."

#: What STS answers otherwise than LocalStack does, for everybody.
_OF_STS = frozenset(
    {
        "AssumeRoleWithSAML",
        "AssumeRoleWithWebIdentity",
        "GetCallerIdentity",
        "GetFederationToken",
        "GetSessionToken",
    }
)
#: Operations that write a policy.
WRITING = frozenset(
    {
        ("iam", "CreatePolicy"),
        ("iam", "CreatePolicyVersion"),
        ("iam", "CreateRole"),
        ("iam", "PutGroupPolicy"),
        ("iam", "PutRolePolicy"),
        ("iam", "PutUserPolicy"),
        ("iam", "UpdateAssumeRolePolicy"),
        ("kms", "CreateKey"),
        ("kms", "PutKeyPolicy"),
        ("s3", "PutBucketPolicy"),
        ("secretsmanager", "PutResourcePolicy"),
        ("sns", "CreateTopic"),
        ("sns", "SetTopicAttributes"),
        ("sqs", "CreateQueue"),
        ("sqs", "SetQueueAttributes"),
        ("sts", "AssumeRole"),
        ("sts", "GetFederationToken"),
    }
)
#: What a service asks of another in its own name, where only the resource's policy can let it in: a topic of
#: a queue that subscribes to it, a rule of EventBridge of the topic that is its target.
_DELIVERIES = {("sqs", "SendMessage"): "sns", ("sns", "Publish"): "events"}
_NOTED = ("AssumeRole", "DeleteObjects")


class _Thread(threading.local):
    """Whose request this thread is about to send on within the process, if it is."""

    arrival: Any = None


_thread = _Thread()
#: What is sent on, by the value of its header.
_sent_on: dict[str, Any] = {}


def install(gateway: Any) -> None:
    """Judge every request from now on."""
    chain = gateway.request_handlers
    chain.insert(1, _arrive)
    chain.insert(chain.index(handlers.parse_pre_signed_url_request), _check_address)
    handlers.serve_custom_service_request_handlers.append(_serve)
    handlers.run_custom_response_handlers.append(_after)
    gateway.finalizers.append(_leave)
    connect_to._session.events.register("before-call", _mark)
    websites.install()


def is_root(key_id: str) -> bool:
    """Whether a key is one of the local account's root user: ``test``, or an account's number."""
    return _ROOT.fullmatch(key_id) is not None


def _mark(params: dict[str, Any], model: OperationModel, **_: Any) -> None:
    """Botocore's event: marks what this process asks of itself, and what it only sends on."""
    mark = _SECRET
    # How a website is set up is S3's own question.
    if _thread.arrival is not None and model.name != "GetBucketWebsite":
        mark = secrets.token_urlsafe()
        _sent_on[mark] = _thread.arrival
    params["headers"][_INSIDE] = mark


def _arrive(_chain: HandlerChain, context: RequestContext, _response: Response) -> None:
    """Keep what was signed, of a request that will be judged: LocalStack changes it on its way."""
    request = context.request
    mark = request.headers.get(_INSIDE)
    if mark and secrets.compare_digest(mark.encode(), _SECRET.encode()):
        return
    if mark and (sent_on := _sent_on.pop(mark, None)) is not None:
        context.lab_arrival = sent_on
        return
    authorization = request.headers.get("Authorization", "")
    key_id = signing.key_id(authorization, request.environ.get("QUERY_STRING", ""))
    if key_id is not None and is_root(key_id):
        if not authorization:
            # What root signed is as good as it was signed, however much root may do.
            context.lab_root_address = _judging().arrival(context, key_id, "", "")
        return
    body_hash = ""
    if authorization and "/s3/aws4_request" not in authorization:
        body = request.stream.read()
        request.stream = io.BytesIO(body)
        body_hash = hashlib.sha256(body).hexdigest()
    context.lab_arrival = _judging().arrival(context, key_id, authorization, body_hash)
    if _QUEUE.fullmatch(request.path) or _WEBSITE in request.headers.get("Host", ""):
        _thread.arrival = context.lab_arrival


def _check_address(_chain: HandlerChain, context: RequestContext, _response: Response) -> None:
    """Refuse addresses for S3 by a key that is none, before LocalStack takes them for another's.

    Root's too where they are over, or are not what was signed: LocalStack lets them all pass.
    """
    # From here on LocalStack has found the service, and sends nothing on.
    _thread.arrival = None
    if (arrival := context.get("lab_arrival")) is not None and arrival.key_id is not None:
        _judging().check_address(context, arrival)
    elif (arrival := context.get("lab_root_address")) is not None:
        _judging().check_root_address(context, arrival)


def _serve(chain: HandlerChain, context: RequestContext, response: Response) -> None:
    """Judge a parsed request, and answer what is answered here."""
    # What a browser asks before it asks is nobody's, and is not judged.
    if context.service is None or context.operation is None or context.request.method == "OPTIONS":
        return
    arrival = context.get("lab_arrival")
    asked = context.service.service_name, context.operation.name
    sender = context.internal_request_params or {}
    if asked in _DELIVERIES and sender.get("service_principal") == _DELIVERIES[asked]:
        _judging().check_delivery(context, f"{_DELIVERIES[asked]}.amazonaws.com", sender["source_arn"])
    if arrival is None and asked not in WRITING and not (asked[0] == "sts" and asked[1] in _OF_STS):
        return
    answered = _judging().serve(context, arrival)
    if answered is not None:
        response.update_from(answered)
        chain.stop()


def _after(chain: HandlerChain, context: RequestContext, response: Response) -> None:
    """What is noted of, or added to, an answer."""
    operation = context.operation
    if operation is not None and operation.name in _NOTED:
        _judging().after(chain, context, response)


def _leave(_chain: HandlerChain, _context: RequestContext, _response: Response) -> None:
    _thread.arrival = None


def _judging() -> Any:
    return import_module("scripts.local_cloud.authorization.serving")
