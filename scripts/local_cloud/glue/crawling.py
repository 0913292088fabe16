"""A crawl under way, as a process of its own."""

from __future__ import annotations

import json
from typing import Any

from scripts.local_cloud.glue.work import Keys, Place, Work

GROUP = "/aws-glue/crawlers"


class Crawling(Work):
    """A crawl under way.

    Parameters
    ----------
    crawler
        As the API describes it.
    """

    def __init__(self, place: Place, crawler: dict[str, Any], crawl_id: str) -> None:
        super().__init__(place)
        self._crawler, self._id = crawler, crawl_id
        #: What it did to the catalog, when it has ended: ``created``, ``updated``, ``deleted``.
        self.changes: dict[str, int] = {}

    def command(self, _keys: Keys) -> tuple[list[str], dict[str, str]]:
        """The crawl's own module."""
        order = self.place.folder / "crawler.json"
        order.write_text(json.dumps(self._crawler, default=str))
        return ["-m", f"{__package__}.crawl", str(order), str(self.report)], {"LAB_CRAWL_ID": self._id}

    def log_streams(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """One stream, named by the crawler."""
        stream = (GROUP, self._crawler["Name"])
        return stream, stream

    def failure(self, code: int) -> str:
        """What could not be read or written."""
        return str(self._told().get("error") or super().failure(code))

    def take_changes(self) -> None:
        """Read what the process says that it did."""
        told = self._told()
        self.changes = {key: int(told.get(key) or 0) for key in ("created", "updated", "deleted")}

    def _told(self) -> dict[str, Any]:
        try:
            told: dict[str, Any] = json.loads(self.report.read_text())
        except (OSError, ValueError):
            return {}
        return told
