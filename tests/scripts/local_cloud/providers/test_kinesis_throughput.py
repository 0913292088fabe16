"""What a shard takes and gives, on a clock of the test's own."""

from __future__ import annotations

import pytest

from scripts.local_cloud.providers.kinesis import throughput
from scripts.local_cloud.providers.kinesis.throughput import (
    BYTES_READ_A_SECOND,
    BYTES_WRITTEN_A_SECOND,
    READS_A_SECOND,
    RECORDS_A_SECOND,
    reading,
    writing,
)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(throughput.time, "monotonic", lambda: now[0])
    return now


def test_a_second_s_worth_of_records_is_taken_at_once_and_then_as_time_passes(clock: list[float]) -> None:
    allowance = writing()
    assert sum(allowance.take(10) for _ in range(3 * RECORDS_A_SECOND)) == RECORDS_A_SECOND
    clock[0] += 0.25
    assert sum(allowance.take(10) for _ in range(3 * RECORDS_A_SECOND)) == RECORDS_A_SECOND // 4


def test_bytes_count_as_well_as_records(clock: list[float]) -> None:
    allowance = writing()
    assert sum(allowance.take(BYTES_WRITTEN_A_SECOND // 8) for _ in range(20)) == 8
    clock[0] += 0.5
    assert sum(allowance.take(BYTES_WRITTEN_A_SECOND // 8) for _ in range(20)) == 4


def test_nothing_is_saved_up_beyond_a_second(clock: list[float]) -> None:
    allowance = writing()
    clock[0] += 3_600
    assert sum(allowance.take(10) for _ in range(3 * RECORDS_A_SECOND)) == RECORDS_A_SECOND


def test_a_clock_that_begins_anew_takes_nothing_away(clock: list[float]) -> None:
    allowance = writing()
    clock[0] = 1.0
    assert allowance.take(10)
    clock[0] += 1.0
    assert allowance.take(BYTES_WRITTEN_A_SECOND)


def test_a_shard_is_read_five_times_a_second(clock: list[float]) -> None:
    allowance = reading()
    assert sum(allowance.take(0) for _ in range(20)) == READS_A_SECOND
    clock[0] += 0.2
    assert [allowance.take(0), allowance.take(0)] == [True, False]


def test_after_a_read_of_ten_mib_the_next_waits_for_five_seconds(clock: list[float]) -> None:
    allowance = reading()
    whole = 5 * BYTES_READ_A_SECOND
    assert allowance.take(whole)
    clock[0] += 4.9
    assert not allowance.take(whole)
    clock[0] += 0.1
    assert allowance.take(whole)


def test_smaller_reads_share_two_mib_a_second(clock: list[float]) -> None:
    allowance = reading()
    quarter = BYTES_READ_A_SECOND // 4
    assert sum(allowance.take(quarter) for _ in range(5)) == 4
    clock[0] += 0.5
    assert sum(allowance.take(quarter) for _ in range(5)) == 2
