"""One health check of one target: a real connection, a real request, within the time that is given."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})\b")


@dataclass(frozen=True)
class Settings:
    """How a target is checked.

    Attributes
    ----------
    protocol
        ``HTTP``, ``HTTPS`` or ``TCP``.
    host, port, path
        Where; the path is not used with TCP.
    codes
        HTTP codes of a healthy answer, as ``200-299,301``.
    interval, timeout
        Seconds.
    to_healthy, to_unhealthy
        Checks in a row after which a target's health changes.
    application
        The load balancer is an application one: one passed check makes a new target healthy, and AWS says why
        a check failed.
    """

    protocol: str
    host: str
    port: int
    path: str
    codes: str
    interval: int
    timeout: int
    to_healthy: int
    to_unhealthy: int
    application: bool


@dataclass(frozen=True)
class Failed:
    """AWS's reason code for a failed check, and its description."""

    reason: str
    description: str


#: What AWS says of a connection that is refused or broken, and of an answer that is none.
NO_ANSWER = Failed("Target.FailedHealthChecks", "Health checks failed")
TIMED_OUT = Failed("Target.Timeout", "Request timed out")


async def check(settings: Settings) -> Failed | None:
    """Make one check; None when it is passed."""
    try:
        async with asyncio.timeout(settings.timeout):
            failed = await (_connect(settings) if settings.protocol == "TCP" else _request(settings))
    except TimeoutError:
        failed = TIMED_OUT
    except (OSError, ValueError, asyncio.IncompleteReadError):
        failed = NO_ANSWER
    if failed and not settings.application:
        return NO_ANSWER
    return failed


async def _connect(settings: Settings) -> None:
    _, writer = await asyncio.open_connection(settings.host, settings.port)
    await _close(writer)


async def _request(settings: Settings) -> Failed | None:
    reader, writer = await asyncio.open_connection(
        settings.host, settings.port, ssl=_unverified() if settings.protocol == "HTTPS" else None
    )
    try:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        writer.write(
            f"GET {settings.path} HTTP/1.1\r\nHost: {host}:{settings.port}\r\nConnection: close\r\n"
            "User-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: gzip, compressed\r\n\r\n".encode()
        )
        await writer.drain()
        answer = _STATUS_LINE.match(await reader.readline())
    finally:
        await _close(writer)
    if answer is None:
        return NO_ANSWER
    code = int(answer.group(1))
    if healthy(code, settings.codes):
        return None
    return Failed("Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{code}]")


async def _close(writer: asyncio.StreamWriter) -> None:
    # Not awaited to its end: a target that does not close its side is none the less answered.
    writer.close()
    await asyncio.sleep(0)


def healthy(code: int, codes: str) -> bool:
    """Whether a matcher such as ``200-299,301`` has the code."""
    for part in codes.split(","):
        first, _, last = part.partition("-")
        if int(first) <= code <= int(last or first):
            return True
    return False


def _unverified() -> ssl.SSLContext:
    """A load balancer does not verify its targets' certificates."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
