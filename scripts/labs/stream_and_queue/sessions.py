"""Sessions of the shop's customers, as the course's records are, and what is to be told of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Session = dict[str, Any]

_PLACES = (
    ("Nantes", "France"), ("San Francisco", "USA"), ("Sydney", "Australia"), ("NYC", "USA"),
    ("Melbourne", "Australia"), ("Boston", "USA"), ("Madrid", "Spain"), ("Singapore", "Singapore"),
)  # fmt: skip
_PRODUCTS = tuple(
    f"S{scale}_{number}" for scale in (10, 12, 18, 24, 700) for number in (1678, 1749, 2016, 4698)
)


def sessions(count: int, *, products: int = 4, seed: int = 7) -> list[Session]:
    """So many sessions, the same for the same seed; a third of their quantities is text, as in the course."""
    chosen = random.Random(seed)
    found = []
    for number in range(count):
        city, country = _PLACES[number % len(_PLACES)]
        history: list[dict[str, Any]] = []
        for place in range(products):
            quantity = chosen.randint(1, 9)
            history.append(
                {
                    "product_code": chosen.choice(_PRODUCTS),
                    "quantity": str(quantity) if (number + place) % 3 == 0 else quantity,
                    "in_shopping_cart": chosen.random() < 0.4,
                }
            )
        found.append(
            {
                "session_id": f"{chosen.getrandbits(32):08x}",
                "customer_number": 100 + number,
                "city": city,
                "country": country,
                "credit_limit": 1_000 * chosen.randint(10, 120),
                "browse_history": history,
            }
        )
    return found


def quantity_of(session: Mapping[str, Any]) -> int:
    """How many products a session looked at."""
    return sum(int(each["quantity"]) for each in session["browse_history"])


def totals_of(records: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The quantities of all records of each session, added up."""
    found: dict[str, int] = {}
    for each in records:
        found[each["session_id"]] = found.get(each["session_id"], 0) + quantity_of(each)
    return found


def ids(records: Sequence[Any]) -> list[Any]:
    """The session of each, None where there is none."""
    return [each.get("session_id") if isinstance(each, dict) else None for each in records]
