"""From records to the bytes of objects."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scripts.local_cloud.delivery import processing
from scripts.local_cloud.delivery.processing import Record


def with_processors(*processors: dict[str, Any], enabled: bool = True) -> dict[str, Any]:
    return {"ProcessingConfiguration": {"Enabled": enabled, "Processors": list(processors)}}


def processor(kind: str, **parameters: str) -> dict[str, Any]:
    named = [{"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()]
    return {"Type": kind, "Parameters": named}


@given(st.lists(st.binary()))
def test_records_are_joined_without_anything_between_them(parts: list[bytes]) -> None:
    records = [Record(part, 1.0) for part in parts]
    done, failed = processing.process(records, {})
    assert failed == []
    assert processing.joined(done, "UNCOMPRESSED", "key") == b"".join(parts)
    assert gzip.decompress(processing.joined(done, "GZIP", "key")) == b"".join(parts)


@given(st.lists(st.binary()))
def test_the_same_parts_give_the_same_bytes_in_every_compression(parts: list[bytes]) -> None:
    for compression in processing.COMPRESSIONS:
        assert processing.joined(parts, compression, "k") == processing.joined(parts, compression, "k")


def test_a_zip_archive_holds_one_file_of_the_objects_name() -> None:
    archive = zipfile.ZipFile(io.BytesIO(processing.joined([b"a", b"b"], "ZIP", "prefix/out-1.zip")))
    assert archive.namelist() == ["out-1"]
    assert archive.read("out-1") == b"ab"


def test_a_delimiter_is_appended_to_each_record() -> None:
    records = [Record(b"a", 1.0), Record(b"b", 1.0)]
    by_default = with_processors(processor("AppendDelimiterToRecord"))
    assert processing.process(records, by_default)[0] == [b"a\n", b"b\n"]
    named = with_processors(processor("AppendDelimiterToRecord", Delimiter="\\t|"))
    assert processing.process(records, named)[0] == [b"a\t|", b"b\t|"]


def test_processors_that_are_not_enabled_do_nothing() -> None:
    switched_off = with_processors(processor("AppendDelimiterToRecord"), enabled=False)
    assert processing.process([Record(b"a", 1.0)], switched_off)[0] == [b"a"]


def test_messages_are_taken_out_of_records_of_cloudwatch_logs() -> None:
    def log(kind: str, *messages: str) -> Record:
        content = {"messageType": kind, "logEvents": [{"id": "1", "message": each} for each in messages]}
        return Record(gzip.compress(json.dumps(content).encode()), 1.0)

    destination = with_processors(
        processor("AppendDelimiterToRecord"),
        processor("CloudWatchLogProcessing", DataMessageExtraction="true"),
        processor("Decompression", CompressionFormat="GZIP"),
    )
    records = [log("DATA_MESSAGE", "one", "two"), log("CONTROL_MESSAGE", "are you there?")]
    done, failed = processing.process(records, destination)
    assert (done[0], failed) == (b"one\ntwo\n\n", [])
    assert b"".join(done) == b"one\ntwo\n\n"


def test_what_cannot_be_processed_is_described_with_its_data() -> None:
    destination = with_processors(processor("Decompression"))
    good, bad = Record(gzip.compress(b"good"), 1.0), Record(b"\x1f\x8bbad", 2.5)
    done, failed = processing.process([good, bad], destination)
    assert done == [b"good"]
    (line,) = processing.described(failed, 4.0).splitlines()
    described = json.loads(line)
    assert base64.b64decode(described.pop("rawData")) == bad.data
    assert described["errorMessage"]
    assert described == {
        "attemptsMade": 1,
        "arrivalTimestamp": 2500,
        "errorCode": "Decompression.InvalidData",
        "errorMessage": described["errorMessage"],
        "attemptEndingTimestamp": 4000,
    }
    assert failed[0].error_type == "decompression-failed"
