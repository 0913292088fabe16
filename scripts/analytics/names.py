"""Names as people say them: with the environment's prefix, or without."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from scripts.errors import BadInputError


def find(text: str, known: Iterable[str], prefix: str, kind: str, *, joint: str = "-") -> str:
    """The name that is meant: as it stands before one with the prefix.

    Parameters
    ----------
    text
        What was typed.
    known
        The names that there are.
    prefix
        What the environment's names begin with.
    kind
        In the words of AWS, such as ``job``.
    joint
        What stands between prefix and name.

    Raises
    ------
    BadInputError
        Nothing is called so; names what is.
    """
    names = sorted(known)
    for name in (text, f"{prefix}{joint}{text}"):
        if name in names:
            return name
    raise BadInputError(f"There is no {kind} {text!r}.", _near(text, names, kind))


def _near(text: str, names: Sequence[str], kind: str) -> str:
    if not names:
        return f"There is no {kind} at all: `make apply` makes the environment's."
    near = difflib.get_close_matches(text, names, n=4, cutoff=0.5)
    near += [name for name in names if text in name and name not in near]
    return f"There is: {', '.join(near or names[:12])}."


def arguments(given: Iterable[str]) -> dict[str, str]:
    """``KEY=VALUE`` texts as the arguments of a job, whose names Glue begins with two hyphens.

    Raises
    ------
    BadInputError
        One is not of that form, or a key comes twice.
    """
    found: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        name = f"--{key.removeprefix('--')}"
        if not equals or name == "--":
            raise BadInputError(
                f"--argument is {text!r}.", "KEY=VALUE is expected, such as: target_path=s3://B/P"
            )
        if name in found:
            raise BadInputError(f"--argument gives {name} twice.", "Give each key once.")
        found[name] = value
    return found
