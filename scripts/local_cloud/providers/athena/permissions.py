"""What a running query may read and write: what its caller may, as on AWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from botocore.model import ServiceModel
from localstack.aws.api import RequestContext
from localstack.aws.spec import load_service

#: What differs when Athena calls in the caller's name: it does so by HTTPS, however it was called itself.
_OF_ATHENA = {
    "aws:CalledVia": ("athena.amazonaws.com",),
    "aws:ViaAWSService": ("true",),
    "aws:SecureTransport": ("true",),
}


class Permissions:
    """Judges, in a query's name, what it asks of Glue and S3.

    Parameters
    ----------
    context
        Of the request that started the query; the root user's is not judged.
    """

    def __init__(self, context: RequestContext) -> None:
        self._judge = context.get("lab_judge")
        self.account, self.region = context.account_id, context.region

    def check(self, service: str, operation: str, request: Mapping[str, Any]) -> None:
        """Refuse what the caller may not do.

        Raises
        ------
        CommonServiceException
            In the service's own words.
        """
        if self._judge is None:
            return
        # Imported late: the judging takes half a second, and only who is judged needs it.
        from scripts.local_cloud.authorization.asked import Call  # noqa: PLC0415

        keys = {**self._judge.keys, **_OF_ATHENA}
        judge = replace(self._judge, service=_model(service), keys=keys)
        judge.check(Call(service, operation, request, self.account, self.region))


@cache
def _model(service: str) -> ServiceModel:
    return load_service(service)
