"""S3 is LocalStack's own, but for what it does otherwise than AWS's."""

from __future__ import annotations

from functools import wraps
from typing import Any

from localstack.services.s3.provider import S3Provider
from localstack.services.s3.utils import extract_bucket_key_version_id_from_copy_source


def install() -> None:
    """Put S3 right; before its provider is made."""
    S3Provider.delete_bucket = _with_its_tags(S3Provider.delete_bucket)
    S3Provider.copy_object = _of_named_versions(S3Provider.copy_object)


def _with_its_tags(delete: Any) -> Any:
    """A bucket's tags go with it: LocalStack gives them to the next bucket of its name."""

    @wraps(delete)
    def delete_bucket(self: S3Provider, context: Any, bucket: str, **more: Any) -> None:
        store, found = self._get_cross_account_bucket(context, bucket)
        delete(self, context, bucket, **more)
        store.TAGS.tags.pop(found.bucket_arn, None)

    return delete_bucket


def _of_named_versions(copy: Any) -> Any:
    """A version that is named may be copied onto its own key: LocalStack sees a copy without a change.

    Source: "Restoring previous versions", Amazon S3 User Guide.
    """

    @wraps(copy)
    def copy_object(self: S3Provider, context: Any, request: Any) -> Any:
        _, _, version = extract_bucket_key_version_id_from_copy_source(request["CopySource"])
        if version and not request.get("StorageClass"):
            # The storage class that a copy has anyway; to LocalStack, who says so changes something.
            request = {**request, "StorageClass": "STANDARD"}
        return copy(self, context, request)

    return copy_object
