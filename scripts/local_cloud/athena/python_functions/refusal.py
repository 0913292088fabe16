"""How such a function fails."""

from __future__ import annotations

from scripts.local_cloud.athena.values import END, MARK

#: The last reason that was something not supported here, until it is emptied: TRY makes NULL of it.
UNSUPPORTED: list[str] = []


class Refusal(Exception):
    """A function cannot be carried out on a value; the reason is ``NAME: message``."""

    def __init__(self, reason: str) -> None:
        if reason.startswith("NOT_SUPPORTED"):
            UNSUPPORTED[:] = [reason]
        super().__init__(f"{MARK}{reason}{END}")


def argument(message: str) -> Refusal:
    return Refusal(f"INVALID_FUNCTION_ARGUMENT: {message}")
