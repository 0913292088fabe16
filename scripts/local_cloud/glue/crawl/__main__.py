"""The process of a crawl: ``python -m scripts.local_cloud.glue.crawl ORDER REPORT``, both JSON files.

ORDER is the crawler as the API describes it; REPORT says how many tables were created, updated and deleted,
and what could not be read.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from scripts.local_cloud.glue.crawl import layout
from scripts.local_cloud.glue.crawl.catalog import BY_CRAWLER, Catalog, Policy, name_of
from scripts.local_cloud.glue.crawl.files import Objects
from scripts.local_cloud.glue.process import end_with_parent, reason


class Crawl:
    """One crawl of one crawler."""

    def __init__(self, crawler: dict[str, Any]) -> None:
        config = Config(s3={"addressing_style": "path"})
        self._s3: Any = boto3.client("s3", config=config)
        self._glue: Any = boto3.client("glue")
        self._crawler = crawler
        configuration = json.loads(crawler.get("Configuration") or "{}")
        grouping = configuration.get("Grouping") or {}
        self._level = grouping.get("TableLevelConfiguration")
        self._combine = grouping.get("TableGroupingPolicy") == "CombineCompatibleSchemas"
        output = configuration.get("CrawlerOutput") or {}
        changes = crawler["SchemaChangePolicy"]
        self._policy = Policy(
            update=changes["UpdateBehavior"],
            delete=changes["DeleteBehavior"],
            merge=(output.get("Tables") or {}).get("AddOrUpdateBehavior") == "MergeNewColumns",
            inherit=(output.get("Partitions") or {}).get("AddOrUpdateBehavior") == "InheritFromTable",
            new_only=crawler["RecrawlPolicy"]["RecrawlBehavior"] == "CRAWL_NEW_FOLDERS_ONLY",
        )
        self.problems: list[str] = []
        self.catalogs: list[Catalog] = []

    def run(self) -> None:
        """Crawl every target."""
        targets = self._crawler["Targets"]
        if paths := targets.get("S3Targets"):
            self._crawl_paths(paths)
        for target in targets.get("CatalogTargets") or ():
            self._crawl_tables(target["DatabaseName"], target["Tables"])

    def _catalog(self, database: str) -> Catalog:
        made = Catalog(self._glue, self._crawler["Name"], database, self._policy, _say)
        self.catalogs.append(made)
        return made

    def _crawl_paths(self, targets: list[dict[str, Any]]) -> None:
        catalog = self._catalog(self._crawler["DatabaseName"])
        seen, roots = set(), []
        for target in targets:
            objects = Objects(self._s3, target["Path"], target.get("Exclusions") or ())
            _say(f"Crawling {objects.url(objects.root)}")
            problems: list[str] = []
            files = list(objects.files(problems))
            self._tell(problems)
            for found in layout.tables(files, objects.root, self._level, combine=self._combine):
                location = objects.url(found.location)
                wanted = name_of(location, self._crawler.get("TablePrefix") or "")
                seen.add(catalog.write(found, location, wanted, objects.url))
            # What a broken file would have belonged to may seem empty: nothing is called gone then.
            if not problems:
                roots.append(objects.url(objects.root))
        for name, table in catalog.tables().items():
            location = (table.get("StorageDescriptor") or {}).get("Location", "")
            ours = (table.get("Parameters") or {}).get(BY_CRAWLER) == self._crawler["Name"]
            if ours and name not in seen and any(location.startswith(root) for root in roots):
                catalog.gone(table)

    def _crawl_tables(self, database: str, names: list[str]) -> None:
        """Look at the files of tables that are there, wherever the catalog says that they lie."""
        catalog = self._catalog(database)
        there = catalog.tables()
        for name in names:
            table = there.get(name.lower())
            if table is None:
                self._tell([f"Table {database}.{name} is not in the catalog"])
                continue
            location = table["StorageDescriptor"].get("Location", "")
            objects = Objects(self._s3, location)
            _say(f"Crawling {location} of table {name}")
            problems: list[str] = []
            files = list(objects.files(problems))
            self._tell(problems)
            if problems or not files:
                if not problems:
                    _say(f"There are no files of table {name}")
                continue
            # One table, whatever its folders are like.
            root = objects.root
            found = layout.tables(files, root, root.count("/") + 1, combine=True)
            catalog.refresh(table, found[0], objects.url)

    def _tell(self, problems: list[str]) -> None:
        for each in problems:
            _say(f"ERROR: {each}")
        self.problems += problems


def _say(text: str) -> None:
    sys.stdout.write(f"[{os.environ['LAB_CRAWL_ID']}] {text}\n")
    sys.stdout.flush()


def main(order: Path, report: Path) -> int:
    """Crawl; the exit code."""
    crawl = Crawl(json.loads(order.read_text()))
    error = ""
    try:
        crawl.run()
    except (ClientError, BotoCoreError, RuntimeError) as refused:
        error = reason(refused)
        _say(f"ERROR: {error}")
    changes = [each.changes for each in crawl.catalogs]
    document = {
        "created": sum(len(each.created) for each in changes),
        "updated": sum(len(each.updated) for each in changes),
        "deleted": sum(len(each.deleted) for each in changes),
        "error": error or "; ".join(crawl.problems),
    }
    report.write_text(json.dumps(document))
    return 1 if document["error"] else 0


if __name__ == "__main__":
    end_with_parent()
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
