"""S3: what the service answers to whoever asks for a bucket or an object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from scripts.doctor.layer import Layer, Outcome, Spot
from scripts.errors import BadInputError

if TYPE_CHECKING:
    import boto3

NAME = "S3's answer"

_PREFIX = "s3://"


@dataclass(frozen=True)
class Place:
    """A bucket, and a key in it where one is meant."""

    bucket: str
    key: str = ""

    def __str__(self) -> str:
        return f"{_PREFIX}{self.bucket}/{self.key}" if self.key else f"{_PREFIX}{self.bucket}"


def place(destination: str) -> Place | None:
    """The bucket and key of ``s3://BUCKET/KEY``; None where the destination is something else.

    Raises
    ------
    BadInputError
        It begins so and names no bucket.
    """
    if not destination.startswith(_PREFIX):
        return None
    bucket, _, key = destination.removeprefix(_PREFIX).partition("/")
    if not bucket:
        raise BadInputError(
            f"{destination!r} names no bucket.", "Expected is: s3://BUCKET or s3://BUCKET/KEY"
        )
    return Place(bucket, key)


def spot(session: boto3.Session) -> Spot:
    """Where the service is spoken to."""
    url = urlsplit(session.client("s3").meta.endpoint_url)
    secure = url.scheme == "https"
    return Spot(url.hostname or "", url.port or (443 if secure else 80), "https" if secure else "http")


def ask(session: boto3.Session, where: Place) -> Layer:
    """HeadBucket, or HeadObject where a key is named, with the credentials of whoever runs this."""
    s3 = session.client("s3")
    asked = f"HeadObject on {where}" if where.key else f"HeadBucket on {where}"
    try:
        if where.key:
            s3.head_object(Bucket=where.bucket, Key=where.key)
        else:
            s3.head_bucket(Bucket=where.bucket)
    except ClientError as error:
        code = str(error.response["ResponseMetadata"].get("HTTPStatusCode", ""))
        said = error.response["Error"].get("Message") or error.response["Error"].get("Code", "")
        meaning, step = _ANSWERS.get(
            code, ("S3 does not do it.", "See the code and AWS's list of S3 error codes.")
        )
        return Layer(NAME, Outcome.FAILED, f"{asked}: {code} {said}", meaning, step)
    except BotoCoreError as error:
        return Layer(NAME, Outcome.FAILED, f"{asked}: {error}", "It could not be asked.", _CREDENTIALS)
    return Layer(
        NAME,
        Outcome.OK,
        f"{asked}: 200",
        "It exists, and this machine's own credentials may ask for it (they are not the source's).",
    )


_CREDENTIALS = "Give credentials as to any AWS tool, such as: export AWS_PROFILE=NAME"

_ANSWERS = {
    "400": ("S3 could not read the request: the credentials may have expired.", _CREDENTIALS),
    "403": (
        "The network is open; authorization says no: no policy allows it, or the bucket's policy, a public "
        "access block or a key's policy denies it (or the bucket is somebody else's).",
        "Read the bucket's policy (aws s3api get-bucket-policy) and who asks (aws sts get-caller-identity): "
        "a Deny wins over every Allow, and a condition such as aws:SourceIp must fit.",
    ),
    "404": ("No such bucket or key.", "Check the spelling: aws s3 ls"),
}
