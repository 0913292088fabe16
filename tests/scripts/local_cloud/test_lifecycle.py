"""What is left of the local cloud on disk when it is removed."""

from __future__ import annotations

import pytest

from scripts.local_cloud.lifecycle import LocalCloud
from tests.conftest import own_settings


@pytest.mark.parametrize("name", ["athena", "glue"])
def test_what_a_killed_local_cloud_left_of_queries_and_job_runs_is_removed(name: str) -> None:
    with own_settings() as settings:
        left = settings.local_dir / name / "one" / "objects"
        left.mkdir(parents=True)
        (left / "0").write_text("rows")
        LocalCloud(settings).reset()
        assert not left.exists()
        left.mkdir(parents=True)
        LocalCloud(settings).remove()
        assert not settings.local_dir.exists()
