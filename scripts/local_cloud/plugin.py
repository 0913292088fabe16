"""What LocalStack loads of ours: its entry points are named in ``pyproject.toml``.

A provider is registered under the name ``lab`` and chosen by ``PROVIDER_OVERRIDE_<SERVICE>=lab``, which only
our own start of LocalStack sets: a LocalStack that anybody else starts in this environment stays as it is.
"""

from __future__ import annotations

import os
import resource
import shutil
from functools import partial
from importlib import import_module
from pathlib import Path

from localstack.aws import handlers
from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Request
from localstack.http import Response as HttpResponse
from localstack.runtime import get_current_runtime, hooks
from localstack.services.edge import ROUTER
from localstack.services.plugins import Service, aws_provider
from localstack.services.s3 import provider as s3
from plux import PluginSpec
from twisted.internet import endpoints

from scripts.local_cloud.authorization import gateway as authorization
from scripts.local_cloud.localstack import (
    AUTHORIZATION_VARIABLE,
    EPOCH_PATH,
    EPOCH_VARIABLE,
    LOADING,
    LOADING_VARIABLE,
)
from scripts.local_cloud.providers import buckets, changes, redrive
from scripts.local_cloud.providers.gate import GATE
from scripts.local_cloud.snapshots.shape import INSIDE_PATH


def _epoch(_request: Request) -> HttpResponse:
    epoch = os.environ[EPOCH_VARIABLE]
    loading = LOADING if LOADING_VARIABLE in os.environ else ""
    return HttpResponse(loading + epoch, mimetype="text/plain")


def _snapshot(request: Request) -> HttpResponse:
    # Imported at the first call, to start quickly: it needs most services.
    answered: HttpResponse = import_module("scripts.local_cloud.snapshots.inside.service").answer(request)
    return answered


def _step_functions(_chain: HandlerChain, context: RequestContext, _response: object) -> None:
    """Complete LocalStack's Step Functions, when the first request for it comes."""
    if context.service is not None and context.service.service_name == "stepfunctions":
        import_module("scripts.local_cloud.step_functions").install()


def _sqs(_chain: HandlerChain, context: RequestContext, _response: object) -> None:
    """Have LocalStack's queues show messages in time, when the first request for one comes."""
    if context.service is not None and context.service.service_name == "sqs":
        import_module("scripts.local_cloud.providers.visibility").install()


def _empty(folder: Path) -> Path:
    """A folder of our own with nothing in it: what an earlier life left there belongs to nobody."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


#: Files that this process may have open: as many large objects of S3, and those that queries read.
_FILES = 65_536


def _open_more_files() -> None:
    """LocalStack keeps a file open for each object above 512 KiB; shells allow 1,024, on macOS 256."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # macOS calls its limit infinite, and takes no more than this.
    most = 10_240 if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


@hooks.on_infra_start(should_load=lambda: EPOCH_VARIABLE in os.environ)
def on_start() -> None:
    """Stay on loopback, announce changes, and tell who asks which life of the local cloud this is."""
    _open_more_files()
    # LocalStack 4.9.2 takes the port of GATEWAY_LISTEN and drops its host (serve_gateway in
    # aws/serving/twisted.py), so whatever listens in this process is bound to loopback here.
    on_loopback = partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")
    endpoints.TCP4ServerEndpoint = on_loopback  # type: ignore[misc, assignment]
    # Every LocalStack of a machine keeps S3's objects in one folder of /tmp, by the bucket's name alone: one
    # that deletes a bucket takes another's files with it, and a second user may not write there.
    s3.DEFAULT_S3_TMP_DIR = str(_empty(Path(os.environ["FILESYSTEM_ROOT"]) / "s3"))
    buckets.install()
    handlers.run_custom_response_handlers.append(changes.announce)
    ROUTER.add(EPOCH_PATH, _epoch)
    handlers.serve_custom_service_request_handlers.append(_step_functions)
    handlers.serve_custom_service_request_handlers.append(_sqs)
    gateway = get_current_runtime().components.gateway
    if os.environ.get(AUTHORIZATION_VARIABLE) == "on":
        authorization.install(gateway)
    # After authorization: who may not set a policy is not told what is wrong with it.
    handlers.serve_custom_service_request_handlers.append(redrive.check)
    # After authorization, and so before it: what had to wait at the gate is judged by what it then finds.
    GATE.install(gateway)
    ROUTER.add(INSIDE_PATH, _snapshot, methods=["POST"])


def _provider(service: str) -> PluginSpec:
    """Entry point of one provider; its module is imported at the first call, to start quickly."""

    def create() -> Service:
        built: Service = import_module(f"scripts.local_cloud.providers.{service}").build()
        return built

    return aws_provider(api=service, name="lab")(create)


athena = _provider("athena")
cloudwatch = _provider("cloudwatch")
dynamodb = _provider("dynamodb")
dynamodbstreams = _provider("dynamodbstreams")
ec2 = _provider("ec2")
elbv2 = _provider("elbv2")
firehose = _provider("firehose")
glue = _provider("glue")
kinesis = _provider("kinesis")
logs = _provider("logs")
rds = _provider("rds")
