"""Judges the exercises that put objects, list them and fetch them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.labs.objects.buckets import Bucket, folder_of, found, make_bucket, own_bucket
from scripts.labs.outcome import NotYetError, require
from scripts.labs.work import Work

#: The beginning of every PNG file: no text in any encoding.
_PNG = b"\x89PNG\r\n\x1a\n"
_CSV = b"customerNumber,productCode,rating\n103,S10_1678,4\n"

_FILES = {
    "ratings.csv": _CSV,
    "offices.csv": b"officeCode,city\n1,San Francisco\n",
    "products.json": b'[{"productCode": "S10_1678"}]\n',
    "logo.png": _PNG + bytes(range(256)),
}
_KINDS = {"csv": "text/csv", "json": "application/json", "png": "image/png"}
_PREFIXES = {"csv": "csv/", "json": "json/", "png": "images/"}

#: The bucket of the exercise `flat`.
_FLAT = (
    "csv-archive/ratings.csv",
    "csv/2025/01/ratings.csv",
    "csv/2025/02/ratings.csv",
    "csv/ratings.csv",
    "images/logo.png",
    "images/products/hill-runner.png",
    "readme.txt",
)


def check_create_bucket(work: Work) -> None:
    bucket = own_bucket(work)
    work.call("create_bucket", bucket.name)
    require(
        found(bucket.s3.head_bucket, Bucket=bucket.name) is not None,
        "There is no bucket of that name.",
        expected="a bucket with the name that the function was given",
    )
    status = bucket.s3.get_bucket_versioning(Bucket=bucket.name).get("Status")
    require(
        status == "Enabled",
        "The bucket does not keep versions.",
        seen=f"versioning is {status}" if status else "versioning was never switched on",
        expected="a bucket whose versioning is on",
    )
    tags = _tags(bucket)
    require(bool(tags), "The bucket has no tags.", expected="the tag that the exercise names")
    require(
        tags.get("Course") == "source-systems",
        "The tag is not the one that the exercise names.",
        seen=", ".join(f"{key} = {value}" for key, value in tags.items()),
        expected="key and value as the exercise writes them",
    )


def _tags(bucket: Bucket) -> dict[str, str]:
    try:
        answer = bucket.s3.get_bucket_tagging(Bucket=bucket.name)
    except bucket.s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchTagSet":
            raise
        return {}
    return {each["Key"]: each["Value"] for each in answer["TagSet"]}


def check_upload(work: Work) -> None:
    bucket = make_bucket(work)
    folder = folder_of(work, _FILES)
    returned = work.call("upload", bucket.name, str(folder)).result
    wanted = {f"{_PREFIXES[name.rpartition('.')[2]]}{name}": name for name in _FILES}
    keys = bucket.keys()
    slashed = [key for key in keys if key.startswith("/")]
    require(
        not slashed,
        "A key begins with a slash.",
        seen=", ".join(slashed),
        expected="keys that begin with the prefix; a slash before it would be one more letter of the key",
    )
    require(
        set(keys) == set(wanted),
        "The keys are not those asked for.",
        seen=", ".join(keys) or "no object",
        expected="one key for each file: the prefix of its kind and the file's name",
    )
    for key, name in wanted.items():
        require(
            bucket.body(key) == _FILES[name],
            f"The object {key} does not hold what the file holds.",
            expected="the file, byte by byte",
        )
        answer = bucket.head(key)
        require(
            answer["ContentType"] == _KINDS[name.rpartition(".")[2]],
            f"The content type of {key} is not that of its kind.",
            seen=answer["ContentType"],
            expected="the content type that the exercise names for such a file",
        )
        require(
            answer["Metadata"] == {"source": name},
            f"The metadata of {key} does not say where it is from.",
            seen=_pairs(answer["Metadata"]),
            expected="one entry, source, with the file's name and no folder",
        )
    require(
        isinstance(returned, list | tuple | set) and set(returned) == set(wanted),
        "What is returned is not the keys.",
        seen=f"{returned!s:.60}",
        expected="a list of all keys that were put",
    )


def _pairs(metadata: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in metadata.items()) or "no metadata"


def check_flat(work: Work) -> None:
    given = work.answers()
    bucket = make_bucket(work)
    for key in _FLAT:
        bucket.put(key)
    plain = bucket.s3.list_objects_v2(Bucket=bucket.name, Prefix="csv")
    below = bucket.s3.list_objects_v2(Bucket=bucket.name, Prefix="csv/")
    grouped = bucket.s3.list_objects_v2(Bucket=bucket.name, Prefix="csv/", Delimiter="/")
    bucket.s3.delete_object(Bucket=bucket.name, Key="images/products/hill-runner.png")
    after = bucket.s3.list_objects_v2(Bucket=bucket.name, Prefix="images/products/")
    _same(given, "matched", plain["KeyCount"], "the keys that begin with these three letters")
    folders = given.get("folders")
    if not isinstance(folders, list) or not all(isinstance(each, str) for each in folders):
        raise NotYetError(
            "folders is not a list of prefixes.",
            seen=f"{folders!s:.60}",
            expected="a list such as [a/b/, a/c/]",
        )
    require(
        {each.strip("/") for each in folders}
        == {each["Prefix"].strip("/") for each in grouped["CommonPrefixes"]},
        "folders are not the common prefixes of the listing.",
        seen=", ".join(folders) or "none",
        expected="each prefix that goes from the beginning of a key to the first delimiter after csv/",
    )
    _same(given, "objects", len(grouped["Contents"]), "the keys with no further delimiter after csv/")
    _same(given, "copies", below["KeyCount"], "one copy for each object whose key begins with csv/")
    left = given.get("left")
    answer = {"yes": True, "no": False}.get(left.strip().lower()) if isinstance(left, str) else left
    require(isinstance(answer, bool), "left is not answered.", seen=f"{left!s:.60}", expected="yes or no")
    require(
        answer is bool(after["KeyCount"]),
        "left is not what the listing shows.",
        seen="yes" if answer else "no",
        expected="what a listing finds where the last object is gone",
    )


def _same(given: Mapping[str, Any], question: str, right: int, what: str) -> None:
    answer = given.get(question)
    if not isinstance(answer, int) or isinstance(answer, bool):
        raise NotYetError(f"{question} is not answered.", seen=f"{answer!s:.60}", expected="a number")
    require(
        answer == right,
        f"{question} is not the right number.",
        seen=f"{answer}",
        expected=what,
    )


def check_list(work: Work) -> None:
    bucket = make_bucket(work)
    for key in (*_FLAT, "csv/", "csv/offices.csv"):
        bucket.put(key)
    result = work.call("browse", bucket.name, "csv/").result
    if not isinstance(result, dict) or not {"folders", "objects"} <= set(result):
        raise NotYetError(
            "The function does not return what is asked for.",
            seen=f"{result!s:.60}",
            expected="a dict with folders and objects",
        )
    folders, objects = list(result["folders"] or ()), list(result["objects"] or ())
    require(
        "csv/" not in objects,
        "The empty object that stands for the folder is among the objects.",
        seen=", ".join(map(str, objects)),
        expected="what lies below the prefix, without the prefix itself",
    )
    answer = bucket.s3.list_objects_v2(Bucket=bucket.name, Prefix="csv/", Delimiter="/")
    keys = [each["Key"] for each in answer["Contents"] if each["Key"] != "csv/"]
    require(
        sorted(objects) == keys,
        "The objects are not those directly below the prefix.",
        seen=", ".join(map(str, objects)) or "none",
        expected="full keys, none of which has a further delimiter after the prefix",
    )
    require(
        sorted(folders) == [each["Prefix"] for each in answer["CommonPrefixes"]],
        "The folders are not the prefixes one level below.",
        seen=", ".join(map(str, folders)) or "none",
        expected="each prefix once, whole, from the beginning of the key to the delimiter",
    )


def check_download(work: Work) -> None:
    bucket = make_bucket(work)
    folder = folder_of(work, {})
    content = _FILES["logo.png"]
    bucket.put("images/logo.png", content, ContentType="image/png", Metadata={"source": "logo.png"})
    file, none = folder / "logo.png", folder / "none.png"
    result = work.call("download", bucket.name, "images/logo.png", str(file)).result
    require(file.is_file(), "The file is not there.", expected="the object's content in the file")
    require(
        file.read_bytes() == content,
        "The file does not hold what the object holds.",
        seen=f"{file.stat().st_size} bytes",
        expected="the object, byte by byte",
    )
    wanted = {"content_type": "image/png", "metadata": {"source": "logo.png"}}
    for name, value in wanted.items():
        require(
            isinstance(result, dict) and result.get(name) == value,
            f"What is returned does not tell the object's {name}.",
            seen=f"{result!s:.60}",
            expected="a dict with content_type and metadata, as S3 tells them",
        )
    result = work.call("download", bucket.name, "images/none.png", str(none)).result
    require(
        not none.exists(),
        "For an object that is not there a file is left.",
        seen=f"a file of {none.stat().st_size if none.exists() else 0} bytes",
        expected="no file",
    )
    require(
        result is None,
        "For an object that is not there something is returned.",
        seen=f"{result!s:.60}",
        expected="None",
    )
