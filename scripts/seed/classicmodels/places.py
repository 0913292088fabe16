"""Where classicmodels' customers are.

The postal codes teach two faults of real addresses: a code that several cities share, and a code that is
missing. A join on the postal code alone counts order lines of the first kind more than once and loses those
of the second.
"""

from __future__ import annotations

import csv
from importlib.resources import files

from scripts.seed.rows import words

_TEXT = (files("scripts.seed.classicmodels") / "places.csv").read_text("utf-8")
_PLACES = list(csv.DictReader(_TEXT.splitlines()))

CITY, STATE, POSTAL_CODE, COUNTRY = (
    words(place[name] or "\\N" for place in _PLACES) for name in ("city", "state", "postal_code", "country")
)

#: The first places of the file (eight that share three codes, six without a code) each have a customer with
#: orders in every block, so that the faults show at every scale.
ALWAYS_PRESENT = 14
