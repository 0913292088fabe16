"""Datasets of the course: generators (pure, deterministic) and loaders (bulk). Called through `runner`."""

from __future__ import annotations

from typing import Literal, get_args

DatasetName = Literal["rentio", "classicmodels", "dynamodb", "s3"]

#: In the order of loading.
DATASETS: tuple[DatasetName, ...] = get_args(DatasetName)

DEFAULT_SCALE, DEFAULT_SEED = 1, 42
