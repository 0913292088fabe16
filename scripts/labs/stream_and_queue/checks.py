"""Judges the exercises of `stream-and-queue`, each on streams and queues that it makes and removes."""

from scripts.labs.stream_and_queue.choosing import check_choose
from scripts.labs.stream_and_queue.consuming import check_checkpoint
from scripts.labs.stream_and_queue.producing import check_producer, check_route, check_shards
from scripts.labs.stream_and_queue.reading import check_read_all, check_read_since, check_replay
from scripts.labs.stream_and_queue.resharding import check_read_resharded, check_reshard
from scripts.labs.stream_and_queue.working import (
    check_dead_letter,
    check_fifo,
    check_visibility,
    check_work_off,
)

__all__ = [
    "check_checkpoint",
    "check_choose",
    "check_dead_letter",
    "check_fifo",
    "check_producer",
    "check_read_all",
    "check_read_resharded",
    "check_read_since",
    "check_replay",
    "check_reshard",
    "check_route",
    "check_shards",
    "check_visibility",
    "check_work_off",
]
