"""Words that generated names, titles, places and texts are put together from; see ``vocabulary.toml``."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from scripts.seed.rows import Text, words

_LISTS: dict[str, list[str]] = tomllib.loads((files("scripts.seed") / "vocabulary.toml").read_text("utf-8"))


def word_list(name: str) -> list[str]:
    """One of the lists."""
    return list(_LISTS[name])


def word_array(name: str) -> Text:
    """One of the lists, to index into with an array."""
    return words(_LISTS[name])


FIRST_NAMES = word_array("first_names")
LAST_NAMES = word_array("last_names")
STREETS = word_array("streets")
STREET_KINDS = word_array("street_kinds")
DISTRICTS = word_array("districts")
