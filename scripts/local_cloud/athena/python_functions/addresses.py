"""URLs, as java.net.URI reads them."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote_plus, unquote, unquote_plus

from scripts.local_cloud.athena.python_functions.refusal import argument

#: What a URL is made of: letters that RFC 2396 allows, other letters than ASCII's, and bytes after a %.
_LETTERS = r"(?:[A-Za-z0-9\-_.!~*'();/?:@&=+$,\[\]]|[^\x00-\x7f\s]|%[0-9A-Fa-f]{2})"
_URL = re.compile(
    rf"(?:(?P<protocol>[A-Za-z][A-Za-z0-9+.\-]*):(?=.))?(?P<rest>{_LETTERS}*)(?:\#(?P<fragment>{_LETTERS}*))?"
)
_PLACE = re.compile(r"(?://(?P<authority>[^/?]*))?(?P<path>[^?]*)(?:\?(?P<query>.*))?", re.DOTALL)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?"
_HOST = re.compile(
    rf"(?:[^@]*@)?(?P<host>(?:{_LABEL}\.)*[A-Za-z](?:[A-Za-z0-9\-]*[A-Za-z0-9])?\.?"
    r"|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d*))?"
)


@lru_cache(maxsize=256)
def _parts(text: str) -> dict[str, str | None] | None:
    """Its parts as they are written; nothing where it is no URL."""
    whole = _URL.fullmatch(text)
    if not whole or (whole["protocol"] is None and re.match(r"[^/?#]*:", text)):
        return None
    parts: dict[str, str | None] = {"protocol": whole["protocol"], "fragment": whole["fragment"]}
    rest = whole["rest"]
    if whole["protocol"] and not rest.startswith("/"):
        # Opaque, as in mailto:a@b.c
        return parts if rest else None
    place = _PLACE.fullmatch(rest)
    if not place or (place["authority"] == "" and not place["path"]):
        return None
    parts |= {"path": place["path"], "query": place["query"]}
    if host := _HOST.fullmatch(place["authority"] or ""):
        parts |= {"host": host["host"], "port": host["port"] or None}
    return parts


def url(text: str, part: str) -> str | None:
    """A part: empty where the URL has none, NULL where it is no URL."""
    parts = _parts(text)
    if parts is None:
        return None
    found = parts.get(part)
    if part == "port":
        return found
    return unquote(found or "", errors="replace") if part in {"path", "query", "fragment"} else found or ""


def url_parameter(text: str, name: str) -> str | None:
    query = (_parts(text) or {}).get("query")
    for each in query.split("&") if query is not None else []:
        key, _, value = each.partition("=")
        if key == name:
            return url_decode(value)
    return None


def url_encode(text: str) -> str:
    return quote_plus(text, safe="*-._").replace("~", "%7E")


def url_decode(text: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise argument(f"URLDecoder: Illegal hex characters in escape (%) pattern: {text}")
    return unquote_plus(text)
