"""Judges the exercises on uploads in parts: completed, resumed, aborted."""

from __future__ import annotations

from scripts.labs.objects.buckets import Bucket, folder_of, large, make_bucket
from scripts.labs.outcome import require
from scripts.labs.work import Work

_MIB = 1 << 20
#: Parts but the last have at least so many bytes, by S3's rule, and at most so many by the exercise's.
_LEAST, _MOST = 5 * _MIB, 8 * _MIB
_KEY = "csv/ratings.csv"


def check_multipart(work: Work) -> None:
    bucket = make_bucket(work)
    content = large(11 * _MIB)
    file = folder_of(work, {"ratings.csv": content}) / "ratings.csv"
    work.call("upload_large", bucket.name, _KEY, str(file))
    unfinished = bucket.uploads()
    now = bucket.head(_KEY)
    require(
        now is not None,
        "There is no object.",
        seen=f"{len(unfinished)} unfinished uploads" if unfinished else "nothing at that key",
        expected="an upload that is completed",
    )
    _holds(bucket, content)
    require(
        "-" in now["ETag"],
        "The file was uploaded in one piece.",
        seen="an ETag of an object without parts",
        expected="an object of several parts",
    )
    sizes = _sizes(bucket, now["ETag"])
    require(
        max(sizes) <= _MOST,
        "A part is larger than the exercise allows.",
        seen=f"{len(sizes)} parts, the largest of {max(sizes) / _MIB:.1f} MiB",
        expected="parts within the two limits",
    )
    require(
        now["ContentType"] == "text/csv",
        "The object does not have the content type.",
        seen=now["ContentType"],
        expected="the content type that the exercise names",
    )
    require(
        not unfinished,
        "Something unfinished is left behind.",
        seen=f"{len(unfinished)} unfinished uploads beside the object",
        expected="one upload, completed",
    )


def _sizes(bucket: Bucket, etag: str) -> list[int]:
    """Bytes of each part; their number is in the ETag."""
    count = int(etag.strip('"').rpartition("-")[2])
    return [bucket.head(_KEY, PartNumber=number)["ContentLength"] for number in range(1, count + 1)]


def _holds(bucket: Bucket, content: bytes) -> None:
    body = bucket.body(_KEY) or b""
    require(
        body == content,
        "The object does not hold what the file holds.",
        seen=f"{len(body)} bytes; the file has {len(content)}"
        + ("" if len(body) != len(content) else ", in another order"),
        expected="all of the file's bytes, in their order",
    )


def check_resume(work: Work) -> None:
    bucket = make_bucket(work)
    content = large(2 * _LEAST + _MIB)
    file = folder_of(work, {"ratings.csv": content}) / "ratings.csv"
    upload = bucket.s3.create_multipart_upload(Bucket=bucket.name, Key=_KEY)["UploadId"]
    pieces = [content[start : start + _LEAST] for start in range(0, len(content), _LEAST)]
    for number in (1, 3):
        bucket.s3.upload_part(
            Bucket=bucket.name, Key=_KEY, UploadId=upload, PartNumber=number, Body=pieces[number - 1]
        )
    returned = work.call("resume", bucket.name, _KEY, upload, str(file), _LEAST).result
    require(
        not bucket.uploads(),
        "The upload that was begun is still unfinished.",
        expected="the same upload, completed",
    )
    now = bucket.head(_KEY)
    require(now is not None, "There is no object.", expected="the upload, completed")
    _holds(bucket, content)
    require(
        _sizes(bucket, now["ETag"]) == [len(piece) for piece in pieces],
        "The object's parts are not those of the upload that was begun.",
        seen=f"ETag with {now['ETag'].strip(chr(34)).rpartition('-')[2]} parts",
        expected="parts of the size that the function was given",
    )
    require(
        isinstance(returned, list | tuple),
        "The function does not return the numbers of the parts that it sent.",
        seen=f"{returned!s:.60}",
        expected="a list of part numbers",
    )
    require(
        not {1, 3} & set(returned),
        "Parts that were there already were sent again.",
        seen=f"{len(returned)} parts sent",
        expected="only the parts that S3 did not have",
    )
    require(
        list(returned) == [2],
        "The function does not tell which parts it sent.",
        seen=f"{returned!s:.60}",
        expected="the number of each part that was missing",
    )


def check_abort(work: Work) -> None:
    bucket = make_bucket(work)
    bucket.put("csv/done.csv")
    for key in ("csv/ratings.csv", "csv/ratings.csv", "csv/offices.csv", "images/logo.png"):
        upload = bucket.s3.create_multipart_upload(Bucket=bucket.name, Key=key)["UploadId"]
        bucket.s3.upload_part(Bucket=bucket.name, Key=key, UploadId=upload, PartNumber=1, Body=b"x" * 1000)
    returned = work.call("abort_unfinished", bucket.name, "csv/").result
    left = [key for key, _ in bucket.uploads()]
    below = sum(key.startswith("csv/") for key in left)
    require(
        below == 0,
        "There are still unfinished uploads below the prefix.",
        seen=f"{below} of 3 are left",
        expected="none",
    )
    require(
        "images/logo.png" in left,
        "An upload to another prefix was aborted too.",
        expected="only uploads whose key begins with the prefix",
    )
    require(
        bucket.keys() == ["csv/done.csv"],
        "The objects are not what they were.",
        seen=", ".join(bucket.keys()) or "no object",
        expected="finished objects stay",
    )
    require(
        returned == 3,
        "What is returned is not the number of aborted uploads.",
        seen=f"{returned!s:.60}",
        expected="a number",
    )
