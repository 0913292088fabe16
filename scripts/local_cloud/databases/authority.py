"""The certificate authority of one local cloud, and the database servers' certificates."""

from __future__ import annotations

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from filelock import FileLock

from scripts.local_cloud.databases.files import write_atomic

_AUTHORITY_DAYS = 3650
#: The longest that Apple's verifier accepts.
_SERVER_DAYS = 397
_RENEW_BEFORE = timedelta(days=30)
#: A client whose clock is behind must not find the certificate "not yet valid".
_BACKDATED = timedelta(days=1)


class Authority:
    """Signs the servers' certificates; made at first use, renewed before it expires.

    Parameters
    ----------
    folder
        Holds ``ca.pem``, which clients verify with, and ``ca.key``, which only its owner can read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate_file = folder / "ca.pem"
        self._key_file = folder / "ca.key"

    def ensure(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """Certificate and key; new ones where there are none, they do not match, or not hold for long."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / "lock"):
            return self._load() or self._make()

    def issue(
        self, certificate: Path, key: Path, *, host: str, names: tuple[str, ...], owner: tuple[int, int]
    ) -> None:
        """Write a server's certificate and private key, unless those there are still good.

        Parameters
        ----------
        certificate, key
            PEM files to write; the key is readable by its owner only.
        host
            IP address that clients connect to; also the common name, for clients that know no IP names.
        names
            DNS names.
        owner
            User and group id that the server runs as.
        """
        authority, signer = self.ensure()
        if _good(certificate, key, authority, host, names):
            return
        own_key = ec.generate_private_key(ec.SECP256R1())
        general: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address(host))]
        general += [x509.DNSName(name) for name in names]
        now = datetime.now(UTC)
        leaf = (
            x509.CertificateBuilder()
            .subject_name(_name(host))
            .issuer_name(authority.subject)
            .public_key(own_key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(now + timedelta(days=_SERVER_DAYS))
            .add_extension(x509.SubjectAlternativeName(general), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(sign=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(_authority_id(signer), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(own_key.public_key()), critical=False)
            .sign(signer, hashes.SHA256())
        )
        write_atomic(key, _private_pem(own_key), 0o600, owner)
        write_atomic(certificate, leaf.public_bytes(serialization.Encoding.PEM), 0o644, owner)

    def holds(self, certificate: Path) -> bool:
        """Whether whoever trusts this authority accepts a server's certificate at this time."""
        authority, _ = self.ensure()
        try:
            leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
            leaf.verify_directly_issued_by(authority)
        except (FileNotFoundError, ValueError, TypeError, InvalidSignature):
            return False
        return leaf.not_valid_before_utc <= datetime.now(UTC) <= leaf.not_valid_after_utc

    def _load(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None:
        try:
            certificate = x509.load_pem_x509_certificate(self.certificate_file.read_bytes())
            key = serialization.load_pem_private_key(self._key_file.read_bytes(), password=None)
        except (FileNotFoundError, ValueError):
            return None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
            return None  # a crash between the two writes
        now = datetime.now(UTC)
        # Every server certificate ends before its authority does. A clock set back may be before its begin.
        soon = now + timedelta(days=_SERVER_DAYS)
        valid = certificate.not_valid_before_utc <= now and certificate.not_valid_after_utc > soon
        return (certificate, key) if valid else None

    def _make(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        # The serial in the name: OpenSSL finds an issuer by name, and a renewed authority is another one.
        name = _name(f"Source Systems Lab authority {x509.random_serial_number():x}"[:60])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(now + timedelta(days=_AUTHORITY_DAYS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(_authority_id(key), critical=False)
            .sign(key, hashes.SHA256())
        )
        owner = (os.geteuid(), os.getegid())
        write_atomic(self._key_file, _private_pem(key), 0o600, owner)
        write_atomic(
            self.certificate_file, certificate.public_bytes(serialization.Encoding.PEM), 0o644, owner
        )
        return certificate, key


def _good(
    certificate: Path, key: Path, authority: x509.Certificate, host: str, names: tuple[str, ...]
) -> bool:
    """Whether the files are a pair of this authority, for these names, that does not soon expire."""
    try:
        leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
        own_key = serialization.load_pem_private_key(key.read_bytes(), password=None)
        leaf.verify_directly_issued_by(authority)
        alternative = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (FileNotFoundError, ValueError, TypeError, x509.ExtensionNotFound, InvalidSignature):
        return False
    return (
        own_key.public_key() == leaf.public_key()
        and leaf.not_valid_before_utc <= datetime.now(UTC)
        and leaf.not_valid_after_utc > datetime.now(UTC) + _RENEW_BEFORE
        and [str(address) for address in alternative.get_values_for_type(x509.IPAddress)] == [host]
        and tuple(alternative.get_values_for_type(x509.DNSName)) == names
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign,
        key_cert_sign=sign,
        crl_sign=sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _authority_id(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
