"""The films and everything that describes them: the same at every scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from scripts.seed import vocabulary
from scripts.seed.draws import Draws, IntArray, counts_with_sum
from scripts.seed.model import Table
from scripts.seed.rows import Column, Text, cents, integers, nullable, words

LANGUAGES, GENRES, COUNTRIES, CITIES, ACTORS, FILMS, CASTINGS = 6, 16, 109, 600, 200, 1000, 5462

#: Films without actors, for outer joins; their numbers are drawn.
UNCAST_FILMS = 3

#: Films that no shop has a copy of.
UNSTOCKED_FILMS = 42

UPDATED = b"2025-02-15 05:00:00"

_RATES = np.array([99, 299, 499])
_RATINGS = words(["G", "PG", "PG-13", "R", "NC-17"])
_FEATURES = ("Trailers", "Commentaries", "Deleted Scenes", "Behind the Scenes")


@dataclass(frozen=True)
class Films:
    """What rentals need to know of the films; arrays of 1,000, film 1 first.

    Attributes
    ----------
    rate
        Rental rate in cents.
    duration
        Days that the rate pays for.
    stocked
        Numbers of the films that shops have copies of, ascending; 958 of them.
    """

    rate: IntArray
    duration: IntArray
    stocked: IntArray


def _ids(count: int) -> IntArray:
    return np.arange(count, dtype=np.int64)


@lru_cache(maxsize=4)
def films(seed: int) -> Films:
    """The films' prices and which of them are in stock."""
    draws = Draws(seed, "rentio/film")
    rows = _ids(FILMS)
    in_stock = draws.order("stock", rows)[: FILMS - UNSTOCKED_FILMS]
    return Films(
        rate=_RATES[draws.integers("rate", rows, 0, len(_RATES))],
        duration=draws.integers("duration", rows, 3, 8),
        stocked=np.sort(in_stock) + 1,
    )


def _language(seed: int, first: int, last: int) -> list[Column]:
    return [integers(_ids(LANGUAGES) + 1), vocabulary.word_array("languages"), UPDATED]


def _category(seed: int, first: int, last: int) -> list[Column]:
    return [integers(_ids(GENRES) + 1), vocabulary.word_array("genres"), UPDATED]


def _country(seed: int, first: int, last: int) -> list[Column]:
    return [integers(_ids(COUNTRIES) + 1), vocabulary.word_array("countries"), UPDATED]


def _city(seed: int, first: int, last: int) -> list[Column]:
    draws = Draws(seed, "rentio/city")
    rows = _ids(CITIES)
    names = words(
        a + b for a in vocabulary.word_list("city_first") for b in vocabulary.word_list("city_second")
    )
    names = names[draws.order("name", rows)]
    names[1] = names[0]  # two cities of one name, as there are: a join by name shows what it does
    # Every country has a city; the others have as many as chance gives.
    country = np.where(rows < COUNTRIES, rows, draws.integers("country", rows, 0, COUNTRIES)) + 1
    return [integers(rows + 1), names, integers(country), UPDATED]


def _actor(seed: int, first: int, last: int) -> list[Column]:
    draws = Draws(seed, "rentio/actor")
    rows = _ids(ACTORS)
    return [
        integers(rows + 1),
        vocabulary.FIRST_NAMES[draws.integers("first", rows, 0, len(vocabulary.FIRST_NAMES))],
        vocabulary.LAST_NAMES[draws.integers("last", rows, 0, len(vocabulary.LAST_NAMES))],
        UPDATED,
    ]


@lru_cache(maxsize=4)
def _titles(seed: int) -> tuple[Text, Column]:
    draws = Draws(seed, "rentio/title")
    rows = _ids(FILMS)
    pairs = [
        f"{a} {b}" for a in vocabulary.word_list("film_first") for b in vocabulary.word_list("film_second")
    ]
    chosen = draws.order("pair", _ids(len(pairs)))[:FILMS]

    def pick(name: str) -> Text:
        values = vocabulary.word_array(f"film_{name}")
        return values[draws.integers(name, rows, 0, len(values))]

    description = (
        *(b"A ", pick("moods"), b" ", pick("kinds"), b" in which ", pick("people")),
        *(b" ", pick("deeds"), b" in ", pick("places")),
    )
    return words(pairs[number] for number in chosen), description


def _film(seed: int, first: int, last: int) -> list[Column]:
    draws = Draws(seed, "rentio/film")
    rows = _ids(FILMS)
    titles, description = _titles(seed)
    facts = films(seed)
    sets = words(
        ",".join(name for bit, name in enumerate(_FEATURES) if number >> bit & 1) for number in range(1, 16)
    )
    original = draws.integers("original", rows, 1, LANGUAGES + 1)
    return [
        integers(rows + 1),
        titles,
        description,
        integers(draws.integers("year", rows, 1990, 2025)),
        b"1",
        nullable(integers(original), original == 1),
        integers(facts.duration),
        cents(facts.rate),
        integers(draws.integers("length", rows, 46, 186)),
        cents(draws.integers("cost", rows, 9, 30) * 100 + 99),
        _RATINGS[draws.integers("rating", rows, 0, len(_RATINGS))],
        sets[draws.integers("features", rows, 0, len(sets))],
        UPDATED,
    ]


def _film_actor(seed: int, first: int, last: int) -> list[Column]:
    draws = Draws(seed, "rentio/film_actor")
    cast = FILMS - UNCAST_FILMS
    order = draws.order("film", _ids(FILMS))[:cast]
    sizes = counts_with_sum(draws.integers("size", _ids(cast), 0, 100), CASTINGS, low=1, high=15)
    actors = draws.order("actor", np.arange(cast * ACTORS, dtype=np.int64).reshape(cast, ACTORS))
    chosen = np.arange(ACTORS) < sizes[:, None]
    pairs = np.sort(actors[chosen] * FILMS + np.repeat(order, sizes))
    return [integers(pairs // FILMS + 1), integers(pairs % FILMS + 1), UPDATED]


def _film_category(seed: int, first: int, last: int) -> list[Column]:
    rows = _ids(FILMS)
    genre = Draws(seed, "rentio/film_category").integers("genre", rows, 1, GENRES + 1)
    return [integers(rows + 1), integers(genre), UPDATED]


def _film_text(seed: int, first: int, last: int) -> list[Column]:
    titles, description = _titles(seed)
    return [integers(_ids(FILMS) + 1), titles, description]


TABLES = (
    Table("language", ("language_id", "name", "last_update"), LANGUAGES, False, _language),
    Table("category", ("category_id", "name", "last_update"), GENRES, False, _category),
    Table("country", ("country_id", "country", "last_update"), COUNTRIES, False, _country),
    Table("city", ("city_id", "city", "country_id", "last_update"), CITIES, False, _city),
    Table("actor", ("actor_id", "first_name", "last_name", "last_update"), ACTORS, False, _actor),
    Table(
        "film",
        (
            *("film_id", "title", "description", "release_year", "language_id", "original_language_id"),
            *("rental_duration", "rental_rate", "length", "replacement_cost", "rating", "special_features"),
            "last_update",
        ),
        FILMS,
        False,
        _film,
    ),
    Table("film_actor", ("actor_id", "film_id", "last_update"), CASTINGS, False, _film_actor),
    Table("film_category", ("film_id", "category_id", "last_update"), FILMS, False, _film_category),
    Table("film_text", ("film_id", "title", "description"), FILMS, False, _film_text),
)
