"""From a query's start to its end: its slot, its process, and what it leaves in S3."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from boto3.exceptions import S3UploadFailedError
from localstack.aws.api import CommonServiceException

from scripts.local_cloud.athena.kinds import result_name
from scripts.local_cloud.providers.athena.history import Execution, folder
from scripts.local_cloud.providers.athena.result_metadata import encoded

LOG = logging.getLogger(__name__)

_CUT = "Query cancelled! : Bytes scanned limit was exceeded"

#: How many queries run at a time; others wait.
_slots = threading.BoundedSemaphore(max(2, psutil.cpu_count() or 2))


def carry_out(execution: Execution, job: dict[str, Any], cutoff: int | None, own: Path, store: Any) -> None:
    """Run a query to its end, in a thread of its own, when there is a slot for it."""
    submitted = time.monotonic()
    try:
        with _slots:
            queued = time.monotonic()
            if execution.move("RUNNING"):
                _finish(execution, execution.runner.run(job, cutoff), job, store, queued - submitted)
    except Exception:
        LOG.exception("Athena query %s", job["query_id"])
        execution.move("FAILED", "GENERIC_INTERNAL_ERROR: The local cloud failed; its log says why")
    finally:
        execution.runner.release()
        shutil.rmtree(own, ignore_errors=True)


def _finish(
    execution: Execution, answer: dict[str, Any], job: dict[str, Any], store: Any, queued: float
) -> None:
    statistics = execution.record["Statistics"]
    statistics["QueryQueueTimeInMillis"] = round(queued * 1000)
    statistics["DataScannedInBytes"] = answer.get("scanned", answer.get("cut", 0))
    started = execution.record["Status"]["SubmissionDateTime"]

    def timed() -> None:
        total = round((datetime.now(UTC) - started).total_seconds() * 1000)
        ran = round(answer.get("seconds", 0) * 1000)
        statistics["EngineExecutionTimeInMillis"] = ran
        statistics["TotalExecutionTimeInMillis"] = total
        statistics["ServiceProcessingTimeInMillis"] = max(0, total - ran - round(queued * 1000))

    timed()
    if "cut" in answer:
        execution.move("CANCELLED", _CUT)
    elif "died" in answer:
        execution.move(
            "FAILED",
            "GENERIC_INTERNAL_ERROR: The query's process ended without an answer "
            f"(code {answer['died']}); see log/athena.log",
            {
                "ErrorCategory": 1,
                "ErrorType": 100,
                "Retryable": True,
                "ErrorMessage": "The query's process ended",
            },
        )
    elif "failed" in answer:
        execution.move("FAILED", answer["reason"], answer["failed"])
    elif changed := execution.runner.changed():
        execution.move("FAILED", f"HIVE_CURSOR_ERROR: Object was changed while it was read: {changed}")
    else:
        try:
            _keep(execution, answer["done"], job, store)
        except CommonServiceException as why:
            execution.move("FAILED", f"Insufficient permissions to execute the query. {why.message}")
            return
        except (S3UploadFailedError, OSError) as why:
            execution.move("FAILED", f"GENERIC_INTERNAL_ERROR: The results could not be stored: {why}")
            return
        timed()
        execution.move("SUCCEEDED")


def _keep(execution: Execution, done: dict[str, Any], job: dict[str, Any], store: Any) -> None:
    """Put the results where AWS puts them, and what the statement was."""
    record, output = execution.record, job["output"]
    if done["kind"]:
        record["SubstatementType"] = done["kind"]
    execution.columns, execution.rows = done["columns"], done["rows"]
    place = f"{output}{result_name(job['query_id'], record['SubstatementType'])}"
    folder_of = Path(done["result"]).parent if done["result"] else folder() / job["query_id"]
    if done["manifest"] is not None:
        if done["manifest"]:
            manifest = folder_of / "manifest.csv"
            manifest.write_text("".join(f"{each}\n" for each in done["manifest"]), encoding="utf-8")
            execution.runner.put(manifest, f"{place}-manifest.csv")
            record["Statistics"]["DataManifestLocation"] = f"{place}-manifest.csv"
        execution.manifest = done["manifest"]
    else:
        result = Path(done["result"]) if done["result"] else folder_of / "nothing.txt"
        result.touch()
        execution.result = place
        execution.runner.put(result, place)
    if done["columns"]:
        name = {"CREATE_TABLE_AS_SELECT": "CREATE TABLE"}.get(record["SubstatementType"])
        update = name or record["SubstatementType"], execution.rows
        metadata = folder_of / "metadata"
        metadata.write_bytes(
            encoded(job["query_id"], done["columns"], None if execution.manifest is None else update)
        )
        execution.runner.put(metadata, f"{place}.metadata")
    prepared = store.prepared.setdefault(record["WorkGroup"], {})
    if done["prepare"]:
        name, text = done["prepare"]
        prepared[name] = {
            "StatementName": name,
            "QueryStatement": text,
            "WorkGroupName": record["WorkGroup"],
            "LastModifiedTime": datetime.now(UTC),
        }
    if done["deallocate"]:
        prepared.pop(done["deallocate"], None)
