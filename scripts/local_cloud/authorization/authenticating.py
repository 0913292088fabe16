"""Whether a request comes from whom it says: key, session, date and signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.model import ServiceModel

from scripts.local_cloud.authorization import callers, refusals, signatures, signing
from scripts.local_cloud.authorization.callers import ANONYMOUS, Caller
from scripts.local_cloud.authorization.signatures import Sent
from scripts.local_cloud.authorization.signing import Scheme, Signed, Unreadable
from scripts.local_cloud.providers.moto_backend import identities
from scripts.local_cloud.providers.moto_backend.identities import Key

_DATE = "%Y%m%dT%H%M%SZ"
#: How far a request's clock may be from ours; S3 allows more than the others.
_SKEW = timedelta(minutes=5)
_S3_SKEW = timedelta(minutes=15)
#: What root's addresses are signed with; LocalStack's own word for it.
_ROOT_SECRET = "test"  # noqa: S105 - not a secret


@dataclass(frozen=True)
class Arrival:
    """A request as it came, before anybody changed it.

    Attributes
    ----------
    key_id
        Of the access key that signed; None where nothing is signed.
    authorization
        The header, or an empty text.
    sent
        What was signed.
    query
        The address's parameters, decoded.
    """

    key_id: str | None
    authorization: str
    sent: Sent
    query: Mapping[str, str]


@dataclass(frozen=True)
class Proof:
    """Who sent a request, and by which signature; no signature is nobody's."""

    caller: Caller
    signed: Signed | None = None


def check(service: ServiceModel, arrival: Arrival) -> Proof:
    """Who sent a request.

    Raises
    ------
    CommonServiceException
        The key, the session, the date or the signature is not good, in the service's own words.
    """
    if arrival.key_id is None:
        return Proof(ANONYMOUS)
    signed = read(service, arrival)
    caller, key = holder(service, signed)
    _check_signature(service, signed, key.secret, arrival.sent)
    identities.note_use(key.account_id, signed.key_id, signed.service or "s3", signed.region)
    return Proof(caller, signed)


def check_root_address(service: ServiceModel, arrival: Arrival) -> None:
    """Whether an address that root signed beforehand is still what it was signed for.

    Raises
    ------
    CommonServiceException
        It is over, or something of it is not what was signed.
    """
    _check_signature(service, read(service, arrival), _ROOT_SECRET, arrival.sent)


def _check_signature(service: ServiceModel, signed: Signed, secret: str, sent: Sent) -> None:
    _check_date(service, signed)
    expected = signatures.expected(signed, secret, sent)
    if not expected.is_that_of(signed):
        raise refusals.wrong_signature(service, signed, expected)
    _check_headers(service, signed, sent.headers)


def read(service: ServiceModel, arrival: Arrival) -> Signed:
    """What a request says of its signature.

    Raises
    ------
    CommonServiceException
        It makes no sense.
    """
    try:
        return signing.read(arrival.authorization, arrival.sent.headers, arrival.query)
    except Unreadable as unreadable:
        raise refusals.unreadable(service, str(unreadable)) from unreadable


def holder(service: ServiceModel, signed: Signed) -> tuple[Caller, Key]:
    """Whose key it is; the signature is not looked at.

    Raises
    ------
    CommonServiceException
        There is no such key, it may not be used, or its session is not good.
    """
    key = identities.key(signed.key_id)
    if key is None or not key.active:
        raise refusals.unknown_key(service, signed.key_id)
    session = None if key.user else callers.find_session(key, signed.key_id)
    if not key.user and session is None:
        raise refusals.unknown_key(service, signed.key_id)
    if signed.token != (session.token if session else ""):
        raise refusals.wrong_token(service, signed.key_id)
    if session is not None and session.is_over:
        raise refusals.expired_session(service)
    caller = callers.caller(key, session)
    if caller is None:
        raise refusals.unknown_key(service, signed.key_id)
    return caller, key


def _check_headers(service: ServiceModel, signed: Signed, headers: Mapping[str, str]) -> None:
    """Who was given an address must not make more of it: a copy, another access list."""
    if signed.scheme is not Scheme.V4_ADDRESS:
        return
    added = {name for name in headers if name.startswith("x-amz-")}
    if added - {*signed.signed_headers, "x-amz-content-sha256"}:
        raise refusals.added_headers(service)


def _check_date(service: ServiceModel, signed: Signed) -> None:
    if signed.scheme is Scheme.V2_ADDRESS and datetime.now(UTC).timestamp() > signed.expires:
        raise refusals.expired_address(service)
    if signed.scheme in (Scheme.V2, Scheme.V2_ADDRESS):
        return
    try:
        date = datetime.strptime(signed.date, _DATE).replace(tzinfo=UTC)
    except ValueError:
        raise refusals.unreadable(
            service, f"X-Amz-Date must be YYYYMMDDTHHMMSSZ, not {signed.date!r}"
        ) from None
    if not signed.date.startswith(signed.day):
        raise refusals.unreadable(
            service, f"Date in Credential scope does not match YYYYMMDD from X-Amz-Date: {signed.day}"
        )
    now = datetime.now(UTC)
    skew = _S3_SKEW if service.service_name == "s3" else _SKEW
    if signed.in_address and now > date + timedelta(seconds=signed.expires):
        raise refusals.expired_address(service)
    if date > now + skew or (not signed.in_address and date < now - skew):
        raise refusals.wrong_time(service, signed.date, now.strftime(_DATE), early=date > now)
