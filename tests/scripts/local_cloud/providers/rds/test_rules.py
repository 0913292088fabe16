"""The rules of what may be asked for, without any server."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from localstack.aws.api import CommonServiceException

from scripts.local_cloud.databases import parameters
from scripts.local_cloud.databases.model import ENGINES
from scripts.local_cloud.providers.rds import engines, paging, rules

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = 7 * 24 * 60


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


@given(
    begin=st.integers(0, 1439),
    length=st.integers(30, 240),
    start=st.integers(0, _WEEK - 1),
    duration=st.integers(30, 240),
)
def test_windows_are_refused_exactly_when_they_share_a_minute(
    begin: int, length: int, start: int, duration: int
) -> None:
    end = (start + duration) % _WEEK
    backup = f"{_clock(begin)}-{_clock(begin + length)}"
    maintenance = f"{_DAYS[start // 1440]}:{_clock(start % 1440)}-{_DAYS[end // 1440]}:{_clock(end % 1440)}"
    backup_minutes = {(day * 1440 + begin + minute) % _WEEK for day in range(7) for minute in range(length)}
    shared = any((start + minute) % _WEEK in backup_minutes for minute in range(duration))
    if shared:
        with pytest.raises(CommonServiceException, match="must not overlap"):
            rules.windows(backup, maintenance)
    else:
        rules.windows(backup, maintenance)


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("a", True),
        ("sourcelab-mysql", True),
        ("A1-b", True),
        ("1a", False),
        ("a-", False),
        ("a--b", False),
        ("a_b", False),
        ("", False),
        ("a" * 64, False),
    ],
)
def test_an_identifier_follows_awss_rule(name: str, valid: bool) -> None:
    if valid:
        assert rules.identifier("DBInstanceIdentifier", name) == name.lower()
    else:
        with pytest.raises(CommonServiceException, match="not a valid identifier"):
            rules.identifier("DBInstanceIdentifier", name)


@pytest.mark.parametrize(
    ("asked", "present", "expected"),
    [
        ({"AllocatedStorage": 20}, {}, {"StorageType": "gp2", "StorageThroughput": 0}),
        (
            {"AllocatedStorage": 20, "StorageType": "gp3"},
            {},
            {"StorageType": "gp3", "Iops": 3000, "StorageThroughput": 125},
        ),
        (
            {"AllocatedStorage": 400},
            {"StorageType": "gp3", "AllocatedStorage": 20, "Iops": 3000, "StorageThroughput": 125},
            {"StorageType": "gp3", "Iops": 12000, "StorageThroughput": 500},
        ),
        (
            {"AllocatedStorage": 100, "Iops": 1000},
            {},
            {"StorageType": "io1", "Iops": 1000, "StorageThroughput": 0},
        ),
    ],
)
def test_storage_gets_the_iops_and_throughput_that_aws_gives_it(
    asked: dict[str, Any], present: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert rules.storage("mysql", asked, present) == expected | {
        "AllocatedStorage": asked["AllocatedStorage"]
    }


@pytest.mark.parametrize(
    ("asked", "present"),
    [
        ({"AllocatedStorage": 19}, {}),
        ({"AllocatedStorage": 20, "StorageType": "gp9"}, {}),
        ({"AllocatedStorage": 20, "StorageType": "gp3", "Iops": 4000}, {}),
        ({"AllocatedStorage": 20, "StorageType": "gp2", "Iops": 4000}, {}),
        ({"AllocatedStorage": 100, "StorageType": "io1"}, {}),
        ({"AllocatedStorage": 30}, {"StorageType": "gp2", "AllocatedStorage": 40}),
        ({"AllocatedStorage": 41}, {"StorageType": "gp2", "AllocatedStorage": 40}),
        ({}, {}),
    ],
)
def test_storage_that_aws_does_not_sell_is_refused(asked: dict[str, Any], present: dict[str, Any]) -> None:
    with pytest.raises(CommonServiceException):
        rules.storage("mysql", asked, present)


def test_a_major_version_becomes_its_newest_minor_version_and_a_full_one_stays() -> None:
    assert engines.resolve("postgres", "16").startswith("16.")
    assert engines.resolve("mysql", "8.0") == engines.VERSIONS["mysql"]["8.0"][-1]
    assert engines.resolve("mysql", "8.0.40") == "8.0.40"
    with pytest.raises(CommonServiceException, match=r"Cannot find version 9\.9 for mysql"):
        engines.resolve("mysql", "9.9")


def test_every_version_on_offer_has_a_parameter_group_family() -> None:
    for engine in ENGINES:
        for major, minors in engines.VERSIONS[engine].items():
            for version in minors:
                family = engines.family_of(engine, version)
                assert family == engine + major
                assert parameters.catalogue(family)


def test_an_upgrade_leads_to_newer_versions_only() -> None:
    targets = dict(engines.upgrades("postgres", "16.4"))
    assert targets["16.6"] is False
    assert targets["17.4"] is True
    assert "16.3" not in targets
    assert "16.4" not in targets


@given(count=st.integers(0, 60), size=st.integers(20, 100), gone=st.integers(0, 59))
def test_pages_show_every_item_once_even_when_one_goes_between_two_pages(
    count: int, size: int, gone: int
) -> None:
    items = [f"{index:03}" for index in range(count)]
    shown: list[str] = []
    request: dict[str, Any] = {"MaxRecords": size}
    while True:
        answer = paging.page(request, items, str, "Items")
        shown += answer["Items"]
        if "Marker" not in answer:
            break
        request["Marker"] = answer["Marker"]
        items = [item for item in items if item != f"{gone:03}" or item in shown]
    assert shown == sorted(set(shown))
    assert set(items) <= set(shown)
