"""Names as people say them, and arguments of a job."""

from __future__ import annotations

import pytest

from scripts.analytics import names
from scripts.errors import BadInputError

JOBS = ("sourcelab-star-schema", "sourcelab-other", "other")


def test_a_name_is_found_with_its_prefix_and_without() -> None:
    assert names.find("star-schema", JOBS, "sourcelab", "job") == "sourcelab-star-schema"
    assert names.find("sourcelab-star-schema", JOBS, "sourcelab", "job") == "sourcelab-star-schema"


def test_a_name_as_it_stands_goes_before_one_with_the_prefix() -> None:
    assert names.find("other", JOBS, "sourcelab", "job") == "other"


def test_a_name_that_is_none_is_told_with_those_that_are_near() -> None:
    with pytest.raises(BadInputError, match="sourcelab-star-schema"):
        names.find("star-shema", JOBS, "sourcelab", "job")


def test_where_there_is_nothing_it_is_said_what_makes_it() -> None:
    with pytest.raises(BadInputError, match="make apply"):
        names.find("star-schema", (), "sourcelab", "job")


def test_arguments_get_the_hyphens_that_glue_wants_and_keep_what_stands_behind_the_first_sign() -> None:
    assert names.arguments(["target_path=s3://b/p?a=1", "--x="]) == {
        "--target_path": "s3://b/p?a=1",
        "--x": "",
    }
