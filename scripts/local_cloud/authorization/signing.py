"""How a request says who signed it: Signature Version 4 and, for S3, 2; in headers or in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum
from urllib.parse import unquote

_V4 = "AWS4-HMAC-SHA256"
_TERMINATOR = "aws4_request"


class Scheme(Enum):
    """Version of the signature, and where it stands."""

    V4 = "headers, version 4"
    V4_ADDRESS = "address, version 4"
    V2 = "headers, version 2"
    V2_ADDRESS = "address, version 2"


@dataclass(frozen=True)
class Signed:
    """What a request says of its signature.

    Attributes
    ----------
    scheme
        How it is signed.
    key_id
        The access key's id.
    signature
        As it was given.
    token
        Session token; empty where none was given.
    date
        ``20261121T020457Z``; seconds since 1970 for version 2 in an address, empty for version 2 in headers.
    day, region, service
        Of the credential's scope (version 4).
    signed_headers
        Names, in lower case (version 4).
    expires
        Seconds for which an address that was signed beforehand is good; 0 in headers.
    """

    scheme: Scheme
    key_id: str
    signature: str
    token: str = ""
    date: str = ""
    day: str = ""
    region: str = ""
    service: str = ""
    signed_headers: tuple[str, ...] = ()
    expires: int = 0

    @property
    def in_address(self) -> bool:
        """Whether the signature stands in the address."""
        return self.scheme in (Scheme.V4_ADDRESS, Scheme.V2_ADDRESS)


class Unreadable(Exception):
    """The request says that it is signed, in a form that is none."""


def key_id(authorization: str, query: str) -> str | None:
    """The access key's id alone, as quickly as it can be had; None where nothing is signed.

    Parameters
    ----------
    authorization
        The header, or an empty text.
    query
        The address's query, as it was sent.
    """
    if authorization:
        _, found, rest = authorization.partition("Credential=")
        if found:
            return rest.partition("/")[0]
        return authorization[4:].partition(":")[0] if authorization.startswith("AWS ") else ""
    if "X-Amz-Credential=" in query:
        return unquote(query.partition("X-Amz-Credential=")[2].partition("&")[0]).partition("/")[0]
    if "AWSAccessKeyId=" in query and "Signature=" in query:
        return unquote(query.partition("AWSAccessKeyId=")[2].partition("&")[0])
    return None


def read(authorization: str, headers: Mapping[str, str], query: Mapping[str, str]) -> Signed:
    """What the request says of its signature.

    Parameters
    ----------
    authorization
        The header as it was sent, or an empty text.
    headers, query
        The request's, decoded.

    Raises
    ------
    Unreadable
        A part is missing or makes no sense; says which.
    """
    if not authorization:
        return _in_address_4(query) if "X-Amz-Credential" in query else _in_address_2(query)
    token = headers.get("x-amz-security-token", "")
    if authorization.startswith("AWS "):
        key, colon, signature = authorization[4:].partition(":")
        if not (key and colon and signature):
            raise Unreadable("AWS authorization header is invalid. Expected AwsAccessKeyId:signature")
        return Signed(Scheme.V2, key, signature, token)
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != _V4:
        raise Unreadable(f"Unsupported algorithm in the Authorization header: {algorithm!r}")
    parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    for name in ("Credential", "Signature", "SignedHeaders"):
        if not parts.get(name):
            raise Unreadable(
                f"Authorization header requires '{name}' parameter. Authorization={authorization}"
            )
    key, day, region, service = _scope(parts["Credential"])
    return Signed(
        Scheme.V4,
        key,
        parts["Signature"],
        token,
        headers.get("x-amz-date") or _as_date(headers.get("date", "")),
        day,
        region,
        service,
        tuple(parts["SignedHeaders"].lower().split(";")),
    )


def in_form(fields: Mapping[str, str]) -> Signed | None:
    """What the fields of a form (names in lower case) say; None where nothing is signed.

    Raises
    ------
    Unreadable
        A part is missing or makes no sense.
    """
    token = fields.get("x-amz-security-token", "")
    if credential := fields.get("x-amz-credential"):
        key, day, region, service = _scope(credential)
        signature, date = fields.get("x-amz-signature", ""), fields.get("x-amz-date", "")
        return Signed(Scheme.V4, key, signature, token, date, day, region, service)
    if key := fields.get("awsaccesskeyid", ""):
        return Signed(Scheme.V2, key, fields.get("signature", ""), token)
    return None


def _in_address_4(query: Mapping[str, str]) -> Signed:
    names = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders")
    for name in names:
        if not query.get(name):
            raise Unreadable(f"Query-string authentication version 4 requires the {name} parameter")
    if query["X-Amz-Algorithm"] != _V4:
        raise Unreadable(f"Unsupported algorithm: {query['X-Amz-Algorithm']!r}")
    key, day, region, service = _scope(query["X-Amz-Credential"])
    return Signed(
        Scheme.V4_ADDRESS,
        key,
        query["X-Amz-Signature"],
        query.get("X-Amz-Security-Token", ""),
        query["X-Amz-Date"],
        day,
        region,
        service,
        tuple(query["X-Amz-SignedHeaders"].lower().split(";")),
        _number(query.get("X-Amz-Expires", "900")),
    )


def _in_address_2(query: Mapping[str, str]) -> Signed:
    for name in ("AWSAccessKeyId", "Signature", "Expires"):
        if not query.get(name):
            raise Unreadable(f"Query-string authentication requires the {name} parameter")
    return Signed(
        Scheme.V2_ADDRESS,
        query["AWSAccessKeyId"],
        query["Signature"],
        query.get("x-amz-security-token", ""),
        query["Expires"],
        expires=_number(query["Expires"]),
    )


def _as_date(written: str) -> str:
    """The Date header, which counts where there is no X-Amz-Date, as that would be written."""
    try:
        return parsedate_to_datetime(written).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    except (TypeError, ValueError):
        return written


def _scope(credential: str) -> tuple[str, str, str, str]:
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != _TERMINATOR or not all(parts):
        raise Unreadable(f"Credential must be KEY/YYYYMMDD/REGION/SERVICE/{_TERMINATOR}, not {credential!r}")
    return parts[0], parts[1], parts[2], parts[3]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Unreadable(f"Expires should be a number, not {text!r}")
    return int(text)
