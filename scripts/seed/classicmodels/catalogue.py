"""Offices, employees, product lines and products: the same at every scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from scripts.seed import vocabulary
from scripts.seed.draws import Draws, IntArray
from scripts.seed.model import Table
from scripts.seed.rows import NULL, Column, Text, cents, integers, words

LINES, PRODUCTS, OFFICES, EMPLOYEES = 7, 110, 7, 23

#: Name, what it holds, number of its products; sorted by name.
_LINES = (
    ("Classic Cars", "Cars from the years when chrome was polished by hand, with doors that open.", 38),
    ("Motorcycles", "Machines on two wheels, from the first singles to the racers of today.", 13),
    ("Planes", "Aircraft with turning propellers and retractable gear, each with a stand.", 12),
    ("Ships", "Sailing ships and liners, rigged and painted after the plans of their yards.", 9),
    ("Trains", "Locomotives and carriages for the shelf, with lamps that light.", 3),
    ("Trucks and Buses", "Vehicles that worked for a living, with their loads and liveries.", 11),
    ("Vintage Cars", "Cars from before the war, with spoked wheels and leather seats.", 24),
)

LINE_NAMES = tuple(line[0] for line in _LINES)

_MAKES = {
    "Classic Cars": ["Aurelio", "Bravura", "Corsair", "Dorado", "Elan", "Falcone", "Grandville", "Havilland"],
    "Motorcycles": ["Brennan", "Kestrel", "Lupo", "Norwood", "Sturm"],
    "Planes": ["Albatros", "Condor", "Heron", "Merlin", "Swift"],
    "Ships": ["Aurora", "Endeavour", "Meridian", "Polaris", "Tempest"],
    "Trains": ["Alpine", "Pacific", "Prairie"],
    "Trucks and Buses": ["Atlas", "Bison", "Drayman", "Goliath", "Titan"],
    "Vintage Cars": ["Beaumont", "Carlisle", "Delacroix", "Everard", "Fontaine", "Gloriana"],
}

_KINDS = {
    "Classic Cars": ("Coupe", "Roadster", "Convertible", "GT", "Sedan"),
    "Motorcycles": ("Twin", "Racer", "Cruiser", "Single"),
    "Planes": ("Biplane", "Flying Boat", "Mail Plane", "Airliner"),
    "Ships": ("Clipper", "Frigate", "Liner", "Schooner"),
    "Trains": ("Express Engine", "Tank Engine", "Carriage"),
    "Trucks and Buses": ("Fire Engine", "Delivery Truck", "Double Decker", "Pickup"),
    "Vintage Cars": ("Phaeton", "Tourer", "Limousine", "Runabout"),
}

_YEARS = {"Vintage Cars": (1903, 1940), "Ships": (1830, 1935), "Trains": (1880, 1950), "Planes": (1917, 1960)}

_SCALES = words(["1:10", "1:12", "1:18", "1:24", "1:32", "1:50", "1:72", "1:700"])

_VENDORS = vocabulary.word_array("vendors")

#: Code, city, state, country, postal code, territory.
_OFFICES = (
    ("1", "San Francisco", "CA", "USA", "94105", "NA"),
    ("2", "Boston", "MA", "USA", "02110", "NA"),
    ("3", "New York", "NY", "USA", "10019", "NA"),
    ("4", "Paris", "\\N", "France", "75002", "EMEA"),
    ("5", "Tokyo", "Tokyo", "Japan", "100-0006", "Japan"),
    ("6", "Sydney", "\\N", "Australia", "2010", "APAC"),
    ("7", "London", "\\N", "UK", "EC2N 1HN", "EMEA"),
)

#: Job, office, place in this list of whom they report to.
_JOBS = (
    ("President", "1", None),
    ("VP Sales", "1", 0),
    ("VP Marketing", "1", 0),
    ("Sales Manager (APAC)", "6", 1),
    ("Sales Manager (EMEA)", "4", 1),
    ("Sales Manager (NA)", "1", 1),
    *(("Sales Rep", office, 5) for office in "112233"),
    *(("Sales Rep", office, 4) for office in "4444477"),
    *(("Sales Rep", office, 3) for office in "6655"),
)

#: Places in `_JOBS` of those who sell.
SALES_REPS = np.array([place for place, job in enumerate(_JOBS) if job[0] == "Sales Rep"])


@dataclass(frozen=True)
class Products:
    """The products in the order of their codes; arrays of 110.

    Attributes
    ----------
    code, line, scale
        As in the table.
    buy, msrp
        Cents; a product is always bought for less than its recommended price.
    """

    code: Text
    line: Text
    scale: Text
    name: Text
    buy: IntArray
    msrp: IntArray


@lru_cache(maxsize=4)
def products(seed: int) -> Products:
    """What orders need to know of the products."""
    draws = Draws(seed, "classicmodels/products")
    rows = np.arange(PRODUCTS, dtype=np.int64)
    lines = [name for name, _, count in _LINES for _ in range(count)]
    line = np.array(lines)[draws.order("line", rows)]
    used: set[str] = set()
    names = []
    for row, name in enumerate(line):
        makes, kinds = _MAKES[name], _KINDS[name]
        low, high = _YEARS.get(name, (1946, 1995))
        attempt = 0
        while True:
            at = np.array([row + attempt * PRODUCTS])
            title = (
                f"{draws.integers('year', at, low, high)[0]} "
                f"{makes[draws.integers('make', at, 0, len(makes))[0]]} "
                f"{kinds[draws.integers('kind', at, 0, len(kinds))[0]]}"
            )
            if title not in used:
                break
            attempt += 1
        used.add(title)
        names.append(title)
    scale = draws.integers("scale", rows, 0, len(_SCALES))
    msrp = draws.integers("msrp", rows, 3500, 21500)
    codes = words(f"S{_SCALES[number].decode()[2:]}_{1000 + 37 * row}" for row, number in enumerate(scale))
    order = np.argsort(codes)
    return Products(
        code=codes[order],
        line=words(line)[order],
        scale=_SCALES[scale][order],
        name=words(names)[order],
        buy=(msrp * draws.integers("margin", rows, 40, 70) // 100)[order],
        msrp=msrp[order],
    )


def employee_numbers() -> IntArray:
    """Employee numbers in the order of `_JOBS`."""
    return 1002 + 31 * np.arange(EMPLOYEES, dtype=np.int64)


def _productlines(seed: int, first: int, last: int) -> list[Column]:
    return [words(line[0] for line in _LINES), words(line[1] for line in _LINES), NULL, NULL]


def _products(seed: int, first: int, last: int) -> list[Column]:
    draws = Draws(seed, "classicmodels/products")
    rows = np.arange(PRODUCTS, dtype=np.int64)
    facts = products(seed)
    details = words(
        [
            "Turnable front wheels and a detailed engine",
            "Hand-painted, with a numbered certificate",
            "Opening doors and bonnet, leather-look seats",
            "Die-cast body on a wooden stand",
            "More than two hundred parts, fully assembled",
            "Working lamps and sprung suspension",
        ]
    )
    return [
        facts.code,
        facts.name,
        facts.line,
        facts.scale,
        _VENDORS[draws.integers("vendor", rows, 0, len(_VENDORS))],
        (facts.name, b" in scale ", facts.scale, b". ", details[draws.integers("detail", rows, 0, 6)], b"."),
        integers(draws.integers("stock", rows, 15, 9999)),
        cents(facts.buy),
        cents(facts.msrp),
    ]


def _offices(seed: int, first: int, last: int) -> list[Column]:
    rows = np.arange(OFFICES, dtype=np.int64)
    streets = Draws(seed, "classicmodels/offices").order("street", np.arange(len(vocabulary.STREETS)))
    code, city, state, country, postal_code, territory = (
        words(column) for column in zip(*_OFFICES, strict=True)
    )
    return [
        code,
        city,
        (b"+1 555 010 ", integers(rows + 1, digits=4)),
        (integers(rows * 37 + 5), b" ", vocabulary.STREETS[streets[:OFFICES]], b" Street"),
        (b"Floor ", integers(rows + 2)),
        state,
        country,
        postal_code,
        territory,
    ]


def _employees(seed: int, first: int, last: int) -> list[Column]:
    draws = Draws(seed, "classicmodels/employees")
    rows = np.arange(EMPLOYEES, dtype=np.int64)
    numbers = employee_numbers()
    family = vocabulary.LAST_NAMES[draws.order("last", np.arange(len(vocabulary.LAST_NAMES)))[:EMPLOYEES]]
    given = vocabulary.FIRST_NAMES[draws.integers("first", rows, 0, len(vocabulary.FIRST_NAMES))]
    return [
        integers(numbers),
        family,
        given,
        (b"x", integers(draws.integers("extension", rows, 100, 9999))),
        (np.char.lower(given), b".", np.char.lower(family), b"@classicmodels.example"),
        words(job[1] for job in _JOBS),
        words("\\N" if job[2] is None else str(numbers[job[2]]) for job in _JOBS),
        words(job[0] for job in _JOBS),
    ]


TABLES = (
    Table(
        "productlines",
        ("productLine", "textDescription", "htmlDescription", "image"),
        LINES,
        False,
        _productlines,
    ),
    Table(
        "products",
        (
            *("productCode", "productName", "productLine", "productScale", "productVendor"),
            *("productDescription", "quantityInStock", "buyPrice", "MSRP"),
        ),
        PRODUCTS,
        False,
        _products,
    ),
    Table(
        "offices",
        (
            *("officeCode", "city", "phone", "addressLine1", "addressLine2", "state", "country"),
            *("postalCode", "territory"),
        ),
        OFFICES,
        False,
        _offices,
    ),
    Table(
        "employees",
        (
            *("employeeNumber", "lastName", "firstName", "extension", "email", "officeCode", "reportsTo"),
            "jobTitle",
        ),
        EMPLOYEES,
        False,
        _employees,
    ),
)
