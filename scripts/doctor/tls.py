"""TLS: whether the server proves who it is, and if not, what it showed instead."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from pathlib import Path

from scripts.doctor import certificate
from scripts.doctor.greeting import BEFORE_TLS, NoTlsError
from scripts.doctor.layer import Layer, Outcome, Spot
from scripts.doctor.tcp import SECONDS
from scripts.errors import MissingError

NAME = "TLS"


def shake_hands(spot: Spot, authority: Path | None, seconds: float = SECONDS) -> Layer:
    """A TLS handshake, as a client that verifies authority, name and dates makes it.

    Parameters
    ----------
    spot
        Where to; the certificate must name its ``host``, also through a tunnel.
    authority
        PEM file of the trusted authorities; None for those that this machine trusts.
    seconds
        How long an answer is waited for.

    Raises
    ------
    MissingError
        The file holds no authorities.
    """
    if spot.speaks not in BEFORE_TLS:
        meaning = "The endpoint is plain HTTP: what is said there can be read on the way."
        return Layer(NAME, Outcome.NOT_JUDGED, f"{spot.host}:{spot.port} speaks no TLS", meaning)
    try:
        with _secured(spot, _verifying(authority), seconds) as connection:
            seen = f"{connection.version()}, {_shown(connection)}"
            return Layer(
                NAME,
                Outcome.OK,
                seen,
                "The server proved that it is the one that was meant, and nobody on the way can read along.",
            )
    except ssl.SSLCertVerificationError as error:
        return _unproven(spot, error, authority, seconds)
    except NoTlsError as error:
        return Layer(
            NAME,
            Outcome.FAILED,
            str(error),
            "Without TLS a password would cross the network in clear text, so it is not tried.",
            "Turn TLS on at the server, or look whether another program listens at this port.",
        )
    except TimeoutError:
        return Layer(
            NAME,
            Outcome.FAILED,
            f"the connection was taken, then nothing came for {seconds:g} s",
            "Something listens there and does not answer as a server of this kind does.",
            "Look at the server's log; it may hang, or have too many connections.",
        )
    except OSError as error:
        return Layer(
            NAME,
            Outcome.FAILED,
            str(getattr(error, "reason", None) or error.strerror or error),
            "The handshake broke off: the two sides have no version or cipher of TLS in common, or another "
            "program listens at this port.",
            "Look at the server's log and its TLS parameters.",
        )


def _secured(spot: Spot, context: ssl.SSLContext, seconds: float) -> ssl.SSLSocket:
    connection = socket.create_connection(spot.door, seconds)
    try:
        BEFORE_TLS[spot.speaks](connection)
        return context.wrap_socket(connection, server_hostname=spot.host)
    except BaseException:
        connection.close()
        raise


def _verifying(authority: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(authority) if authority else None)
    except ssl.SSLError as error:
        raise MissingError(
            f"{authority} is not a PEM file of certificate authorities: {error.reason}.", "Run `make apply`."
        ) from None


def _shown(connection: ssl.SSLSocket) -> str:
    der = connection.getpeercert(binary_form=True)
    return str(certificate.read(der)) if der else "no certificate"


def _unproven(
    spot: Spot, error: ssl.SSLCertVerificationError, authority: Path | None, seconds: float
) -> Layer:
    meaning, step = _REASONS.get(error.verify_code, _OTHER_REASON)
    trusted = f"the authorities in {authority}" if authority else "the authorities that this machine trusts"
    return Layer(
        NAME,
        Outcome.FAILED,
        f"{error.verify_message.rstrip('.')}; shown was a {_look(spot, seconds)}",
        meaning.format(host=spot.host, trusted=trusted),
        step.format(host=spot.host),
    )


def _look(spot: Spot, seconds: float) -> str:
    """What the server shows to a client that verifies nothing; nothing else is sent to it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with _secured(spot, context, seconds) as connection:
            return _shown(connection)
    except (OSError, NoTlsError) as error:
        return f"certificate that could not be read ({error})"


_UNKNOWN_AUTHORITY = (
    "The certificate is signed by nobody among {trusted}: this may be another server, or the wrong file.",
    "Use the file of the authority that signed it (local: .local/authority/ca.pem; AWS: the bundle that RDS "
    "publishes, in LAB_RDS_CA).",
)
_OTHER_NAME = (
    "The certificate holds for other names than {host}: a client must use one of those, even by a tunnel.",
    "Give the client the endpoint's own name, not an alias or a bare address.",
)
#: OpenSSL's X509_V_ERR_*, by number.
_REASONS: Mapping[int, tuple[str, str]] = {
    9: (
        "The certificate does not hold yet: this machine's clock, or the server's, is wrong.",
        "Set the clock.",
    ),
    10: (
        "The certificate has expired, or this machine's clock is ahead.",
        "Renew it (local: lab up; AWS: rotate the certificate of the DB instance), or set the clock.",
    ),
    18: _UNKNOWN_AUTHORITY,
    19: _UNKNOWN_AUTHORITY,
    20: _UNKNOWN_AUTHORITY,
    21: _UNKNOWN_AUTHORITY,
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}
_OTHER_REASON = (
    "The certificate does not prove that the server is {host}.",
    "See the words above; do not turn verification off.",
)
