"""Names of time zones."""

from __future__ import annotations

import re
import zoneinfo
from functools import cache

from scripts.local_cloud.athena.errors import QueryFailedError

#: What Trino calls UTC.
_UTC = frozenset(
    {"utc", "z", "ut", "uct", "gmt", "gmt0", "greenwich", "universal", "zulu", "+00:00", "-00:00", "etc/utc",
     "etc/gmt", "etc/uct", "etc/universal", "etc/zulu", "etc/greenwich", "etc/gmt0"}
)  # fmt: skip


@cache
def _known() -> set[str]:
    return zoneinfo.available_timezones()


def zone_named(name: str) -> str:
    """The zone of this name, or of this offset, as Trino writes it.

    Raises
    ------
    QueryFailedError
        There is none.
    """
    if name.lower() in _UTC:
        return "UTC"
    offset = re.fullmatch(r"[+-](\d{2}):(\d{2})", name)
    if (offset and int(offset[1]) <= 14 and int(offset[2]) < 60) or name in _known():
        return name
    raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", f"'{name}' is not a valid time zone")
