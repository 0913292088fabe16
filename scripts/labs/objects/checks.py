"""Judges the exercises of `objects`, each on a bucket that it makes and removes."""

from scripts.labs.objects.access import check_close, check_public_images, check_share
from scripts.labs.objects.changing import (
    check_empty,
    check_metadata,
    check_read_version,
    check_undelete,
    check_update,
)
from scripts.labs.objects.parts import check_abort, check_multipart, check_resume
from scripts.labs.objects.storing import (
    check_create_bucket,
    check_download,
    check_flat,
    check_list,
    check_upload,
)

__all__ = [
    "check_abort",
    "check_close",
    "check_create_bucket",
    "check_download",
    "check_empty",
    "check_flat",
    "check_list",
    "check_metadata",
    "check_multipart",
    "check_public_images",
    "check_read_version",
    "check_resume",
    "check_share",
    "check_undelete",
    "check_update",
    "check_upload",
]
