"""A learner's lake: a bucket and databases of the catalog that are theirs alone, asked with Athena's SQL."""

from scripts.labs.lake.lake import Lake

__all__ = ["Lake"]
