"""The servers' log files, listed and downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from localstack.aws.api import RequestContext

from scripts.local_cloud.databases.model import LogFile, ServerNotFoundError
from scripts.local_cloud.providers.framework import Operations, Request, Response, error
from scripts.local_cloud.providers.rds.faults import instance_not_found, instance_state, invalid_value
from scripts.local_cloud.providers.rds.model import LOCK, DBInstance, store
from scripts.local_cloud.providers.rds.paging import filters, page
from scripts.local_cloud.providers.rds.tasks import servers

#: Bytes of one portion: AWS sends up to 1 MiB.
PORTION = 1 << 20


def register(operations: Operations) -> None:
    """Add the operations on log files."""
    operations.real("DescribeDBLogFiles")(_describe)
    operations.real("DownloadDBLogFilePortion")(_download)


def _describe(context: RequestContext, request: Request) -> Response:
    filters(request, ())
    files = sorted(_files(_instance(context, request)), key=lambda file: file.name)
    shown = [
        {"LogFileName": file.name, "LastWritten": int(file.last_written * 1000), "Size": file.size}
        for file in files
        if (request.get("FilenameContains") or "") in file.name
        and file.last_written * 1000 >= (request.get("FileLastWritten") or 0)
        and file.size >= (request.get("FileSize") or 0)
    ]
    return page(request, shown, lambda file: str(file["LogFileName"]), "DescribeDBLogFiles", smallest=1)


def _download(context: RequestContext, request: Request) -> Response:
    instance = _instance(context, request)
    name = request["LogFileName"]
    # Only what is listed can be read: a name with ".." is not.
    if name not in {file.name for file in _files(instance)}:
        raise error("DBLogFileNotFoundFault", f"DBLog File: {name}, is not found on the DB instance", 404)
    path = servers().status(instance.resource_id).log_dir / name
    size = path.stat().st_size
    lines = request.get("NumberOfLines")
    marker = request.get("Marker")
    if marker in (None, "0") and (lines is None or marker == "0"):
        start = 0
    elif marker is None:
        start = _last_lines(path, size, int(lines or 0))
    else:
        start = _position(str(marker), size)
    end = min(size, start + PORTION)
    with path.open("rb") as file:
        file.seek(start)
        data = file.read(end - start)
    if lines is not None:
        data = b"".join(data.splitlines(keepends=True)[: int(lines)])
    elif start + len(data) < size:
        # Never half a line, and so never half a character, unless a line is longer than a portion.
        data = data[: data.rfind(b"\n") + 1] or data
    after = start + len(data)
    return {
        "LogFileData": data.decode("utf-8", "replace"),
        "Marker": f"0:{after}",
        "AdditionalDataPending": after < size,
    }


def _instance(context: RequestContext, request: Request) -> DBInstance:
    name = request["DBInstanceIdentifier"].rsplit(":", 1)[-1].lower()
    with LOCK:
        instance = store(context).instances.get(name)
    if instance is None:
        raise instance_not_found(name)
    return instance


def _files(instance: DBInstance) -> Sequence[LogFile]:
    try:
        return servers().log_files(instance.resource_id)
    except ServerNotFoundError:
        raise instance_state(
            f"Instance {instance.identifier} has no server and so no log files; DescribeEvents says why."
        ) from None


def _position(marker: str, size: int) -> int:
    # AWS's marker is "<hour>:<offset>"; ours has no hours.
    offset = marker.rsplit(":", 1)[-1]
    if not (offset.isascii() and offset.isdigit() and int(offset) <= size):
        raise invalid_value(f"Invalid Marker: {marker}")
    return int(offset)


def _last_lines(path: Path, size: int, lines: int) -> int:
    """Where the last so many lines of a file begin, within one portion of its end."""
    if lines < 1:
        raise invalid_value(f"Invalid NumberOfLines: {lines}. Must be at least 1.")
    start = max(0, size - PORTION)
    with path.open("rb") as file:
        file.seek(start)
        found = file.read(size - start).splitlines(keepends=True)
    return size - sum(len(line) for line in found[-lines:])
