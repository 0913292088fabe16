"""The errors that reach a user: each says what is wrong, where, and what to do next.

Only ``scripts.cli`` turns them into a message and an exit code.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What a command's exit says to a shell."""

    DONE = 0
    NO = 1
    BAD_INPUT = 2
    MISSING = 3
    REMOTE = 4


class LabError(Exception):
    """Base of every error that a user may see.

    Parameters
    ----------
    what
        One sentence: what is wrong and where.
    hint
        What to do next, when there is something to do.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.REMOTE

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}\n{self.hint}" if self.hint else self.what


class BadInputError(LabError):
    """What the user gave cannot be right; says what was expected."""

    exit_code = ExitCode.BAD_INPUT


class MissingError(LabError):
    """Something that is needed is missing or did not start; says how to get it."""

    exit_code = ExitCode.MISSING


class RemoteError(LabError):
    """AWS, Terraform or a database answered with an error."""

    exit_code = ExitCode.REMOTE
