"""CloudWatch Logs' filter pattern language: which log events does a pattern match, and what does it extract.

Pure: a pattern's text in, a predicate over messages out. Three languages in one, told apart by the first
character: ``{`` JSON conditions, ``[`` space-delimited columns, anything else terms. Source: "Filter pattern
syntax", Amazon CloudWatch Logs User Guide; the errors' texts are those that AWS's users report.
"""

from __future__ import annotations

from functools import lru_cache

from scripts.local_cloud.filter_patterns.columns import ColumnPattern
from scripts.local_cloud.filter_patterns.json_fields import JsonPattern
from scripts.local_cloud.filter_patterns.model import FilterPattern, InvalidPatternError, Match
from scripts.local_cloud.filter_patterns.terms import TermPattern

__all__ = ["FilterPattern", "InvalidPatternError", "Match", "compile_pattern"]

#: Characters of the longest pattern.
LONGEST = 1024


@lru_cache(maxsize=512)
def compile_pattern(text: str) -> FilterPattern:
    """The predicate that a pattern stands for.

    Raises
    ------
    InvalidPatternError
        The text is no pattern; the message is AWS's.
    """
    if len(text) > LONGEST:
        raise InvalidPatternError(f"A filter pattern has at most {LONGEST} characters")
    stripped = text.strip()
    for opening, closing, kind in (("{", "}", JsonPattern), ("[", "]", ColumnPattern)):
        if stripped.startswith(opening):
            if not stripped.endswith(closing) or len(stripped) < 2:
                raise InvalidPatternError(
                    f"If a filter pattern starts with '{opening}' it must end with '{closing}'"
                )
            return kind(stripped[1:-1])
    return TermPattern(stripped)
