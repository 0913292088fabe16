"""Whether a signature is the key's: computed anew by botocore's own signers, from the request as it came."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from botocore.auth import HmacV1Auth, HmacV1QueryAuth, S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from scripts.local_cloud.authorization.signing import Scheme, Signed


@dataclass(frozen=True)
class Sent:
    """A request as its client sent it.

    Attributes
    ----------
    method, target
        ``GET`` and ``/bucket/key?x=y``, not decoded.
    headers
        By name in lower case; several of one name joined by commas.
    body_hash
        SHA-256 of the body in hexadecimal digits; empty where the headers say it (S3).
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body_hash: str = ""


@dataclass(frozen=True)
class Expected:
    """The signature that a key makes, and from which texts, which AWS shows to whom it refuses."""

    signature: str
    string_to_sign: str
    canonical_request: str = ""

    def is_that_of(self, signed: Signed) -> bool:
        """Whether it is the one that was given."""
        return hmac.compare_digest(self.signature.encode(), signed.signature.encode())


class _Names:
    """The headers that a client signed, which are not always those that botocore would sign."""

    def __init__(self, names: Iterable[str], headers: Mapping[str, str]) -> None:
        self._values = {name: headers.get(name, "") for name in names}

    def __iter__(self) -> Iterable[str]:
        return iter(self._values)

    def get_all(self, name: str) -> list[str]:
        return [self._values[name]]


class _Given:
    """What a server computes differs from what a client does: headers and payload are given."""

    def __init__(self, signed: Signed, secret: str, sent: Sent) -> None:
        super().__init__(Credentials(signed.key_id, secret), signed.service, signed.region)  # type: ignore[call-arg]
        self._names = _Names(signed.signed_headers, sent.headers)
        self._sent = sent

    def headers_to_sign(self, _request: AWSRequest) -> _Names:
        return self._names

    def payload(self, _request: AWSRequest) -> str:
        return self._sent.body_hash


class _Plain(_Given, SigV4Auth):  # type: ignore[misc]
    pass


class _S3(_Given, S3SigV4Auth):  # type: ignore[misc]
    pass


class _Asked:
    """The little that the signers read of a request; botocore's own one costs more than the signature."""

    def __init__(self, sent: Sent, signed: Signed, body_hash: str) -> None:
        target = sent.target
        if signed.in_address:
            path, _, query = target.partition("?")
            kept = (part for part in query.split("&") if not part.startswith("X-Amz-Signature="))
            target = f"{path}?{'&'.join(kept)}"
        self.method = sent.method
        self.url = f"http://host{target}"
        self.params: dict[str, str] = {}
        self.headers = {"X-Amz-Content-SHA256": body_hash} if body_hash else {}
        self.context = {"timestamp": signed.date}


def expected(signed: Signed, secret: str, sent: Sent) -> Expected:
    """The signature that the secret makes of the request."""
    if signed.scheme in (Scheme.V2, Scheme.V2_ADDRESS):
        return _version_2(signed, secret, sent)
    s3 = signed.service == "s3"
    body_hash = sent.headers.get("x-amz-content-sha256", "")
    if not s3 and body_hash != "UNSIGNED-PAYLOAD":
        # Of the others the body is at hand: the header's word for it is not taken.
        body_hash = ""
    if s3 and signed.in_address:
        body_hash = body_hash or "UNSIGNED-PAYLOAD"
    signer = (_S3 if s3 else _Plain)(signed, secret, sent)
    asked: Any = _Asked(sent, signed, body_hash)
    canonical = signer.canonical_request(asked)
    text = signer.string_to_sign(asked, canonical)
    return Expected(signer.signature(text, asked), text, canonical)


def _version_2(signed: Signed, secret: str, sent: Sent) -> Expected:
    headers: Any = HTTPHeaders()
    for name, value in sent.headers.items():
        headers[name] = value
    credentials = Credentials(signed.key_id, secret)
    signer: Any = HmacV1Auth(credentials)
    if signed.in_address:
        # What would be a header stands in the address, and the end in place of the date.
        signer = HmacV1QueryAuth(credentials, expires=signed.expires)
        signer._get_date = lambda: signed.date
        query = parse_qsl(sent.target.partition("?")[2], keep_blank_values=True)
        for name, value in query:
            if name.lower().startswith("x-amz-"):
                headers[name.lower()] = value
    split = urlsplit(sent.target)
    if split.path.count("/") == 1 and len(split.path) > 1:
        # A bucket is signed for with a slash at its end, though it is asked for without.
        split = split._replace(path=f"{split.path}/")
    text = signer.canonical_string(sent.method, split, headers)
    return Expected(signer.sign_string(text), text)


def body_hash(body: bytes) -> str:
    """SHA-256 of a body, in hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()
