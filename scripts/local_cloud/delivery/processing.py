"""From records to the bytes of objects: processors, joining, compression; pure."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Processors that are carried out here; the others are refused when a delivery stream is made.
PROCESSORS = ("Decompression", "CloudWatchLogProcessing", "AppendDelimiterToRecord")
COMPRESSIONS = ("UNCOMPRESSED", "GZIP", "ZIP")

#: The firehose:error-output-type of each processor's failures.
ERROR_TYPES = {
    "Decompression": "decompression-failed",
    "CloudWatchLogProcessing": "processing-failed",
}


@dataclass(frozen=True)
class Record:
    """One record; `arrived` in seconds since 1970."""

    data: bytes
    arrived: float


@dataclass(frozen=True)
class Failure:
    """A record that a processor could not process."""

    record: Record
    error_type: str
    code: str
    message: str


class _UnprocessableError(Exception):
    def __init__(self, processor: str, code: str, message: str) -> None:
        super().__init__(message)
        self.error_type = ERROR_TYPES[processor]
        self.code = code
        self.message = message


def process(records: Iterable[Record], destination: Mapping[str, Any]) -> tuple[list[bytes], list[Failure]]:
    """Apply the destination's processors to each record; what came out, and what failed."""
    done, failed = [], []
    steps = _steps(destination)
    for record in records:
        try:
            data = record.data
            for step, parameters in steps:
                data = _APPLIED[step](data, parameters)
                if step == "CloudWatchLogProcessing" and not data:
                    break
        except _UnprocessableError as reason:
            failed.append(Failure(record, reason.error_type, reason.code, reason.message))
        else:
            done.append(data)
    return done, failed


def _steps(destination: Mapping[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """The processors in AWS's order, whichever they are named in."""
    configuration = destination.get("ProcessingConfiguration") or {}
    if not configuration.get("Enabled"):
        return []
    named = {
        each["Type"]: {
            parameter["ParameterName"]: parameter["ParameterValue"]
            for parameter in each.get("Parameters") or ()
        }
        for each in configuration.get("Processors") or ()
    }
    return [(step, named[step]) for step in PROCESSORS if step in named]


def _decompressed(data: bytes, _parameters: Mapping[str, str]) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as damaged:
        raise _UnprocessableError(
            "Decompression",
            "Decompression.InvalidData",
            f"The record could not be decompressed as GZIP: {damaged}",
        ) from damaged


def _messages(data: bytes, parameters: Mapping[str, str]) -> bytes:
    """The messages of a CloudWatch Logs subscription's record, a line each; its control messages vanish."""
    if parameters.get("DataMessageExtraction", "false").lower() != "true":
        return data
    try:
        content = json.loads(data)
        if content["messageType"] == "CONTROL_MESSAGE":
            return b""
        return "".join(f"{event['message']}\n" for event in content["logEvents"]).encode()
    except (ValueError, KeyError, TypeError) as damaged:
        raise _UnprocessableError(
            "CloudWatchLogProcessing",
            "CloudWatchLogProcessing.InvalidData",
            "The record is not one of a CloudWatch Logs subscription.",
        ) from damaged


def _delimited(data: bytes, parameters: Mapping[str, str]) -> bytes:
    return data + parameters.get("Delimiter", "\\n").encode().decode("unicode_escape").encode("latin-1")


_APPLIED = {
    "Decompression": _decompressed,
    "CloudWatchLogProcessing": _messages,
    "AppendDelimiterToRecord": _delimited,
}


def joined(parts: Sequence[bytes], compression: str, name: str) -> bytes:
    """The content of an object: the parts one after the other, nothing between them.

    The same parts give the same bytes at any time. `name` is the object's, for the entry of a ZIP archive.
    """
    content = b"".join(parts)
    if compression == "GZIP":
        return gzip.compress(content, compresslevel=6, mtime=0)
    if compression == "ZIP":
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(
                zipfile.ZipInfo(name.rpartition("/")[2].removesuffix(".zip")), content, zipfile.ZIP_DEFLATED
            )
        return archive.getvalue()
    return content


def described(failures: Iterable[Failure], ended: float) -> bytes:
    """Failed records as AWS writes them: a JSON document a line, the record itself as base64.

    Source: developer guide, "Handle failure in data transformation".
    """
    lines = [
        {
            "attemptsMade": 1,
            "arrivalTimestamp": int(failure.record.arrived * 1000),
            "errorCode": failure.code,
            "errorMessage": failure.message,
            "attemptEndingTimestamp": int(ended * 1000),
            "rawData": base64.b64encode(failure.record.data).decode(),
        }
        for failure in failures
    ]
    return "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines).encode()
