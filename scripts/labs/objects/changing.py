"""Judges the exercises about versions: made, read, brought back, removed."""

from __future__ import annotations

from scripts.labs.objects.buckets import Bucket, Version, found, make_bucket
from scripts.labs.outcome import require
from scripts.labs.work import Work

_KEY = "csv/ratings.csv"
_HEAD = b"customerNumber,productCode,rating\n"
_ROWS = _HEAD + b"103,S10_1678,4\n"

#: More than one listing, and more than one deletion, hold.
_MANY = 1_000


def check_metadata(work: Work) -> None:
    bucket = make_bucket(work, versions=True)
    before = {"source": "ratings.csv", "owner": "sales"}
    old = bucket.put(_KEY, _ROWS, ContentType="text/csv", Metadata=before)["VersionId"]
    returned = work.call("annotate", bucket.name, _KEY, "checked", "yes").result
    now = bucket.head(_KEY)
    require(now is not None, "The object is gone.", expected="the object, with one more entry")
    require(
        now["Metadata"].get("checked") == "yes",
        "The new entry is not in the object's metadata.",
        seen=", ".join(sorted(now["Metadata"])) or "no metadata",
        expected="an entry with the name and the value that were given",
    )
    require(
        before.items() <= now["Metadata"].items(),
        "Entries that were there before are gone.",
        seen=", ".join(sorted(now["Metadata"])),
        expected="the entries as they were, and the new one",
    )
    require(
        now["ContentType"] == "text/csv",
        "The content type is not what it was.",
        seen=now["ContentType"],
        expected="the content type of the version before",
    )
    require(bucket.body(_KEY) == _ROWS, "The body is not what it was.", expected="the same bytes")
    _one_more(bucket, [old])
    require(
        returned == now["VersionId"],
        "What is returned is not the id of the new version.",
        seen=f"{returned!s:.60}",
        expected="the id that S3 gave the new version",
    )


def check_update(work: Work) -> None:
    bucket = make_bucket(work, versions=True)
    old = bucket.put(_KEY, _ROWS, ContentType="text/csv")
    returned = work.call("append_row", bucket.name, _KEY, "112,S10_1949,5", old["ETag"]).result
    body = bucket.body(_KEY) or b""
    require(
        body.startswith(_HEAD),
        "What was in the object before is lost.",
        seen=f"{len(body)} bytes",
        expected="all that was there, and the new row after it",
    )
    require(
        body == _ROWS + b"112,S10_1949,5\n",
        "The object does not end with the new row and a line end.",
        seen=f"{body[len(_ROWS) - 1 :][:60]!r} after the last row that was there",
        expected="each row on a line of its own, the new one last",
    )
    now = bucket.head(_KEY)
    require(
        now["ContentType"] == "text/csv",
        "The content type is not what it was.",
        seen=now["ContentType"],
        expected="the content type of the version before",
    )
    _one_more(bucket, [old["VersionId"]])
    require(
        returned == now["VersionId"],
        "What is returned is not the id of the new version.",
        seen=f"{returned!s:.60}",
        expected="the id that S3 gave the new version",
    )
    stale = work.call("append_row", bucket.name, _KEY, "114,S10_2016,1", old["ETag"]).result
    require(
        bucket.body(_KEY) == body,
        "The object was changed although it is another one by now.",
        expected="no new version where the ETag is not the one that was given",
    )
    require(
        stale is None,
        "It is not told that nothing was written.",
        seen=f"{stale!s:.60}",
        expected="None",
    )
    require(
        "IfMatch" in work.answer.text,
        "The question and the writing are two requests: another writer can come between.",
        seen="a put_object without a condition",
        expected="a request that S3 itself refuses where the ETag is another one",
    )


def _one_more(bucket: Bucket, before: list[str]) -> None:
    """There is one version more than before, on top, and nothing else has happened."""
    history = bucket.history(_KEY)
    require(
        [each.id for each in history][1:] == before and len(history) == len(before) + 1,
        "The object's history is not one version longer.",
        seen=_told(history),
        expected="the versions that were there, and one new version",
    )


def _told(history: list[Version]) -> str:
    markers = sum(each.etag is None for each in history)
    return f"{len(history) - markers} versions, {markers} delete markers"


def check_read_version(work: Work) -> None:
    bucket = make_bucket(work, versions=True)
    bodies = [b"first\n", b"second\n", b"third\n", b"fourth\n"]
    for number, body in enumerate(bodies):
        if number == 2:
            bucket.delete(_KEY)
        bucket.put(_KEY, body)
    bucket.put(f"{_KEY}.bak", b"another object\n")
    result = work.call("as_it_was", bucket.name, _KEY, 2).result
    require(
        isinstance(result, bytes | bytearray),
        "The function does not return an older body.",
        seen=f"{result!s:.60}",
        expected="bytes",
    )
    require(
        result != bodies[0],
        "Versions are counted from the wrong end, or a deletion is counted.",
        expected="the newest is 0, and only what has a body counts",
    )
    require(
        result == bodies[1],
        "The body is not that of the version so far back.",
        seen="the newest version" if result == bodies[3] else "another version",
        expected="the body of the version that many places before the newest",
    )
    result = work.call("as_it_was", bucket.name, _KEY, len(bodies)).result
    require(
        result is None,
        "Something is returned where there was no version so far back.",
        seen="another key's object" if result == b"another object\n" else f"{result!s:.60}",
        expected="None: only versions of this very key count",
    )


def check_undelete(work: Work) -> None:
    bucket = make_bucket(work, versions=True)
    first = bucket.put(_KEY, _HEAD)["VersionId"]
    older = bucket.delete(_KEY)
    second = bucket.put(_KEY, _ROWS)["VersionId"]
    bucket.delete(_KEY)
    bucket.delete(_KEY)
    result = work.call("undelete", bucket.name, _KEY).result
    now = bucket.head(_KEY)
    require(
        now is not None,
        "The object is still deleted.",
        seen=_told(bucket.history(_KEY)),
        expected="no delete marker above the newest version",
    )
    require(
        now["VersionId"] != first,
        "An older version is back, not the one that was deleted.",
        expected="the newest version",
    )
    ids = {each.id for each in bucket.history(_KEY)}
    require(
        now["VersionId"] == second,
        "What is there now is a new version, not the one that was deleted.",
        seen=_told(bucket.history(_KEY)),
        expected="the same version as before the deletion",
    )
    require(
        ids == {first, older, second},
        "More of the history has changed than was in the way.",
        seen=_told(bucket.history(_KEY)),
        expected="all that is older than the newest version stays",
    )
    require(
        result is True,
        "It is not told that the object is back.",
        seen=f"{result!s:.60}",
        expected="True",
    )
    result = work.call("undelete", bucket.name, _KEY).result
    now = bucket.head(_KEY)
    require(
        now is not None and now["VersionId"] == second and {each.id for each in bucket.history(_KEY)} == ids,
        "An object that was not deleted has changed.",
        seen=_told(bucket.history(_KEY)),
        expected="no change where there was nothing to bring back",
    )
    require(
        result is False,
        "It is not told that there was nothing to bring back.",
        seen=f"{result!s:.60}",
        expected="False",
    )


def check_empty(work: Work) -> None:
    bucket = make_bucket(work, versions=True)
    for number in range(3):
        bucket.put("csv/ratings.csv", b"%d" % number)
        bucket.put(f"images/{number}.png")
    # A deletion of what was never there leaves a marker all the same.
    for first in (0, _MANY):
        names = [{"Key": f"json/{number:05d}.json"} for number in range(first, first + _MANY)]
        bucket.s3.delete_objects(Bucket=bucket.name, Delete={"Objects": names[: _MANY if not first else 60]})
    work.call("empty_and_delete", bucket.name)
    left = found(bucket.s3.list_object_versions, Bucket=bucket.name)
    require(
        left is None,
        "The bucket is still there.",
        seen=f"{len((left or {}).get('Versions', ()))} versions, "
        f"{len((left or {}).get('DeleteMarkers', ()))} delete markers on the first page of a listing",
        expected="no bucket",
    )
