"""Keys of delivered objects, by the examples of AWS's developer guide."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from scripts.errors import BadInputError
from scripts.local_cloud.delivery import naming

WHEN = datetime(2018, 8, 27, 10, 30, 5, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("yyyy/MM/dd/HH", "2018/08/27/10"),
        ("'year='yyyy'/month='MM'/day='dd'/hour='HH", "year=2018/month=08/day=27/hour=10"),
        ("yy M d h a", "18 8 27 10 AM"),
        ("MMM MMMM EEE EEEE D", "Aug August Mon Monday 239"),
        ("mm:ss.SSS", "30:05.123"),
        ("'it''s' ''", "it's '"),
    ],
)
def test_timestamps_are_written_as_java_writes_them(pattern: str, written: str) -> None:
    assert naming.timestamp(pattern, WHEN) == written


@pytest.mark.parametrize(
    ("prefix", "errors", "evaluated", "evaluated_errors"),
    [
        (
            "",
            "myFirehoseFailures/!{firehose:error-output-type}/",
            "2018/08/27/10/",
            "myFirehoseFailures/processing-failed/",
        ),
        (
            "myPrefix/year=!{timestamp:yyyy}/hour=!{timestamp:HH}/",
            "bad/!{timestamp:'year='yyyy'/hour='HH}/!{firehose:error-output-type}",
            "myPrefix/year=2018/hour=10/",
            "bad/year=2018/hour=10/processing-failed",
        ),
        ("events/", "", "events/2018/08/27/10/", "events/processing-failed/2018/08/27/10/"),
    ],
    ids=["no prefix", "expressions in both", "no expression"],
)
def test_prefixes_are_evaluated_as_aws_shows(
    prefix: str, errors: str, evaluated: str, evaluated_errors: str
) -> None:
    destination = {"Prefix": prefix, "ErrorOutputPrefix": errors}
    naming.check(destination)
    assert naming.success_prefix(destination, WHEN) == evaluated
    assert naming.error_prefix(destination, WHEN, "processing-failed") == evaluated_errors


def test_each_random_string_is_another_one_of_eleven_characters() -> None:
    prefix = "!{firehose:random-string}/!{firehose:random-string}/!{timestamp:yyyy}/"
    first, second, year, _ = naming.success_prefix({"Prefix": prefix}, WHEN).split("/")
    assert (len(first), len(second), year) == (11, 11, "2018")
    assert first != second


def test_a_prefix_without_a_timestamp_gets_the_hour_though_it_has_an_expression() -> None:
    evaluated = naming.success_prefix({"Prefix": "r=!{firehose:random-string}/"}, WHEN)
    assert re.fullmatch(r"r=[0-9a-f-]{11}/2018/08/27/10/", evaluated)


@pytest.mark.parametrize(
    ("destination", "message"),
    [
        ({"Prefix": "!{timestamp:yyyy}/"}, "ErrorOutputPrefix can't be null"),
        (
            {"Prefix": "a/", "ErrorOutputPrefix": "bad/!{timestamp:yyyy}/"},
            "must include !{firehose:error-output-type}",
        ),
        (
            {
                "Prefix": "!{firehose:error-output-type}/",
                "ErrorOutputPrefix": "!{firehose:error-output-type}",
            },
            "cannot be used in this prefix",
        ),
        ({"Prefix": "a!{b", "ErrorOutputPrefix": "bad/"}, "does not begin an expression"),
        ({"Prefix": "!{timestamp:QQ}", "ErrorOutputPrefix": "bad/"}, "'Q' in the timestamp pattern"),
        ({"Prefix": "!{timestamp:'yyyy}", "ErrorOutputPrefix": "bad/"}, "quote that is not closed"),
        ({"Prefix": "x" * 500}, "longer than 512"),
        ({"CustomTimeZone": "Mars/Olympus"}, "is not a time zone"),
        ({"FileExtension": "json"}, "must begin with a dot"),
    ],
)
def test_a_broken_rule_is_named(destination: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInputError, match=re.escape(message)):
        naming.check(destination)


@pytest.mark.parametrize(
    ("settings", "error_type", "expected"),
    [
        ({}, None, r"2018/08/27/10/out-3-2018-08-27-10-30-05-{uuid}"),
        ({"CompressionFormat": "GZIP"}, None, r"2018/08/27/10/out-3-2018-08-27-10-30-05-{uuid}\.gz"),
        ({"FileExtension": ".json"}, None, r"2018/08/27/10/out-3-2018-08-27-10-30-05-{uuid}\.json"),
        (
            {"CustomTimeZone": "Asia/Tokyo"},
            None,
            r"2018/08/27/19/out-3-2018-08-27-19-30-05-{uuid}",
        ),
        (
            {"CompressionFormat": "GZIP"},
            "decompression-failed",
            r"decompression-failed/2018/08/27/10/out-3-2018-08-27-10-30-05-{uuid}",
        ),
    ],
)
def test_an_object_is_named_by_stream_version_and_its_oldest_record(
    settings: dict[str, Any], error_type: str | None, expected: str
) -> None:
    destination = {"CompressionFormat": "UNCOMPRESSED", **settings}
    key = naming.object_key("out", "3", destination, WHEN.timestamp(), error_type)
    assert re.fullmatch(expected.replace("{uuid}", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), key)
