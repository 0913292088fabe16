"""Judges the exercises of `key-value`, each on tables that it makes and removes."""

from scripts.labs.key_value.changing import (
    check_append_to_list,
    check_conditional_update,
    check_delete_item,
    check_remove_from_list,
    check_transaction,
)
from scripts.labs.key_value.reading import (
    check_filter,
    check_get_item,
    check_paging,
    check_query,
    check_scan,
)
from scripts.labs.key_value.writing import (
    check_batch_write,
    check_create_table,
    check_marshal,
    check_put_item,
)

__all__ = [
    "check_append_to_list",
    "check_batch_write",
    "check_conditional_update",
    "check_create_table",
    "check_delete_item",
    "check_filter",
    "check_get_item",
    "check_marshal",
    "check_paging",
    "check_put_item",
    "check_query",
    "check_remove_from_list",
    "check_scan",
    "check_transaction",
]
