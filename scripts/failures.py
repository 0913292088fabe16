"""What went wrong, in words: every exception that may end a command, as an error that a user understands.

Code that knows where and why raises a typed error itself. Here is what can happen anywhere: AWS, a database
or the local cloud that goes away in the middle of work, a disk that fills up, a folder that is closed. What
nobody foresaw is kept with its trace in a file, for whoever will repair it.
"""

from __future__ import annotations

import errno
import os
import shlex
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import filelock
import psycopg
import pymysql
from botocore import exceptions as aws

from scripts.errors import BadInputError, LabError, MissingError, RemoteError

_NO_CREDENTIALS = (
    aws.NoCredentialsError,
    aws.PartialCredentialsError,
    aws.CredentialRetrievalError,
    aws.TokenRetrievalError,
    aws.UnauthorizedSSOTokenError,
    aws.SSOTokenLoadError,
)

#: AWS's codes for keys that it does not, or no longer, accept.
_REFUSED_KEYS = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"}
)

_CREDENTIALS_HINT = "Give them as to any AWS tool, such as: export AWS_PROFILE=NAME, or `aws sso login`."

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)


def explain(error: Exception) -> LabError | None:
    """The error of a library as one of ours; None for what is nobody's fault but the program's."""
    if isinstance(error, aws.ClientError | aws.BotoCoreError):
        return _of_aws(error)
    if isinstance(error, pymysql.MySQLError | psycopg.Error):
        return _of_a_database(error)
    if isinstance(error, filelock.Timeout):
        return MissingError(
            f"Another `lab` or `make` command holds {error.lock_file}.",
            "Wait until it has ended, then run this one again.",
        )
    return _of_the_system(error) if isinstance(error, OSError) else None


def keep(error: Exception, folder: Path) -> Path | None:
    """Append the error with its trace to ``crash.log`` in the folder; None where that cannot be written."""
    file = folder / "crash.log"
    when = datetime.now(UTC).isoformat(timespec="seconds")
    trace = "".join(traceback.format_exception(error))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "a") as log:
            log.write(f"{when} {shlex.join(sys.argv)}\n{trace}\n")
    except OSError:
        return None
    return file


def _of_aws(error: aws.ClientError | aws.BotoCoreError) -> LabError:
    if isinstance(error, aws.ClientError):
        refused = error.response.get("Error", {}).get("Code") in _REFUSED_KEYS
        return RemoteError(f"AWS answered with an error: {error}", _CREDENTIALS_HINT if refused else "")
    if isinstance(error, aws.ProfileNotFound | aws.InvalidRegionError):
        return BadInputError(f"{error}.".replace("..", "."), "See AWS_PROFILE and AWS_REGION.")
    if isinstance(error, _NO_CREDENTIALS):
        return MissingError(f"There are no AWS credentials that can be used: {error}", _CREDENTIALS_HINT)
    if isinstance(error, aws.ConnectionError | aws.HTTPClientError):
        if "//127.0.0.1:" in str(error):
            return MissingError(
                "The local cloud does not answer.",
                "`lab status` says what is down. Start it: make apply",
            )
        return MissingError(f"AWS cannot be reached: {error}", "Is there a network? See AWS_REGION.")
    return RemoteError(f"AWS answered with an error: {error}")


def _of_a_database(error: pymysql.MySQLError | psycopg.Error) -> LabError:
    said = str(error.args[-1]).strip() if error.args else type(error).__name__
    return RemoteError(
        f"The database answered with an error: {said}",
        "`lab status` says whether it is up: one that died is started again by itself, with its data.",
    )


def _of_the_system(error: OSError) -> LabError:
    where = error.filename or "a file"
    reason = error.strerror or str(error)
    if error.errno in _NO_SPACE:
        return MissingError(
            f"No space is left for {where}." if error.filename else "No space is left on a disk.",
            "Free some disk space (`df -h` shows where there is none), then run the command again.",
        )
    if error.errno in _CLOSED:
        return MissingError(
            f"{where} cannot be used: {reason}.",
            "Make it yours, or name another folder in LAB_LOCAL_DIR.",
        )
    return MissingError(f"{where}: {reason}.", "`lab status` says what is there and what is not.")
